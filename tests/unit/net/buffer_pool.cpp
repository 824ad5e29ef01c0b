#include "broker/net/buffer_pool.hpp"

#include <boost/test/unit_test.hpp>

using nightjar::net::buffer_pool;

BOOST_AUTO_TEST_SUITE(buffer_pool_)

BOOST_AUTO_TEST_CASE(gives_back_what_was_returned) {
    buffer_pool pool;
    const auto first = pool.take(100);
    BOOST_TEST(first.capacity == 4096U);
    pool.give_back(first);
    const auto again = pool.take(4096);
    BOOST_TEST(static_cast<void*>(again.data) == static_cast<void*>(first.data));
    pool.give_back(again);
}

BOOST_AUTO_TEST_CASE(rounds_up_to_a_power_of_two) {
    buffer_pool pool;
    for (const auto& [wanted, got] : {std::pair{4097U, 8192U}, {8192U, 8192U}, {8193U, 16384U}, {1U << 20, 1U << 20}}) {
        const auto block = pool.take(wanted);
        BOOST_TEST(block.capacity == got);
        pool.give_back(block);
    }
}

BOOST_AUTO_TEST_CASE(takes_very_large_blocks_from_the_heap) {
    buffer_pool pool;
    const auto block = pool.take((1U << 20) + 1);
    BOOST_TEST(block.capacity == (1U << 20) + 1);
    pool.give_back(block);
}

BOOST_AUTO_TEST_CASE(nothing_can_be_given_back) {
    buffer_pool pool;
    pool.give_back({});
}

BOOST_AUTO_TEST_SUITE_END()
