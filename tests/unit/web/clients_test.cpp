// Lists of clients: the pages of several workers become one, and no client is left out or told twice.
#include "tests/unit/web/fakes.hpp"
#include "web/client_list.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::web;

namespace {

plugin::client_record client(std::string id, std::uint64_t session = 1) {
    plugin::client_record record;
    record.client_id = std::move(id);
    record.session = session;
    return record;
}

plugin::client_page page_of(std::initializer_list<const char*> ids, bool more) {
    plugin::client_page made;
    for (const char* id : ids) made.rows.push_back(client(id));
    made.more = more;
    return made;
}

plugin::client_query asking_for(std::size_t limit, bool descending = false) {
    plugin::client_query query;
    query.limit = limit;
    query.descending = descending;
    return query;
}

std::string ids(const plugin::client_page& found) {
    std::string text;
    for (const auto& row : found.rows) text += row.client_id + ' ';
    return text + (found.more ? "..." : ".");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(clients_, test::fixture)

BOOST_AUTO_TEST_CASE(pages_are_merged_in_order) {
    BOOST_TEST(ids(merge({page_of({"a", "c"}, false), page_of({"b", "d"}, false)}, asking_for(9))) == "a b c d .");
    BOOST_TEST(ids(merge({page_of({"a", "c"}, false), page_of({"b", "d"}, false)}, asking_for(3))) == "a b c ...");
    BOOST_TEST(ids(merge({page_of({"c", "a"}, false), page_of({"d", "b"}, false)}, asking_for(3, true))) ==
               "d c b ...");
    BOOST_TEST(ids(merge({}, {})) == ".");
}

BOOST_AUTO_TEST_CASE(nobody_is_passed_over_where_a_workers_page_ends) {
    // The first worker may have an "aa", so "b" must wait.
    BOOST_TEST(ids(merge({page_of({"a"}, true), page_of({"b", "d"}, false)}, asking_for(9))) == "a ...");
    BOOST_TEST(ids(merge({page_of({"d"}, true), page_of({"c", "b"}, false)}, asking_for(9, true))) == "d ...");
    BOOST_TEST(ids(merge({page_of({"a", "b"}, true), page_of({"a", "c"}, true)}, asking_for(9))) == "a a b ...");
}

BOOST_AUTO_TEST_CASE(the_query_goes_to_the_workers) {
    BOOST_TEST(ask("GET", "/api/v1/clients?connected=false&prefix=p&search=s&username=&address=::1&limit=5&order=desc"
                          "&after=7.x%2Fy")
                   .status == 200U);
    BOOST_TEST_REQUIRE(admin.asked_clients.value().connected.has_value());
    BOOST_TEST(!*admin.asked_clients.value().connected);
    BOOST_TEST(admin.asked_clients.value().prefix == "p");
    BOOST_TEST(admin.asked_clients.value().search == "s");
    BOOST_TEST(admin.asked_clients.value().user_name.value() == "");
    BOOST_TEST(admin.asked_clients.value().address.value() == "::1");
    BOOST_TEST(admin.asked_clients.value().limit == 5U);
    BOOST_TEST(admin.asked_clients.value().descending);
    BOOST_TEST(admin.asked_clients.value().after.value().start == "x/y");
    BOOST_TEST(admin.asked_clients.value().after.value().number == 7U);
}

BOOST_AUTO_TEST_CASE(the_next_page_is_linked) {
    admin.client_pages = {page_of({"a", "b"}, true)};
    BOOST_TEST(test::field(ask("GET", "/api/v1/clients?limit=2"), "Link") ==
               "</api/v1/clients/?limit=2&after=1.b>; rel=\"next\"");
    admin.client_pages = {page_of({"a", "b"}, false)};
    BOOST_TEST(test::field(ask("GET", "/api/v1/clients?limit=2"), "Link") == "");
    const std::string hostile(65'535, '%');
    admin.client_pages = {page_of({hostile.c_str()}, true)};
    BOOST_TEST(test::field(ask("GET", "/api/v1/clients?limit=1"), "Link").size() < 2000U);
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_null_or_missing) {
    admin.known_clients["x"] = {client("x", 3), {{"a/#", codec::qos::at_least_once}}};
    const auto answer = ask("GET", "/api/v1/clients/x");
    BOOST_TEST(answer.body.starts_with(R"({"client_id":"x","username":null,"session":"3","connected":false,)"));
    BOOST_TEST(answer.body.find("address") == std::string::npos);
    BOOST_TEST(answer.body.find(R"("disconnected_at":null,"disconnect_reason":null)") != std::string::npos);
    BOOST_TEST(answer.body.ends_with(R"("subscription_list":[{"filter":"a/#","qos":1}],"sensors":[]})"));
    BOOST_TEST(ask("GET", "/api/v1/clients/y").status == 404U);
}

BOOST_AUTO_TEST_CASE(kicking_needs_its_right) {
    admin.forbidden.insert({plugin::access::write, "$CONTROL/clients"});
    BOOST_TEST(ask("DELETE", "/api/v1/clients/x").status == 403U);
    BOOST_TEST(admin.kicked.empty());
    admin.forbidden.clear();
    BOOST_TEST(ask("DELETE", "/api/v1/clients/x/y?session=discard").status == 204U);
    BOOST_TEST_REQUIRE(admin.kicked.size() == 1U);
    BOOST_TEST(admin.kicked[0].first.client_id == "x/y");
    BOOST_TEST(admin.kicked[0].second);
    BOOST_TEST(ask("DELETE", "/api/v1/sessions/12").status == 204U);
    BOOST_TEST(admin.kicked[1].first.session.value() == 12U);
    BOOST_TEST(!admin.kicked[1].second);
}

BOOST_AUTO_TEST_CASE(what_kicking_leads_to) {
    const std::pair<plugin::kick_result, unsigned> answers[] = {{plugin::kick_result::done, 204},
                                                                {plugin::kick_result::unknown, 404},
                                                                {plugin::kick_result::not_connected, 409},
                                                                {plugin::kick_result::storage_failed, 503}};
    for (const auto& [result, status] : answers) {
        admin.kick_answer = result;
        BOOST_TEST(ask("DELETE", "/api/v1/clients/x").status == status);
    }
}

BOOST_AUTO_TEST_SUITE_END()
