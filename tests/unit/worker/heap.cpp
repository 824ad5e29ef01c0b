#include "broker/worker/heap.hpp"

#include <cstddef>
#include <memory>
#include <vector>

#include <boost/test/unit_test.hpp>

using nightjar::worker::heap_in_use;

BOOST_AUTO_TEST_SUITE(heap)

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // which have heaps of their own, without figures

BOOST_AUTO_TEST_CASE(what_is_asked_for_and_given_back_is_counted) {
    constexpr std::size_t large = std::size_t{8} << 20, small = 100, count = 50'000;
    const auto before = heap_in_use();
    auto block = std::make_unique<char[]>(large);
    BOOST_TEST(heap_in_use() >= before + large);
    block.reset();
    BOOST_TEST(heap_in_use() < before + large / 2);
    std::vector<std::unique_ptr<char[]>> many(count);
    for (auto& p : many) p = std::make_unique<char[]>(small);
    BOOST_TEST(heap_in_use() >= before + small * count);
    many.clear();
    BOOST_TEST(heap_in_use() < before + small * count / 2);
}

#endif

BOOST_AUTO_TEST_SUITE_END()
