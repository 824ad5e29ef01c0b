#include "broker/worker/timer_wheel.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

using nightjar::worker::timer_wheel;

namespace {

using hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
struct item : hook {
    std::uint32_t due = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(timer_wheel_)

BOOST_AUTO_TEST_CASE(asks_at_the_second_that_was_named) {
    timer_wheel<item> wheel;
    item a, b;
    wheel.file(a, 0, 3);
    wheel.file(b, 0, 5);
    std::vector<item*> seen;
    const auto note = [&](item& i) { seen.push_back(&i); };
    wheel.advance(2, note);
    BOOST_TEST(seen.empty());
    wheel.advance(4, note);
    BOOST_TEST(seen == std::vector<item*>{&a}, boost::test_tools::per_element());
    wheel.advance(5, note);
    BOOST_TEST(seen.size() == 2U);
}

BOOST_AUTO_TEST_CASE(asks_early_rather_than_never) {
    timer_wheel<item> wheel;
    item a;
    wheel.file(a, 0, 100'000);
    int asked = 0;
    for (std::uint32_t now = 1; now <= 1000; ++now)
        wheel.advance(now, [&](item& i) {
            ++asked;
            wheel.file(i, now, 100'000);
        });
    BOOST_TEST(asked == 1000 / 127);
}

BOOST_AUTO_TEST_CASE(forgets_what_is_destroyed) {
    timer_wheel<item> wheel;
    {
        item a;
        wheel.file(a, 0, 1);
    }
    wheel.advance(10, [](item&) { BOOST_FAIL("it is gone"); });
}

BOOST_AUTO_TEST_CASE(what_is_due_may_destroy_its_neighbour) {
    timer_wheel<item> wheel;
    auto a = std::make_unique<item>(), b = std::make_unique<item>();
    wheel.file(*a, 0, 1);
    wheel.file(*b, 0, 1);
    int asked = 0;
    wheel.advance(1, [&](item&) {
        ++asked;
        a.reset();
        b.reset();
    });
    BOOST_TEST(asked == 1);
}

BOOST_AUTO_TEST_SUITE_END()
