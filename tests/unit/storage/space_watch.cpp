#include "storage/space_watch.hpp"

#include <boost/test/unit_test.hpp>

using nightjar::storage::space_watch;

namespace {

constexpr std::uint64_t giga = 1'000'000'000;

std::optional<std::string> disk(space_watch& w, std::uint64_t free_percent) {
    return w.look({free_percent * giga, 100 * giga, giga, 1000 * giga});
}

} // namespace

BOOST_AUTO_TEST_SUITE(space_watch_)

BOOST_AUTO_TEST_CASE(says_nothing_while_there_is_room) {
    space_watch w;
    BOOST_TEST(!disk(w, 100));
    BOOST_TEST(!disk(w, 21));
}

BOOST_AUTO_TEST_CASE(warns_once_at_each_mark) {
    space_watch w;
    BOOST_TEST(disk(w, 20).value() == "the disk of the store has 20.0 GB left of 100.0 GB; when nothing is left, "
                                      "nothing more is acknowledged");
    BOOST_TEST(!disk(w, 19));
    BOOST_TEST(!disk(w, 11));
    BOOST_TEST(disk(w, 9).has_value());
    BOOST_TEST(!disk(w, 9));
    BOOST_TEST(disk(w, 3).has_value());
    BOOST_TEST(!disk(w, 0));
}

BOOST_AUTO_TEST_CASE(warns_again_after_there_was_room) {
    space_watch w;
    BOOST_TEST(disk(w, 4).has_value());
    BOOST_TEST(!disk(w, 6)); // to and fro around a mark
    BOOST_TEST(!disk(w, 4));
    BOOST_TEST(!disk(w, 30));
    BOOST_TEST(disk(w, 4).has_value());
}

BOOST_AUTO_TEST_CASE(a_full_map_is_named) {
    space_watch w;
    const auto said = w.look({50 * giga, 100 * giga, 950'000'000, giga});
    BOOST_TEST(said.value() == "the store can grow by 50 MB only, to 1.0 GB; when nothing is left, nothing more is "
                               "acknowledged");
    BOOST_TEST(!w.look({50 * giga, 100 * giga, 2 * giga, giga}));
}

BOOST_AUTO_TEST_SUITE_END()
