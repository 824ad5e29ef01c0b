// Limits, switches, texts and the place of the store, each with its bounds.
#include "tests/unit/config/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

using namespace nightjar::config;
using namespace nightjar::config::test;

namespace {

struct number {
    const char* name;
    const char *least, *most, *below, *above;
    std::int64_t (*get)(const configuration&);
};

template <auto Member>
std::int64_t get(const configuration& conf) {
    return static_cast<std::int64_t>(conf.*Member);
}

using c = configuration;
constexpr number numbers[] = {
    {"max_inflight_messages", "0", "65535", "-1", "65536", get<&c::max_inflight_messages>},
    {"max_queued_messages", "0", "4294967295", "-1", "4294967296", get<&c::max_queued_messages>},
    {"max_queued_bytes", "0", "9223372036854775807", "-1", "9223372036854775808", get<&c::max_queued_bytes>},
    {"max_packet_size", "0", "268435460", "-1", "268435461", get<&c::max_packet_size>},
    {"message_size_limit", "0", "268435455", "-1", "268435456", get<&c::message_size_limit>},
    {"max_keepalive", "0", "65535", "-1", "65536", get<&c::max_keepalive>},
    {"global_max_connections", "-1", "1000000000", "-2", "1000000001", get<&c::global_max_connections>},
    {"sys_interval", "0", "65535", "-1", "65536", get<&c::sys_interval>},
    {"measurements_keep_days", "0", "36500", "-1", "36501", get<&c::measurements_keep_days>},
    {"hours_keep_days", "0", "36500", "-1", "36501", get<&c::hours_keep_days>},
    {"http_request_rate", "0", "1000000", "-1", "1000001", get<&c::http_request_rate>},
    {"worker_threads", "0", "64", "-1", "65", get<&c::worker_threads>},
};

struct flag {
    const char* name;
    bool configuration::*member;
    bool by_default;
};

constexpr flag flags[] = {
    {"queue_qos0_messages", &c::queue_qos0_messages, false},
    {"retain_available", &c::retain_available, true},
    {"presence_events", &c::presence_events, false},
    {"allow_zero_length_clientid", &c::allow_zero_length_clientid, true},
    {"set_tcp_nodelay", &c::set_tcp_nodelay, true},
    {"acknowledge_before_stored", &c::acknowledge_before_stored, false},
};

std::string line(std::string_view name, std::string_view value) {
    return std::string(name).append(" ").append(value).append("\n");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(settings, fixture)

BOOST_AUTO_TEST_CASE(numbers_reach_from_their_least_to_their_most) {
    for (const auto& n : numbers) {
        for (const char* value : {n.least, n.most, "0x10", "7 days"}) {
            const auto result = read(line(n.name, value));
            BOOST_TEST(findings(result) == "", n.name << ' ' << value);
            BOOST_TEST(n.get(result.conf) == std::strtoll(value, nullptr, 0), n.name << ' ' << value);
        }
        for (const char* value : {n.below, n.above, "x", "1.5", "-", "99999999999999999999"}) {
            const auto result = read("\n" + line(n.name, value));
            BOOST_TEST(findings(result).starts_with("error main.conf:2 Invalid value \"" + std::string(value) +
                                                    "\" of " + n.name),
                       n.name << ' ' << value);
            BOOST_TEST(n.get(result.conf) == n.get(load({}).conf), n.name << " keeps its default");
        }
    }
}

BOOST_AUTO_TEST_CASE(switches_are_true_or_false) {
    for (const auto& f : flags) {
        BOOST_TEST((load({}).conf.*f.member) == f.by_default, f.name);
        for (const auto& [value, wanted] : {std::pair("true", true), {"1", true}, {"false", false}, {"0", false}}) {
            const auto result = read(line(f.name, value));
            BOOST_TEST(findings(result) == "", f.name);
            BOOST_TEST((result.conf.*f.member) == wanted, f.name << ' ' << value);
        }
        BOOST_TEST(findings(line(f.name, "yes")) == "error main.conf:1 Invalid value \"yes\" of " +
                                                        std::string(f.name) + ": true or false is wanted.\n");
    }
}

BOOST_AUTO_TEST_CASE(the_defaults_are_mosquittos) {
    const auto conf = load({}).conf;
    BOOST_TEST(conf.max_inflight_messages == 20U);
    BOOST_TEST(conf.max_queued_messages == 1000U);
    BOOST_TEST(conf.max_queued_bytes == 0U);
    BOOST_TEST(conf.max_packet_size == 2'000'000U);
    BOOST_TEST(conf.message_size_limit == 0U);
    BOOST_TEST(conf.max_keepalive == 0U);
    BOOST_TEST(conf.global_max_connections == -1);
    BOOST_TEST(conf.sys_interval == 10U);
    BOOST_TEST(!conf.presence_events);
    BOOST_TEST(conf.auto_id_prefix == "auto-");
    BOOST_TEST(conf.user == "");
    BOOST_TEST(conf.pid_file == "");
    BOOST_TEST((conf.persistent_client_expiration == std::nullopt));
}

BOOST_AUTO_TEST_CASE(texts_are_taken_as_they_are) {
    const auto result = read("user mosquitto\npid_file /run/m.pid\nauto_id_prefix id-\n");
    BOOST_TEST(result.conf.user == "mosquitto");
    BOOST_TEST(result.conf.pid_file == "/run/m.pid");
    BOOST_TEST(result.conf.auto_id_prefix == "id-");
}

BOOST_AUTO_TEST_CASE(sessions_expire_after_a_duration) {
    BOOST_TEST(conf("persistent_client_expiration 14d\n").persistent_client_expiration.value().count() == 14 * 86'400);
    for (const char* bad : {"14", "0d", "never", "-1d"})
        BOOST_TEST(findings(line("persistent_client_expiration", bad)) ==
                   "error main.conf:1 Invalid value \"" + std::string(bad) +
                       "\" of persistent_client_expiration: a number with s, h, d, w, m or y is wanted.\n");
}

BOOST_AUTO_TEST_CASE(persistence_has_two_names) {
    for (const char* name : {"persistence", "retained_persistence"}) {
        BOOST_TEST(findings(line(name, "true")) == "", name);
        BOOST_TEST(conf(line(name, "true")).persistence, name);
        BOOST_TEST(!conf(line(name, "false")).persistence, name);
        BOOST_TEST(!read(line(name, "x")).ok(), name);
    }
}

BOOST_AUTO_TEST_CASE(a_conf_has_to_ask_for_persistence) {
    BOOST_TEST(load({}).conf.persistence);
    BOOST_TEST(!conf("max_keepalive 1\n").persistence);
}

BOOST_AUTO_TEST_CASE(the_location_ends_with_a_slash) {
    BOOST_TEST(conf("persistence_location /var/lib/x\n").persistence_location == "/var/lib/x/");
    BOOST_TEST(conf("persistence_location /var/lib/x/\n").persistence_location == "/var/lib/x/");
    BOOST_TEST(conf("persistence_location a b\n").persistence_location == "a b/");
}

BOOST_AUTO_TEST_CASE(the_environment_names_the_location_if_the_conf_does_not) {
    const environment location("MOSQUITTO_PERSISTENCE_LOCATION", "/from/env");
    BOOST_TEST(conf("max_keepalive 1\n").persistence_location == "/from/env/");
    BOOST_TEST(load({}).conf.persistence_location == "/from/env/");
    BOOST_TEST(conf("persistence_location /from/conf\n").persistence_location == "/from/conf/");
    location.set("/from/env/");
    BOOST_TEST(load({}).conf.persistence_location == "/from/env/");
    location.set("");
    BOOST_TEST(conf("max_keepalive 1\n").persistence_location == "./");
}

BOOST_AUTO_TEST_CASE(with_a_conf_the_location_is_here) { BOOST_TEST(conf("").persistence_location == "./"); }

BOOST_AUTO_TEST_CASE(without_a_conf_the_location_is_the_users_own) {
    const environment data("XDG_DATA_HOME", "/data"), home("HOME", "/home/bob");
    const bool root = ::geteuid() == 0;
    const std::string system = "/var/lib/nightjar/";
    BOOST_TEST(load({}).conf.persistence_location == (root ? system : "/data/nightjar/"));
    data.set("not/absolute");
    BOOST_TEST(load({}).conf.persistence_location == (root ? system : "/home/bob/.local/share/nightjar/"));
    data.set(nullptr);
    home.set(nullptr);
    BOOST_TEST(load({}).conf.persistence_location == (root ? system : "./"));
}

BOOST_AUTO_TEST_SUITE_END()
