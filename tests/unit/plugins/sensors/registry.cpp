// Who is who: ids given and automatic, limits, what a sensor learns (features P2, P3, B-2, B-13, C-6).
#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

namespace {

introduction own(std::uint32_t id, std::string_view type = {}, std::string_view unit = {}) {
    return {id, {}, {}, type, unit, {}, "measurement", "iot/measurements", noon_ms};
}

struct book {
    explicit book(option_lines lines = {}, std::vector<storage::sensor_record> known = {})
        : settings(good_options(lines)), all(settings, std::move(known)) {}

    registry::answer plain(std::string_view topic, std::string_view type = "temperature") {
        const auto key = registry::key_of("plain", topic, type);
        return all.meet({0, key, topic, type, {}, "hall", "plain", topic, noon_ms});
    }
    registry::answer dht11(std::string_view topic, std::string_view type) {
        const auto key = registry::key_of("dht11", topic, type);
        return all.meet({0, key, topic, type, {}, "sensor", "dht11", topic, noon_ms});
    }
    options settings;
    registry all;
};

storage::sensor_record stored(std::uint32_t id, std::string source, std::string topic) {
    return {id, "renamed", "temperature", "°C", "hall", std::move(source), std::move(topic), 1};
}

} // namespace

BOOST_AUTO_TEST_SUITE(registry_)

BOOST_AUTO_TEST_CASE(a_device_keeps_its_own_id) {
    book b;
    const auto met = b.all.meet(own(3, "light", "V"));
    BOOST_REQUIRE(met.found != nullptr);
    BOOST_TEST(met.record.id == 3U);
    BOOST_TEST(met.record.name == "light 3");
    BOOST_TEST(met.record.type == "light");
    BOOST_TEST(met.record.unit == "V");
    BOOST_TEST(met.record.source == "measurement");
    BOOST_TEST(met.record.topic == "iot/measurements");
    BOOST_TEST(met.record.created_ms == noon_ms);
}

BOOST_AUTO_TEST_CASE(the_same_id_from_several_devices_is_one_sensor) {
    book b;
    auto* first = b.all.meet(own(3)).found;
    auto other = own(3);
    other.topic = "other/measurements";
    BOOST_TEST(b.all.meet(other).found == first);
    BOOST_TEST(b.all.size() == 1U);
}

BOOST_AUTO_TEST_CASE(automatic_ids_count_up) {
    book b;
    BOOST_TEST(b.plain("iot/hall/temp").record.id == 100'001U);
    BOOST_TEST(b.plain("iot/attic/temp").record.id == 100'002U);
    BOOST_TEST(b.plain("iot/hall/temp").record.id == 100'001U);
    BOOST_TEST(b.all.size() == 2U);
    BOOST_TEST(book({{"auto_id_start", "7"}}).plain("iot/hall/temp").record.id == 7U);
}

BOOST_AUTO_TEST_CASE(a_dht11_is_two_sensors_of_one_device) {
    book b;
    const auto temperature = b.dht11("dht11/sensor/data", "temperature").record;
    const auto humidity = b.dht11("dht11/sensor/data", "humidity").record;
    BOOST_TEST(temperature.id == 100'001U);
    BOOST_TEST(humidity.id == 100'002U);
    BOOST_TEST(temperature.device == humidity.device);
    BOOST_TEST(b.dht11("dht11/salon/data", "temperature").record.id == 100'003U);
}

BOOST_AUTO_TEST_CASE(an_automatic_id_of_another_source_is_refused) {
    book b;
    b.plain("iot/hall/temp");
    const auto met = b.all.meet(own(100'001));
    BOOST_TEST(met.found == nullptr);
    BOOST_TEST(!met.rejected.empty());
    BOOST_TEST(b.all.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_automatic_id_that_a_device_took_is_left_out) {
    book b;
    BOOST_TEST(b.all.meet(own(100'001)).found != nullptr);
    BOOST_TEST(b.plain("iot/hall/temp").record.id == 100'002U);
}

BOOST_AUTO_TEST_CASE(ids_of_devices_push_none_of_ours_up) {
    book b;
    BOOST_TEST(b.all.meet(own(4'294'967'294)).found != nullptr);
    const auto hall = b.plain("iot/hall/temp").record;
    BOOST_TEST(b.all.merge(hall.id, 4'294'967'294).rejected == "");
    BOOST_TEST(b.plain("iot/attic/temp").record.id == 100'002U);
    BOOST_TEST(b.plain("iot/cellar/temp").record.id == 100'003U);
}

BOOST_AUTO_TEST_CASE(an_id_of_ours_is_given_once) {
    book b;
    b.all.remove(b.plain("iot/hall/temp").record.id);
    BOOST_TEST(b.plain("iot/attic/temp").record.id == 100'002U);
    b.all.adopt(stored(100'007, "plain", "iot/roof/temp"));
    b.all.remove(100'007);
    BOOST_TEST(b.plain("iot/hall/temp").record.id == 100'008U);
    registry after_a_start(b.settings, {stored(100'008, "plain", "iot/hall/temp")}, {}, 100'020);
    const auto key = registry::key_of("plain", "iot/cellar/temp", "temperature");
    BOOST_TEST(after_a_start.meet({0, key, {}, "temperature", {}, {}, "plain", "iot/cellar/temp", noon_ms}).record.id ==
               100'021U);
}

BOOST_AUTO_TEST_CASE(an_id_of_a_file_brings_none_around) {
    book b;
    const auto far = b.all.adopt(stored(4'294'967'295, "plain", "iot/roof/temp")).record;
    BOOST_TEST(far.id == 4'294'967'295U);
    BOOST_TEST(far.has_own_id()); // the store counts it as none of ours
    BOOST_TEST(b.plain("iot/roof/temp").record.id == 100'001U);
    b.all.remove(100'001);
    BOOST_TEST(b.plain("iot/roof/temp").record.id == 100'002U);
    BOOST_TEST(!b.all.adopt(stored(2'000'000'000, "plain", "iot/shed/temp")).record.has_own_id());
    BOOST_TEST(b.plain("iot/hall/temp").record.id == 2'000'000'001U);
}

BOOST_AUTO_TEST_CASE(behind_the_last_id_comes_the_first_that_is_free) {
    book b({}, {stored(4'294'967'294, "plain", "iot/hall/temp"), stored(100'001, "plain", "iot/attic/temp")});
    BOOST_TEST(b.plain("iot/cellar/temp").record.id == 4'294'967'295U);
    BOOST_TEST(b.plain("iot/roof/temp").record.id == 100'002U);
    BOOST_TEST(b.plain("iot/shed/temp").record.id == 100'003U);
}

BOOST_AUTO_TEST_CASE(without_a_free_id_there_is_no_new_sensor) {
    auto settings = good_options({});
    settings.auto_id_start = 4'294'967'294;
    registry all(settings, {stored(4'294'967'294, "plain", "iot/hall/temp")});
    const auto meet = [&](std::string_view topic) {
        const auto key = registry::key_of("plain", topic, "temperature");
        return all.meet({0, key, {}, "temperature", {}, {}, "plain", topic, noon_ms});
    };
    BOOST_TEST(meet("iot/attic/temp").record.id == 4'294'967'295U);
    BOOST_TEST(meet("iot/cellar/temp").rejected == "no_free_id");
    BOOST_TEST(all.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_blank_in_a_topic_is_not_one_in_a_name) {
    BOOST_TEST(registry::key_of("json /v", "t/a", "v", "b c") != registry::key_of("json /v", "t/a b", "v", "c"));
}

BOOST_AUTO_TEST_CASE(a_type_may_come_later_and_then_stays) {
    book b;
    BOOST_TEST(b.all.meet(own(3)).record.type == "unknown");
    const auto learnt = b.all.meet(own(3, "light")).record;
    BOOST_TEST(learnt.type == "light");
    BOOST_TEST(learnt.name == "light 3");
    BOOST_TEST(b.all.meet(own(3)).record.type == "light");
    BOOST_TEST(b.all.meet(own(3, "humidity")).record.type == "light");
}

BOOST_AUTO_TEST_CASE(a_unit_changes_when_a_new_one_is_told) {
    book b;
    BOOST_TEST(b.all.meet(own(3, "light", "V")).record.unit == "V");
    BOOST_TEST(b.all.meet(own(3, "light")).record.unit == "V");
    auto* s = b.all.meet(own(3, "light", "mV")).found;
    BOOST_TEST(b.all.record_of(*s).unit == "mV");
}

BOOST_AUTO_TEST_CASE(no_more_than_max_sensors) {
    book b({{"max_sensors", "2"}});
    BOOST_TEST(b.all.meet(own(1)).found != nullptr);
    BOOST_TEST(b.plain("iot/hall/temp").found != nullptr);
    BOOST_TEST(b.all.meet(own(2)).rejected == "too_many_sensors");
    BOOST_TEST(b.plain("iot/attic/temp").rejected == "too_many_sensors");
    BOOST_TEST(b.all.meet(own(1)).found != nullptr); // those that are known go on
    BOOST_TEST(b.all.size() == 2U);
}

BOOST_AUTO_TEST_CASE(without_auto_create_only_known_sensors_are_taken) { // B-13
    book b({{"auto_create", "false"}}, {stored(3, "measurement", "iot/measurements")});
    BOOST_TEST(b.all.meet(own(3)).found != nullptr);
    BOOST_TEST(b.all.meet(own(4)).rejected == "unknown_sensor");
    BOOST_TEST(b.plain("iot/hall/temp").rejected == "unknown_sensor");
    BOOST_TEST(b.all.size() == 1U);
}

BOOST_AUTO_TEST_CASE(stored_sensors_are_found_again) {
    book b({}, {stored(3, "measurement", "iot/measurements"), stored(100'001, "plain", "iot/hall/temp"),
                stored(100'004, "dht11", "dht11/sensor/data")});
    BOOST_TEST(b.all.meet(own(3)).record.name == "renamed");
    BOOST_TEST(b.plain("iot/hall/temp").record.id == 100'001U);
    BOOST_TEST(b.dht11("dht11/sensor/data", "temperature").record.id == 100'004U);
    BOOST_TEST(b.dht11("dht11/sensor/data", "humidity").record.id == 100'005U); // above all that were given
    BOOST_TEST(b.all.size() == 4U);
}

BOOST_AUTO_TEST_CASE(what_is_said_of_a_merged_one_is_said_of_the_other) {
    book b;
    const auto hall = b.plain("iot/hall/temp").record, attic = b.plain("iot/attic/temp").record;
    b.all.meet(own(3, "temperature"));
    auto* target = b.all.meet(own(4, "temperature")).found;
    for (const auto id : {hall.id, storage::sensor_id(3)}) {
        const auto done = b.all.merge(id, 4);
        BOOST_TEST(done.rejected == "");
        BOOST_TEST(done.from.id == id);
        BOOST_TEST(done.from.merged_into == 0U);
        BOOST_REQUIRE(!done.changed.empty());
        BOOST_TEST(done.changed[0].id == id);
        BOOST_TEST(done.changed[0].merged_into == 4U);
        BOOST_TEST(done.changed[0].revision == 1U);
    }
    BOOST_TEST(b.plain("iot/hall/temp").found == target);
    BOOST_TEST(b.all.meet(own(3, "temperature")).found == target);
    BOOST_TEST(b.plain("iot/attic/temp").record.id == attic.id);
    BOOST_TEST(b.all.size() == 2U);
    BOOST_TEST(!b.all.find(3).has_value());
    BOOST_TEST(b.all.declare(3, {}, noon_ms).rejected == "was_merged");
    auto foreign = own(3);
    foreign.source = "dht11";
    BOOST_TEST(b.all.meet(foreign).rejected == "id_of_another_source");
    storage::sensor_record like;
    like.id = 3;
    BOOST_TEST(b.all.adopt(like).found == target);
}

BOOST_AUTO_TEST_CASE(merged_ones_go_along) {
    book b;
    for (const auto id : {1U, 2U, 3U}) b.all.meet(own(id, "light"));
    BOOST_TEST(b.all.merge(1, 2).rejected == "");
    const auto done = b.all.merge(2, 3);
    BOOST_REQUIRE(done.changed.size() == 2U);
    BOOST_TEST(done.changed[0].id == 2U);
    BOOST_TEST(done.changed[1].id == 1U);
    BOOST_TEST(done.changed[1].merged_into == 3U);
    BOOST_TEST(done.changed[1].revision == 2U);
    BOOST_TEST(b.all.meet(own(1)).record.id == 3U);
    const auto removed = b.all.remove(3);
    BOOST_REQUIRE(removed.size() == 3U);
    BOOST_TEST(removed.back().id == 3U);
    const auto fresh = b.all.meet(own(1, "light"));
    BOOST_TEST(fresh.record.id == 1U);
    BOOST_TEST(fresh.record.revision > 2U); // above that of what was removed
}

BOOST_AUTO_TEST_CASE(what_was_merged_may_be_taken_out_again) {
    book b({{"max_sensors", "3"}});
    const auto hall = b.plain("iot/hall/temp").record;
    auto* own_part = b.all.meet(own(3, "temperature")).found;
    auto* target = b.all.meet(own(4, "temperature")).found;
    BOOST_TEST(b.all.merge(hall.id, 3).rejected == "");
    BOOST_TEST(b.all.merge(3, 4).rejected == "");
    const auto version = target->version.load();

    const auto done = b.all.unmerge(3);
    BOOST_TEST(done.rejected == "");
    BOOST_TEST(done.from.id == 3U);
    BOOST_REQUIRE(done.changed.size() == 2U);
    BOOST_TEST(done.changed[0].merged_into == 0U);
    BOOST_TEST(done.changed[0].revision == 2U);
    BOOST_TEST(done.changed[1].id == 4U);
    BOOST_TEST(target->version.load() != version); // who knows it as the other asks anew
    auto* again = b.all.meet(own(3, "temperature")).found;
    BOOST_TEST(again != target);
    BOOST_TEST(again != own_part);
    BOOST_TEST(b.plain("iot/hall/temp").found == target); // what it had taken in stays

    const auto its_topic = b.all.unmerge(hall.id);
    BOOST_TEST(its_topic.from.name == hall.name);
    BOOST_TEST(b.plain("iot/hall/temp").record.id == hall.id);
    BOOST_TEST(b.all.unmerge(hall.id).rejected == "not_merged");
    BOOST_TEST(b.all.unmerge(9).rejected == "not_merged");
    BOOST_TEST(b.all.merge(3, 4).rejected == "");
    b.all.meet(own(5));
    BOOST_TEST(b.all.unmerge(3).rejected == "too_many_sensors");
}

BOOST_AUTO_TEST_CASE(merges_that_make_no_sense) {
    book b;
    b.all.meet(own(1, "light", "V"));
    b.all.meet(own(2, "light", "mV"));
    b.all.meet(own(3, "temperature", "V"));
    b.all.meet(own(4));
    BOOST_TEST(b.all.merge(1, 1).rejected == "same_sensor");
    BOOST_TEST(b.all.merge(1, 9).rejected == "unknown_sensor");
    BOOST_TEST(b.all.merge(9, 1).rejected == "unknown_sensor");
    BOOST_TEST(b.all.merge(1, 2).rejected == "other_unit");
    BOOST_TEST(b.all.merge(1, 3).rejected == "other_type");
    const auto done = b.all.merge(1, 4); // which said nothing of itself
    BOOST_TEST(done.rejected == "");
    BOOST_REQUIRE(done.changed.size() == 2U);
    BOOST_TEST(done.changed[1].id == 4U);
    BOOST_TEST(done.changed[1].type == "light");
    BOOST_TEST(done.changed[1].unit == "V");
    BOOST_TEST(b.all.merge(4, 1).rejected == "unknown_sensor");
    BOOST_TEST(b.all.merge(1, 4).rejected == "unknown_sensor");
}

BOOST_AUTO_TEST_CASE(values_of_merged_ones_have_one_unit) {
    book b;
    b.all.meet(own(1, "light", "V"));
    b.all.meet(own(2, "light"));
    BOOST_TEST(b.all.meet(own(1, {}, "mV")).record.unit == "mV"); // it is alone
    BOOST_TEST(b.all.meet(own(1, {}, "V")).record.unit == "V");
    BOOST_TEST(b.all.merge(2, 1).rejected == "");
    for (const auto id : {1U, 2U}) {
        BOOST_TEST(b.all.meet(own(id, {}, "mV")).rejected == "other_unit");
        BOOST_TEST(b.all.meet(own(id, {}, "V")).rejected == "");
        BOOST_TEST(b.all.meet(own(id)).record.unit == "V");
    }
    sensor_change change;
    change.unit = "mV"; // somebody knows better
    b.all.change(1, change);
    BOOST_TEST(b.all.meet(own(2, {}, "mV")).rejected == "");
}

BOOST_AUTO_TEST_CASE(a_range_leaves_room_for_the_hysteresis) {
    book b({{"hysteresis", "light 5"}});
    b.settings.thresholds.push_back({"light", 0, {0, 1}}); // reading the options warns of it
    sensor_change change;
    change.type = "light";
    BOOST_TEST(b.all.declare(1, change, noon_ms).rejected == "");
    change.min = 0;
    change.max = 9.5;
    const auto refused = b.all.change(1, change);
    BOOST_TEST(refused.rejected == "below_hysteresis");
    BOOST_TEST(refused.record.range->max == 9.5);
    BOOST_TEST(b.all.declare(2, change, noon_ms).rejected == "below_hysteresis");
    change.max = 10;
    BOOST_TEST(b.all.change(1, change).rejected == "");
    b.settings.auto_close = false; // people close them
    change.max = 1;
    BOOST_TEST(b.all.change(1, change).rejected == "");
    b.settings.auto_close = true;
    sensor_change name;
    name.name = "as narrow as it is";
    BOOST_TEST(b.all.change(1, name).rejected == "");
}

BOOST_AUTO_TEST_CASE(merged_ones_are_known_after_a_start) {
    const auto target = stored(4, "measurement", "iot/measurements");
    auto topic = stored(100'001, "plain", "iot/hall/temp"), lost = stored(9, "measurement", "x");
    topic.merged_into = 4;
    lost.merged_into = 77; // which is not there
    book b({}, {target});
    registry all(b.settings, {target}, {topic, lost});
    const auto key = registry::key_of("plain", "iot/hall/temp", "temperature");
    BOOST_TEST(all.meet({0, key, {}, "temperature", {}, "hall", "plain", "iot/hall/temp", noon_ms}).record.id == 4U);
    const auto other = registry::key_of("plain", "iot/new/temp", "temperature");
    BOOST_TEST(all.meet({0, other, {}, "temperature", {}, "new", "plain", "iot/new/temp", noon_ms}).record.id !=
               100'001U);
    BOOST_TEST(all.meet(own(9)).record.id == 9U);
}

BOOST_AUTO_TEST_SUITE_END()
