#include "broker/worker/topic_cache.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using worker::topic_cache;

namespace {

struct picky final : plugin::plugin {
    std::string_view name() const override { return "picky"; }
    std::uint8_t hooks() const override { return 0 | nightjar::plugin::hook::publish; }
    std::optional<nightjar::plugin::topic_tag> interest(codec::bytes topic) const override {
        ++asked;
        if (topic.starts_with("mine/")) return 42;
        return std::nullopt;
    }
    mutable int asked = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(topic_cache_)

BOOST_AUTO_TEST_CASE(checks_a_name_once_and_asks_the_plugins_once) {
    plugin::chain plugins;
    auto owned = std::make_unique<picky>();
    const auto& p = *owned;
    plugins.add(std::move(owned));
    topic_cache cache;
    for (int i = 0; i < 3; ++i) {
        const auto found = cache.find("mine/a", plugins);
        BOOST_REQUIRE(found.has_value());
        BOOST_REQUIRE((*found)->plugins.size() == 1U);
        BOOST_TEST((*found)->plugins[0].tag == 42U);
    }
    BOOST_TEST(p.asked == 1);
}

BOOST_AUTO_TEST_CASE(keeps_nothing_of_a_wrong_name) {
    const plugin::chain plugins;
    topic_cache cache;
    for (const char* topic : {"", "a/+", "#", "\xc3\x28"}) BOOST_TEST(!cache.find(topic, plugins).has_value());
    BOOST_TEST(cache.size() == 0U);
}

BOOST_AUTO_TEST_CASE(marks_what_clients_may_not_publish_to) {
    const plugin::chain plugins;
    topic_cache cache;
    for (const auto& [topic, reserved] :
         {std::pair{"$SYS/x", true}, {"$SYS", true}, {"$share/g/t", true}, {"$x", false}, {"a/$SYS", false}})
        BOOST_TEST((*cache.find(topic, plugins))->reserved == reserved);
}

BOOST_AUTO_TEST_CASE(forgets_what_nobody_asked_for) {
    const plugin::chain plugins;
    topic_cache cache;
    (*cache.find("often", plugins))->version = 7;
    for (int i = 0; i < 200'000; ++i) {
        cache.find("t/" + std::to_string(i), plugins);
        if (i % 1000 == 0) BOOST_REQUIRE((*cache.find("often", plugins))->version == 7U);
        BOOST_REQUIRE((*cache.find("t/" + std::to_string(i), plugins))->topic == "t/" + std::to_string(i));
    }
    BOOST_TEST(cache.size() == 131'072U);
}

BOOST_AUTO_TEST_SUITE_END()
