// Many threads, whole lines.
#include "tests/unit/log/fixture.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include <boost/test/unit_test.hpp>

using namespace nightjar::log;
using namespace nightjar::log::test;

namespace {

constexpr int threads = 4, lines_each = 500;

// A long text, so that a torn line would show.
std::string text_of(int thread, int number) {
    return fmt::format("{} {} ", thread, number) + std::string(300, static_cast<char>('a' + thread)) + '.';
}

// Every thread takes the logger that `of` gives it.
template <typename Of>
void write_from_threads(Of of) {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t)
        running.emplace_back([t, &of] {
            for (int i = 0; i < lines_each; ++i) of(t).notice("{}", text_of(t, i));
        });
}

lines all_texts() {
    lines wanted;
    for (int t = 0; t < threads; ++t)
        for (int i = 0; i < lines_each; ++i) wanted.push_back(text_of(t, i));
    std::sort(wanted.begin(), wanted.end());
    return wanted;
}

lines sorted(lines found) {
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(concurrent, fixture)

BOOST_AUTO_TEST_CASE(threads_of_one_logger_do_not_tear_lines) {
    log.configure(settings({file(dir / "log")}));
    write_from_threads([&](int) -> logger& { return log; });
    BOOST_TEST((sorted(lines_of(dir / "log")) == all_texts()));
    BOOST_TEST((sorted(seen) == all_texts()));
    BOOST_TEST((lines_of(dir / "log") == seen)); // in the same order everywhere
}

BOOST_AUTO_TEST_CASE(a_threads_lines_stay_in_order) {
    write_from_threads([&](int) -> logger& { return log; });
    for (int t = 0; t < threads; ++t) {
        int next = 0;
        for (const auto& line : seen)
            if (line.starts_with(std::to_string(t) + ' ')) BOOST_TEST_REQUIRE(line == text_of(t, next++));
        BOOST_TEST(next == lines_each);
    }
}

BOOST_AUTO_TEST_CASE(two_loggers_of_one_file_do_not_tear_lines) {
    logger other;
    for (auto* one : {&log, &other}) one->configure(settings({file(dir / "log")}));
    write_from_threads([&](int thread) -> logger& { return thread % 2 == 0 ? log : other; });
    BOOST_TEST((sorted(lines_of(dir / "log")) == all_texts()));
}

BOOST_AUTO_TEST_CASE(rotation_loses_no_line) {
    log.configure(settings({file(dir / "log")}));
    int turn = 0;
    {
        std::jthread writer([&] { write_from_threads([&](int) -> logger& { return log; }); });
        for (; turn < 20; ++turn) {
            std::filesystem::rename(dir / "log", dir / ("log." + std::to_string(turn)));
            log.reopen();
        }
    }
    auto found = lines_of(dir / "log");
    for (int i = 0; i < turn; ++i) {
        const auto old = lines_of(dir / ("log." + std::to_string(i)));
        found.insert(found.end(), old.begin(), old.end());
    }
    BOOST_TEST((sorted(found) == all_texts()));
}

BOOST_AUTO_TEST_CASE(settings_may_change_while_others_write) {
    std::jthread writer([&] { write_from_threads([&](int) -> logger& { return log; }); });
    for (int i = 0; i < 50; ++i) log.configure(settings({file(dir / "log")}));
    writer.join();
    BOOST_TEST((sorted(seen) == all_texts()));
}

BOOST_AUTO_TEST_SUITE_END()
