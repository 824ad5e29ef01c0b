// The plugin's part of REST stands in web/openapi.json, and nothing there is said to be its that is not.
#include "broker/plugins/sensors/sensors.hpp"

#include <cctype>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(http_routes)

BOOST_AUTO_TEST_CASE(are_those_of_the_document) {
    std::ifstream file(NIGHTJAR_OPENAPI);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto document = json::parse(text);
    std::set<std::string> its, others;
    for (const auto& [path, operations] : document.at("paths").as_object())
        for (const auto& [method, operation] : operations.as_object()) {
            std::string name(method);
            for (auto& c : name) c = static_cast<char>(std::toupper(c));
            const auto* plugin = operation.as_object().if_contains("x-plugin");
            if (plugin != nullptr) BOOST_TEST(plugin->as_string() == "builtin:sensors");
            (plugin != nullptr ? its : others)
                .insert(name + ' ' + std::regex_replace(std::string(path), std::regex(R"(\{[a-z_]+\})"), "{}"));
        }
    std::set<std::string> answered;
    for (const auto& route : nightjar::plugins::sensors::sensors::http_routes()) {
        const auto place = std::string(route.method) + ' ' + std::string(route.pattern);
        const bool can_be_asked_for = route.pattern.starts_with('/');
        if (can_be_asked_for && !others.contains(place)) answered.insert(place); // others: the web side asks itself
    }
    BOOST_TEST(answered.size() > 10U);
    BOOST_CHECK_EQUAL_COLLECTIONS(answered.begin(), answered.end(), its.begin(), its.end());
}

BOOST_AUTO_TEST_SUITE_END()
