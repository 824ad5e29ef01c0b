// Entity tags, If-None-Match and Vary (RFC 9110 sections 8.8.3, 12.5.5 and 13.1.2).
#include "tests/unit/web/fakes.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::web;
using namespace nightjar::web::test;

namespace {

struct with_sensors : fixture {
    with_sensors() {
        for (const storage::sensor_id id : {1U, 2U, 3U}) {
            storage::sensor_record record;
            record.id = id;
            record.name = "light " + std::to_string(id);
            sensors.rows.push_back(record);
        }
    }
    response conditional(std::string_view target, std::string if_none_match, std::string method = "GET") {
        auto what = make(std::move(method), target);
        what.if_none_match = std::move(if_none_match);
        return ask(what);
    }
};

constexpr const char* list = "/api/monitoring/sensors";

} // namespace

BOOST_FIXTURE_TEST_SUITE(revalidation, with_sensors)

BOOST_AUTO_TEST_CASE(a_list_that_is_the_same_is_not_sent_again) {
    const auto first = ask("GET", list);
    const auto tag = field(first, "ETag");
    BOOST_TEST(tag.size() > 2U);
    BOOST_TEST(field(first, "Cache-Control") == "private, no-cache");
    for (const auto& names : {tag, "W/" + tag, "\"x\", " + tag, "\"x\",W/\"y\" ,\t" + tag, std::string("*")}) {
        const auto again = conditional(list, names);
        BOOST_TEST(again.status == 304U, names);
        BOOST_TEST(again.content() == "");
        BOOST_TEST(again.content_type == "");
        BOOST_TEST(field(again, "ETag") == tag);
        BOOST_TEST(field(again, "Cache-Control") == "private, no-cache");
    }
    BOOST_TEST(conditional(list, tag, "HEAD").status == 304U);
    for (const auto& names : {std::string("\"x\""), tag.substr(1), tag + "x", std::string("W/")})
        BOOST_TEST(conditional(list, names).status == 200U, names);
}

BOOST_AUTO_TEST_CASE(a_change_changes_the_tag) {
    const auto before = field(ask("GET", list), "ETag");
    sensors.rows.front().name = "light 9";
    const auto after = conditional(list, before);
    BOOST_TEST(after.status == 200U);
    BOOST_TEST(field(after, "ETag") != before);
}

BOOST_AUTO_TEST_CASE(so_does_another_next_page) {
    const auto whole = ask("GET", "/api/monitoring/sensors?limit=3");
    BOOST_TEST(field(whole, "Link") == "");
    sensors.rows.push_back(sensors.rows.back());
    sensors.rows.back().id = 4;
    const auto more = conditional("/api/monitoring/sensors?limit=3", field(whole, "ETag"));
    BOOST_TEST(more.content() == whole.content());
    BOOST_TEST(more.status == 200U);
    BOOST_TEST(field(more, "Link") != "");
}

BOOST_AUTO_TEST_CASE(refusals_have_none) {
    const auto answer = conditional("/api/monitoring/sensors/77", "*");
    BOOST_TEST(answer.status == 404U);
    BOOST_TEST(field(answer, "ETag") == "");
}

BOOST_AUTO_TEST_CASE(who_asks_matters_where_other_origins_may) {
    BOOST_TEST(field(ask("GET", list), "Vary") == "");
    conf.listeners[0].origins = {"http://friend.example"};
    const auto own = ask("GET", list);
    BOOST_TEST(field(own, "Vary") == "Origin");
    BOOST_TEST(field(own, "Access-Control-Allow-Origin") == "");
    auto what = make("GET", list);
    what.origin = "http://friend.example";
    what.if_none_match = field(own, "ETag");
    const auto theirs = ask(what);
    BOOST_TEST(theirs.status == 304U);
    BOOST_TEST(field(theirs, "Vary") == "Origin");
    BOOST_TEST(field(theirs, "Access-Control-Allow-Origin") == "http://friend.example");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(too_often, with_sensors)

BOOST_AUTO_TEST_CASE(is_refused_before_anything_is_looked_at) {
    conf.http_request_rate = 1;
    application app(conf, admin, stored(), log, options, the_page());
    const auto send = [&](request what) {
        boost::asio::io_context context{1};
        std::optional<response> received;
        boost::asio::co_spawn(context, app.respond(what),
                              [&](std::exception_ptr, response answer) { received = std::move(answer); });
        context.run();
        return std::move(received.value());
    };
    for (int i = 0; i < 10; ++i) BOOST_TEST(send(make("GET", list)).status == 200U);
    const auto asked = admin.visitors.size();
    const auto refused = send(make("GET", list));
    BOOST_TEST(refused.status == 429U);
    BOOST_TEST(field(refused, "Retry-After") == "1");
    BOOST_TEST(admin.visitors.size() == asked);
    BOOST_TEST(send(make("POST", "/publish", "{}")).status == 429U);
    BOOST_TEST(send(make("OPTIONS", list)).status == 204U);
    auto other = make("GET", list);
    other.address = "127.0.0.2";
    BOOST_TEST(send(other).status == 200U);
    auto again = make("GET", list);
    again.counts = false; // a stream that is judged once more
    BOOST_TEST(send(again).status == 200U);
    auto here = make("GET", list);
    here.address.clear(); // a socket of this machine
    BOOST_TEST(send(here).status == 200U);
    conf.http_request_rate = 0; // a reload
    BOOST_TEST(send(make("GET", list)).status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()
