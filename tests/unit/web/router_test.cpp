#include "web/router.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::web;

BOOST_AUTO_TEST_SUITE(routing)

namespace {

router sample() {
    router routes;
    const handler nothing = at_once([](const request&) { return response{}; });
    routes.add("GET", "/sensors", nothing);
    routes.add("POST", "/sensors", nothing);
    routes.add("GET", "/sensors/{}", nothing);
    routes.add("GET", "/sensors/{}/last", nothing);
    routes.add("POST", "/publish", nothing);
    return routes;
}

} // namespace

BOOST_AUTO_TEST_CASE(finds_by_method_and_path) {
    const router routes = sample();
    BOOST_TEST(routes.find("GET", "/sensors").handle != nullptr);
    BOOST_TEST(routes.find("HEAD", "/sensors").handle != nullptr);
    BOOST_TEST(routes.find("GET", "/sensors").handle != routes.find("POST", "/sensors").handle);
    const auto one = routes.find("GET", "/sensors/3/last");
    BOOST_TEST_REQUIRE(one.handle != nullptr);
    BOOST_TEST_REQUIRE(one.parameters.size() == 1U);
    BOOST_TEST(one.parameters[0] == "3");
    BOOST_TEST(routes.find("GET", "/sensors/abc").parameters.at(0) == "abc");
}

BOOST_AUTO_TEST_CASE(says_what_a_path_takes) {
    const router routes = sample();
    const auto wrong = routes.find("DELETE", "/sensors");
    BOOST_TEST(wrong.handle == nullptr);
    BOOST_TEST(wrong.allow == "GET, HEAD, POST");
    BOOST_TEST(routes.find("GET", "/publish").allow == "POST");
    BOOST_TEST(routes.find("HEAD", "/publish").handle == nullptr);
}

BOOST_AUTO_TEST_CASE(the_rest_of_a_path_keeps_its_slashes) {
    router routes = sample();
    routes.add("GET", "/clients/{...}", at_once([](const request&) { return response{}; }));
    for (const auto& [path, rest] :
         {std::pair("/clients/a", "a"), std::pair("/clients/a/b", "a/b"), std::pair("/clients//", "/"),
          std::pair("/clients//a", "/a"), std::pair("/clients/a/", "a/"), std::pair("/clients/{}", "{}")})
        BOOST_TEST(routes.find("GET", path).parameters.at(0) == rest);
    BOOST_TEST(routes.find("GET", "/clients").handle == nullptr);
}

BOOST_AUTO_TEST_CASE(does_not_find_other_paths) {
    const router routes = sample();
    for (const char* path :
         {"", "/", "*", "/sensor", "/sensorss", "/sensors//last", "/sensors/3/last/x", "//sensors", "/{}"}) {
        const auto found = routes.find("GET", path);
        BOOST_TEST(found.handle == nullptr, path);
        BOOST_TEST(found.allow == "", path);
    }
}

BOOST_AUTO_TEST_SUITE_END()
