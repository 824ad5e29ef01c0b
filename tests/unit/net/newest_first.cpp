#include "broker/net/newest_first.hpp"

#include <memory>
#include <string>

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

using namespace nightjar::net;

namespace {

struct fixture {
    void add(char name) {
        line.post([this, name] { done += name; });
    }
    asio::io_context context{1};
    newest_first line{context};
    std::string done;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(newest_first_, fixture)

BOOST_AUTO_TEST_CASE(the_newest_and_the_oldest_in_turn) {
    for (const char name : {'a', 'b', 'c', 'd', 'e'}) add(name);
    BOOST_TEST(done == "");
    context.run();
    BOOST_TEST(done == "eadbc");
}

BOOST_AUTO_TEST_CASE(others_come_between) {
    for (const char name : {'a', 'b', 'c'}) add(name);
    asio::post(context, [this] { done += '-'; });
    context.run_one();
    context.run_one();
    BOOST_TEST(done == "c-");
}

BOOST_AUTO_TEST_CASE(who_comes_last_is_next_but_one_at_most) {
    for (const char name : {'a', 'b', 'c', 'd'}) add(name);
    context.run_one();
    add('x');
    context.run_one();
    context.run_one();
    BOOST_TEST(done == "dax");
}

BOOST_AUTO_TEST_CASE(a_piece_may_bring_the_next) {
    line.post([this] {
        done += '1';
        add('2');
    });
    context.run();
    BOOST_TEST(done == "12");
}

BOOST_AUTO_TEST_CASE(what_is_left_goes_with_it) {
    auto kept = std::make_shared<int>();
    {
        newest_first other(context);
        other.post([kept] {});
    }
    BOOST_TEST(kept.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
