#include "tools/nightjarctl/mosquitto_db.hpp"

#include "tests/unit/nightjarctl/mosquitto_file.hpp"

#include <optional>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace nightjar::ctl;
using namespace nightjar::ctl::test;
using nightjar::storage::step;

namespace {

mosquitto_file good() {
    mosquitto_file f;
    f.message({.id = 3, .topic = "a/b", .payload = "three", .qos = 2, .expiry = 77});
    f.message({.id = 2, .topic = "a/c", .payload = "", .qos = 0, .retain = true, .properties = "\x02\x01\x01"});
    f.client("first", "alice")
        .to_client({.id = 2, .client = "first", .packet_id = 9, .qos = 2, .state = 7, .out = false});
    f.to_client({.id = 3, .client = "first", .packet_id = 4, .qos = 2, .state = 5, .retain = true});
    f.to_client({.id = 3, .client = "first", .packet_id = 5, .qos = 1, .properties = "\x02\x0B\x07"});
    f.client("second", "", 60, 1000);
    f.subscription("first", "a/#", 2, 0x0C, 7).subscription("second", "$share/g/a", 0).subscription("bridge", "#");
    f.retained(2);
    return f;
}

// What is said of a file, with its place, or nothing if it is taken.
std::optional<mosquitto_db_error> refusal(const mosquitto_file& f) {
    try {
        read_mosquitto_db(f.bytes);
        return {};
    } catch (const mosquitto_db_error& e) {
        return e;
    }
}

// The last chunk is refused with these words.
void check_refused(const mosquitto_file& f, std::string_view words, std::size_t last_chunk) {
    const auto e = refusal(f);
    BOOST_TEST_REQUIRE(e.has_value(), std::string(words));
    BOOST_TEST(std::string_view(e->what()).find(words) != std::string_view::npos, e->what());
    BOOST_TEST(e->offset == last_chunk, e->what());
}

} // namespace

BOOST_AUTO_TEST_SUITE(mosquitto_db_)

BOOST_AUTO_TEST_CASE(messages_and_retained) {
    const auto f = good();
    const auto db = read_mosquitto_db(f.bytes);
    BOOST_TEST_REQUIRE(db.messages.size() == 2U);
    BOOST_TEST(db.messages[0].topic == "a/b");
    BOOST_TEST(db.messages[0].payload == "three");
    BOOST_TEST(db.messages[0].qos == 2);
    BOOST_TEST(db.messages[0].expiry_time == 77);
    BOOST_TEST(!db.messages[0].retain);
    BOOST_TEST(!db.messages[0].has_properties);
    BOOST_TEST(db.messages[1].payload.empty());
    BOOST_TEST(db.messages[1].retain);
    BOOST_TEST(db.messages[1].has_properties);
    BOOST_TEST(db.retained == std::vector<std::size_t>{1});
    BOOST_TEST(db.unwanted_messages == 0U);
    BOOST_TEST(db.written_at_stop);
}

BOOST_AUTO_TEST_CASE(clients) {
    const auto f = good();
    const auto db = read_mosquitto_db(f.bytes);
    BOOST_TEST_REQUIRE(db.clients.size() == 2U);
    const auto &first = db.clients[0], &second = db.clients[1];
    BOOST_TEST(first.client_id == "first");
    BOOST_TEST(first.user_name == "alice");
    BOOST_TEST(first.session_expiry_interval == mosquitto_db::never_expires);
    BOOST_TEST_REQUIRE(first.inbound.size() == 1U);
    BOOST_TEST(first.inbound[0].message == 1U);
    BOOST_TEST(first.inbound[0].packet_id == 9);
    BOOST_TEST_REQUIRE(first.outbound.size() == 2U);
    BOOST_TEST((first.outbound[0].step == step::sent));
    BOOST_TEST(first.outbound[0].packet_id == 4);
    BOOST_TEST(first.outbound[0].as_retained);
    BOOST_TEST((first.outbound[1].step == step::queued));
    BOOST_TEST(first.outbound[1].packet_id == 0);
    BOOST_TEST(first.outbound[1].qos == 1);
    BOOST_TEST(first.outbound[1].has_properties);
    BOOST_TEST_REQUIRE(first.subscriptions.size() == 1U);
    BOOST_TEST(first.subscriptions[0].filter == "a/#");
    BOOST_TEST(first.subscriptions[0].qos == 2);
    BOOST_TEST(first.subscriptions[0].options == 0x0C);
    BOOST_TEST(first.subscriptions[0].identifier == 7U);
    BOOST_TEST(second.session_expiry_interval == 60U);
    BOOST_TEST(second.session_expiry_time == 1000);
    BOOST_TEST_REQUIRE(db.lost_subscriptions.size() == 1U);
    BOOST_TEST(db.lost_subscriptions[0].client_id == "bridge");
}

BOOST_AUTO_TEST_CASE(states) {
    struct row {
        unsigned qos, state;
        step expected;
    };
    for (const auto& [qos, state, expected] :
         {row{0, 1, step::queued}, row{0, 11, step::queued}, row{1, 2, step::sent}, row{1, 3, step::sent},
          row{1, 11, step::queued}, row{2, 4, step::sent}, row{2, 5, step::sent}, row{2, 6, step::released},
          row{2, 9, step::released}, row{2, 11, step::queued}}) {
        mosquitto_file f;
        f.message({.id = 1}).client().to_client({.id = 1, .packet_id = 3, .qos = qos, .state = state});
        const auto m = read_mosquitto_db(f.bytes).clients[0].outbound.at(0);
        BOOST_TEST((m.step == expected), qos << " " << state);
        BOOST_TEST(m.packet_id == (expected == step::queued ? 0 : 3));
    }
}

BOOST_AUTO_TEST_CASE(impossible_states) {
    for (const bool out : {true, false})
        for (unsigned qos = 0; qos <= 2; ++qos)
            for (const unsigned state : {0U, 8U, 12U, 255U}) {
                mosquitto_file f;
                const auto last = f.message({.id = 1}).client().size();
                f.to_client({.id = 1, .packet_id = 3, .qos = qos, .state = state, .out = out});
                check_refused(f, "state " + std::to_string(state) + " of", last);
            }
}

// mosquitto 2.0 does not reset the user name between clients, and swaps the bytes of its length each time.
BOOST_AUTO_TEST_CASE(wrong_user_names_are_not_taken) {
    mosquitto_file f;
    f.client("a", "alice").client("b", "alice\0 and what lies behind"sv).client("c", "alice");
    const auto db = read_mosquitto_db(f.bytes);
    BOOST_TEST(db.user_names_wrong);
    for (const auto& c : db.clients) BOOST_TEST(c.user_name.empty());
}

BOOST_AUTO_TEST_CASE(what_nobody_waits_for_is_counted) {
    mosquitto_file f;
    f.message({.id = 1}).message({.id = 2}).retained(2).retained(2);
    BOOST_TEST(read_mosquitto_db(f.bytes).unwanted_messages == 1U);
}

BOOST_AUTO_TEST_CASE(other_formats) {
    for (const unsigned format : {0U, 1U, 2U, 3U, 4U, 5U, 7U, 0x0600'0000U}) {
        const mosquitto_file f(format);
        check_refused(f, "persistence format " + std::to_string(format), 19);
    }
    mosquitto_file other;
    other.bytes[4] = 'M';
    check_refused(other, "not a mosquitto.db", 0);
    other.bytes.clear();
    check_refused(other, "not a mosquitto.db", 0);
}

BOOST_AUTO_TEST_CASE(wrong_contents) {
    const mosquitto_file head = mosquitto_file().message({.id = 1}).client();
    const auto at = head.size();
    const auto refused = [&](std::string_view words, auto add) {
        auto f = head;
        add(f);
        check_refused(f, words, at);
    };
    refused("store id 5", [](auto& f) { f.retained(5); });
    refused("store id 5", [](auto& f) { f.to_client({.id = 5}); });
    refused("second message with the store id 1", [](auto& f) { f.message({.id = 1}); });
    refused("second client", [](auto& f) { f.client(); });
    refused("no client", [](auto& f) { f.to_client({.id = 1, .client = "d"}); });
    refused("client id", [](auto& f) { f.client(""); });
    refused("client id", [](auto& f) { f.client("\xFF"); });
    refused("topic of the message", [](auto& f) { f.message({.id = 2, .topic = "a/+"}); });
    refused("topic of the message", [](auto& f) { f.message({.id = 2, .topic = ""}); });
    refused("topic of the message", [](auto& f) { f.message({.id = 2, .topic = "\xC0\x80"}); });
    refused("topic filter", [](auto& f) { f.subscription("c", "a/#/b"); });
    refused("QoS 3", [](auto& f) { f.message({.id = 2, .qos = 3}); });
    refused("QoS 3", [](auto& f) { f.to_client({.id = 1, .qos = 3}); });
    refused("QoS 3", [](auto& f) { f.subscription("c", "a", 3); });
    refused("without a packet id", [](auto& f) { f.to_client({.id = 1, .state = 3}); });
    refused("chunk type 7", [](auto& f) { f.chunk(7, ""); });
    refused("chunk type 0", [](auto& f) { f.chunk(0, "x"); });
    refused("second CFG", [](auto& f) { f.chunk(1, u64(1) + u8(1) + u8(8) + std::string(6, '\0')); });
}

BOOST_AUTO_TEST_CASE(packet_ids_are_taken_once_per_direction) {
    mosquitto_file f;
    f.message({.id = 1}).client().client("d");
    f.to_client({.id = 1, .packet_id = 3, .qos = 2, .state = 7, .out = false});
    f.to_client({.id = 1, .packet_id = 3, .qos = 2, .state = 5});
    f.to_client({.id = 1, .client = "d", .packet_id = 3, .qos = 2, .state = 5});
    const auto at = f.size();
    BOOST_TEST(!refusal(f));
    check_refused(mosquitto_file(f).to_client({.id = 1, .packet_id = 3, .qos = 1, .state = 3}), "packet id 3", at);
    check_refused(f.to_client({.id = 1, .packet_id = 3, .qos = 2, .state = 7, .out = false}), "packet id 3", at);
}

BOOST_AUTO_TEST_CASE(first_chunk) {
    mosquitto_file f;
    f.bytes.resize(23);
    check_refused(f, "cut short", 19);
    check_refused(f.client(), "not CFG", 23);
    f.bytes.resize(23);
    check_refused(f.chunk(1, u64(1) + u8(1) + u8(4) + std::string(6, '\0')), "store ids have 4 bytes", 23);
}

BOOST_AUTO_TEST_CASE(wrong_lengths) {
    const mosquitto_file head = mosquitto_file().message({.id = 1}).client();
    const auto at = head.size();
    auto f = head;
    f.bytes += u32(4) + u32(0xFFFF'FFFF) + u64(1);
    check_refused(f, "4294967295 bytes begins here, 8 are left", at);
    f = head;
    f.chunk(4, u64(1) + "x");
    check_refused(f, "1 bytes too many", at + 16);
    f = head;
    f.chunk(4, "1234567");
    check_refused(f, "8 bytes are wanted here, there are 7", at + 8);
    f = head;
    f.message({.id = 2, .payload = "abcdef"});
    f.bytes.replace(at + 8 + 16, 4, u32(0xFFFF'FFF0)); // payload
    check_refused(f, "4294967280 bytes are wanted here, there are 6", f.size() - 6);
    f = head;
    f.message({.id = 2, .properties = "\x05\x01\x01"});
    check_refused(f, "properties of 5 bytes do not fit 2", f.size() - 3);
    f = head;
    f.message({.id = 2, .properties = "\x80\x80\x80\x80\x01"});
    check_refused(f, "properties is malformed", f.size() - 5);
}

// At the end of a chunk a shorter file is a whole one, but for the sessions and retained messages at its end.
BOOST_AUTO_TEST_CASE(every_truncation) {
    const auto whole = good();
    std::vector<std::size_t> ends;
    for (std::size_t at = 23; at < whole.size(); ends.push_back(at)) {
        const auto* length = reinterpret_cast<const unsigned char*>(whole.bytes.data()) + at + 4;
        at += 8 + (length[2] * 256U + length[3]);
    }
    for (std::size_t size = 0; size < whole.size(); ++size) {
        auto cut = whole;
        cut.bytes.resize(size);
        const auto e = refusal(cut);
        const bool at_end = std::find(ends.begin(), ends.end(), size) != ends.end();
        BOOST_TEST(e.has_value() != at_end, size);
        if (e) BOOST_TEST(e->offset <= size);
    }
}

BOOST_AUTO_TEST_CASE(random_damage_is_survived) {
    std::mt19937 random(1);
    const auto whole = good();
    std::size_t refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto f = whole;
        for (auto flips = random() % 8 + 1; flips > 0; --flips)
            f.bytes[random() % f.size()] ^= static_cast<char>(1U << random() % 8);
        if (random() % 4 == 0) f.bytes.resize(random() % f.size());
        f.bytes.shrink_to_fit();
        const auto e = refusal(f);
        if (e) BOOST_TEST_REQUIRE(e->offset <= f.size());
        refused += e ? 1 : 0;
    }
    BOOST_TEST(refused > 10'000U);
}

BOOST_AUTO_TEST_SUITE_END()
