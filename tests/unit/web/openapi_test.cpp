// GET /api/v1/openapi.json: what it describes is what there is.
#include "tests/unit/web/fakes.hpp"
#include "web/openapi.hpp"
#include "web/text.hpp"

#include <regex>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace nightjar::web;
using namespace nightjar::web::test;
namespace json = boost::json;

namespace {

using places = std::set<std::string>; // "GET /api/monitoring/sensors/{}"

places described() {
    places all;
    const auto document = json::parse(openapi_document().text);
    for (const auto& [path, operations] : document.at("paths").as_object())
        for (const auto& [method, operation] : operations.as_object()) {
            if (operation.as_object().contains("x-plugin")) continue; // tests/unit/plugins/sensors has these
            std::string name(method);
            for (auto& c : name) c = static_cast<char>(std::toupper(c));
            all.insert(name + ' ' + std::regex_replace(std::string(path), std::regex(R"(\{[a-z_]+\})"), "{}"));
        }
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(openapi)

BOOST_AUTO_TEST_CASE(describes_every_route_and_no_other) {
    fixture f;
    const application app(f.conf, f.admin, f.stored(), f.log, f.options, f.the_page());
    places registered;
    for (const auto& [method, pattern] : app.routes().list())
        registered.insert(method + ' ' + std::regex_replace(pattern, std::regex(R"(\{\.\.\.\})"), "{}"));
    BOOST_TEST(registered.size() > 30U);
    const auto known = described();
    BOOST_CHECK_EQUAL_COLLECTIONS(registered.begin(), registered.end(), known.begin(), known.end());
}

BOOST_AUTO_TEST_CASE(is_served_as_files_are) {
    fixture f;
    auto what = f.make("GET", "/api/v1/openapi.json");
    const auto plain = f.ask(what);
    BOOST_TEST(plain.status == 200U);
    BOOST_TEST(plain.content_type == "application/json");
    BOOST_TEST(plain.content() == openapi_document().text);
    BOOST_TEST(field(plain, "Vary") == "Accept-Encoding");
    what.accept_encoding = "gzip";
    const auto small = f.ask(what);
    BOOST_TEST(field(small, "Content-Encoding") == "gzip");
    BOOST_TEST(small.content() == openapi_document().gzip);
    BOOST_TEST(small.content().size() * 4 < plain.content().size());
    BOOST_TEST(field(small, "ETag") != field(plain, "ETag"));
    what.if_none_match = field(small, "ETag");
    const auto same = f.ask(what);
    BOOST_TEST(same.status == 304U);
    BOOST_TEST(same.content() == "");
    BOOST_TEST(field(same, "ETag") == field(small, "ETag"));
    what.accept_encoding = "";
    BOOST_TEST(f.ask(what).status == 200U);
}

BOOST_AUTO_TEST_SUITE_END()
