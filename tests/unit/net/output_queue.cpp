#include "broker/net/output_queue.hpp"

#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace nightjar::net;

namespace {

// Counts its releases, as a shared message would.
struct body {
    std::string text;
    mutable int released = 0;
    shared_bytes share() const {
        return {text, this, [](const void* owner) { ++static_cast<const body*>(owner)->released; }};
    }
};

// Takes `step` bytes at a time out of the queue, as a slow socket would.
std::string drain(output_queue& queue, std::size_t step) {
    std::string result;
    while (!queue.empty()) {
        iovec parts[4];
        const auto count = queue.gather(parts, 4);
        std::size_t left = step;
        for (std::size_t i = 0; i < count && left > 0; ++i) {
            const auto size = std::min(left, parts[i].iov_len);
            result.append(static_cast<const char*>(parts[i].iov_base), size);
            left -= size;
        }
        queue.consume(step - left);
    }
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(output_queue_)

BOOST_AUTO_TEST_CASE(keeps_order_of_copied_and_shared_bytes) {
    for (const std::size_t step : {1U, 3U, 7U, 1000U}) {
        buffer_pool pool;
        output_queue queue(pool);
        const body one{"<one>"}, two{"<two>"};
        queue.append("a");
        queue.append_shared(one.share());
        queue.append_shared(two.share());
        queue.append("bc");
        BOOST_TEST(queue.size() == 13U);
        BOOST_TEST(drain(queue, step) == "a<one><two>bc");
        BOOST_TEST(one.released == 1);
        BOOST_TEST(two.released == 1);
    }
}

BOOST_AUTO_TEST_CASE(releases_what_is_dropped) {
    buffer_pool pool;
    const body one{"one"};
    {
        output_queue queue(pool);
        queue.append_shared(one.share());
        output_queue moved(std::move(queue));
        BOOST_TEST(one.released == 0);
    }
    BOOST_TEST(one.released == 1);
}

BOOST_AUTO_TEST_CASE(grows_while_partly_written) {
    buffer_pool pool;
    output_queue queue(pool);
    std::string expected, got;
    std::mt19937 random(7);
    const body shared{std::string(300, 's')};
    for (int round = 0; round < 2000; ++round) {
        const std::string piece(random() % 200, static_cast<char>('a' + round % 26));
        queue.append(piece);
        expected += piece;
        if (round % 50 == 0) {
            queue.append_shared(shared.share());
            expected += shared.text;
        }
        if (random() % 3 == 0) {
            iovec part[2];
            const auto count = queue.gather(part, 2);
            if (count == 0) continue;
            const auto size = part[0].iov_len / 2 + 1;
            got.append(static_cast<const char*>(part[0].iov_base), size);
            queue.consume(size);
        }
    }
    got += drain(queue, 1000);
    BOOST_TEST((got == expected));
}

BOOST_AUTO_TEST_CASE(holds_no_buffer_when_empty) {
    buffer_pool pool;
    output_queue queue(pool);
    queue.append("x");
    iovec part[1];
    queue.gather(part, 1);
    const void* held = part[0].iov_base;
    queue.consume(1);
    const auto block = pool.take(1);
    BOOST_TEST(static_cast<const void*>(block.data) == held); // it went back to the pool
    pool.give_back(block);
}

BOOST_AUTO_TEST_SUITE_END()
