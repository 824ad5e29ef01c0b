// The chain asks plugins in their order, each only for the hooks and topics it wants; a refusal ends the walk.
#include "broker/plugin/chain.hpp"
#include "storage/write_batch.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::plugin;

namespace {

struct fake_host final : host {
    unsigned worker_index() const override { return 0; }
    std::int64_t now_us() const override { return 0; }
    std::int64_t steady_ms() const override { return 0; }
    storage::write_batch& batch() override { return rows; }
    std::function<void(nightjar::plugin::connect_verdict)> answer_later() override { return {}; }
    void publish(bytes, bytes, codec::qos, bool) override {}
    storage::write_batch rows;
};

using names = std::vector<std::string>;

// Notes in `asked` that it was asked, and answers what it was told to.
struct fake_plugin final : plugin::plugin {
    fake_plugin(std::string n, names& a) : called(std::move(n)), asked(a) {}
    std::string_view name() const override { return called; }
    std::uint8_t hooks() const override { return wanted; }
    void start(host&) override { note(); }
    void stop(host&) override { note(); }
    connect_verdict on_connect(host&, const client&, const codec::connect&) override { return note(), connects; }
    void on_presence(host&, const presence_event&) override { note(); }
    std::optional<topic_tag> interest(bytes t) const override { return t == topic ? std::optional(tag) : std::nullopt; }
    publish_outcome on_publish(host&, const publish_event& e) override { return note(), seen = e.tag, publishes; }
    access_verdict on_subscribe(host&, const client&, bytes, codec::qos) override { return note(), subscribes; }
    void on_tick(host&) override { note(); }
    std::optional<http_answer> on_http(const http_request&) override { return note(), page; }
    void note() const { asked.push_back(called); }

    std::string called;
    names& asked;
    std::uint8_t wanted = 0xFF;
    std::string topic = "a";
    topic_tag tag = 0, seen = 0;
    connect_verdict connects = connect_verdict::pass;
    publish_outcome publishes = publish_outcome::pass;
    access_verdict subscribes = access_verdict::pass;
    std::optional<http_answer> page;
};

struct fixture {
    fake_plugin& add(const char* name) {
        auto made = std::make_unique<fake_plugin>(name, asked);
        auto& result = *made;
        all.add(std::move(made));
        return result;
    }
    publish_outcome publish(bytes topic) {
        return chain::on_publish(all.interested_in(topic), on, {topic, "x"}, {}, nullptr);
    }
    void expect_asked(const names& expected) {
        BOOST_TEST(asked == expected, boost::test_tools::per_element());
        asked.clear();
    }
    names asked;
    fake_host on;
    chain all;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(chain_, fixture)

BOOST_AUTO_TEST_CASE(without_plugins_everything_passes) {
    all.start(on);
    BOOST_TEST((all.on_connect(on, {}, {}) == connect_verdict::pass));
    BOOST_TEST((all.on_subscribe(on, {}, "#", codec::qos::at_most_once) == access_verdict::pass));
    BOOST_TEST(all.interested_in("a").empty());
    BOOST_TEST((publish("a") == publish_outcome::pass));
    BOOST_TEST(!all.on_http({"GET", "/", {}, {}}).has_value());
    all.on_tick(on);
    all.on_presence(on, {});
    all.stop(on);
}

BOOST_AUTO_TEST_CASE(plugins_are_asked_in_their_order) {
    add("one"), add("two"), add("three");
    all.start(on);
    expect_asked({"one", "two", "three"});
    all.on_tick(on);
    expect_asked({"one", "two", "three"});
    all.on_presence(on, {});
    expect_asked({"one", "two", "three"});
    publish("a");
    expect_asked({"one", "two", "three"});
}

BOOST_AUTO_TEST_CASE(a_plugin_is_asked_only_for_its_topics) {
    add("one").topic = "b";
    auto& two = add("two");
    two.tag = 77;
    const auto list = all.interested_in("a");
    BOOST_REQUIRE(list.size() == 1U);
    BOOST_TEST(list[0].who == &two);
    publish("a");
    expect_asked({"two"});
    BOOST_TEST(two.seen == 77U); // its note comes back
    publish("c");
    expect_asked({});
}

BOOST_AUTO_TEST_CASE(a_hook_nobody_declared_is_not_called) {
    add("none").wanted = 0;
    add("ticks").wanted = std::uint8_t{0} | hook::tick;
    all.on_tick(on);
    expect_asked({"ticks"});
    publish("a");
    all.on_connect(on, {}, {});
    all.on_presence(on, {});
    all.on_subscribe(on, {}, "#", codec::qos::at_most_once);
    BOOST_TEST(!all.on_http({}).has_value());
    expect_asked({});
}

BOOST_AUTO_TEST_CASE(a_plugin_that_denies_a_publish_ends_the_walk) {
    add("one").publishes = publish_outcome::stored;
    add("two").publishes = publish_outcome::denied;
    add("three").publishes = publish_outcome::stored;
    BOOST_TEST((publish("a") == publish_outcome::denied));
    expect_asked({"one", "two"});
}

BOOST_AUTO_TEST_CASE(one_plugin_that_stores_makes_the_acknowledgement_wait) {
    add("one");
    auto& two = add("two");
    add("three");
    BOOST_TEST((publish("a") == publish_outcome::pass));
    two.publishes = publish_outcome::stored;
    BOOST_TEST((publish("a") == publish_outcome::stored));
}

BOOST_AUTO_TEST_CASE(the_first_verdict_on_a_connect_decides) {
    add("one");
    auto& two = add("two");
    add("three").connects = connect_verdict::accept;
    for (const auto verdict :
         {connect_verdict::not_authorized, connect_verdict::bad_user_name_or_password, connect_verdict::accept}) {
        two.connects = verdict;
        BOOST_TEST((all.on_connect(on, {}, {}) == verdict));
        expect_asked({"one", "two"});
    }
    two.connects = connect_verdict::pass;
    BOOST_TEST((all.on_connect(on, {}, {}) == connect_verdict::accept));
    expect_asked({"one", "two", "three"});
}

BOOST_AUTO_TEST_CASE(the_first_verdict_on_a_subscription_decides) {
    add("one").subscribes = access_verdict::deny;
    add("two").subscribes = access_verdict::accept;
    BOOST_TEST((all.on_subscribe(on, {}, "#", codec::qos::at_most_once) == access_verdict::deny));
    expect_asked({"one"});
}

BOOST_AUTO_TEST_CASE(plugins_answer_http_in_turn) {
    add("one");
    add("two").page = {201, "two"};
    add("three").page = {200, "three"};
    const auto answer = all.on_http({"GET", "/x", {}, {}});
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->status == 201U);
    BOOST_TEST(answer->body == "two");
    expect_asked({"one", "two"});
}

BOOST_AUTO_TEST_CASE(all_are_stopped_even_when_they_deny) {
    add("one").publishes = publish_outcome::denied;
    add("two");
    all.stop(on);
    expect_asked({"one", "two"});
}

BOOST_AUTO_TEST_CASE(hooks_are_told_apart) {
    const auto some = hook::publish | hook::tick | hook::http;
    for (const auto h : {hook::publish, hook::tick, hook::http}) BOOST_TEST(has(some, h));
    for (const auto h : {hook::connect, hook::presence, hook::subscribe, hook::access, hook::reload})
        BOOST_TEST(!has(some, h));
}

BOOST_AUTO_TEST_SUITE_END()
