// nightjar-series DIRECTORY [DAYS [MILLIONS]]: the store of values alone. Fills one with a sensor that reports each
// second for so many days (365), then with so many million values (17) of 1,000 sensors on one day, and prints a line
// of JSON: values written per second, bytes of disk per value, milliseconds of charts of 1,000 points, and how long
// single values waited for their commit while that day's values went.
#include "tools/benchmarks/fill.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace {

using namespace nightjar::bench;
using namespace nightjar::storage;

constexpr std::int64_t second_us = 1'000'000, day_s = 86'400;
constexpr sensor_id sensors = 1000;

std::int64_t today_s() {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    return now.count() / day_s * day_s;
}

double chart_ms(const store& of, sensor_id sensor, std::int64_t from_s, std::int64_t length_s) {
    double least = 1e9;
    for (int i = 0; i < 5; ++i) {
        series what;
        what.sensor = sensor;
        const auto unit = length_s >= 1000 * 3600 ? 3600 : 1;
        what.step_ms = (length_s / 1000 + unit) / unit * unit * 1000;
        what.from_ms = from_s * 1000 / what.step_ms * what.step_ms;
        what.steps.resize(1000);
        const auto begin = steady::now();
        while (!what.complete) of.measurements().read(what);
        least = std::min(least, ms_since(begin));
    }
    return least;
}

// The longest wait of a single value while old ones go.
double longest_wait_ms(store& in, batch_writer& w, std::uint64_t left) {
    double longest = 0;
    for (auto at = today_s() * second_us; in.measurements().count() > left; at += 1000) {
        write_batch one;
        one.measurements.push_back({1, 0, at, 1});
        const auto begin = steady::now();
        w.submit(in, std::move(one), 0);
        longest = std::max(longest, ms_since(begin));
        ++left;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return longest;
}

void run(const std::filesystem::path& directory, std::int64_t days, std::int64_t millions) {
    const auto s = store::open({directory});
    batch_writer w;
    const auto begin_s = today_s() - (days + 2) * day_s;
    const auto rate_one = fill(*s, w, {1, 1, begin_s * second_us, second_us, days * day_s});
    const auto bytes = static_cast<double>(s->stats().used_bytes) / static_cast<double>(days * day_s);
    const auto year = chart_ms(*s, 1, begin_s, days * day_s);
    const auto month = chart_ms(*s, 1, begin_s, 30 * day_s);
    const auto day = chart_ms(*s, 1, begin_s, day_s);
    const auto rounds = millions * 1'000'000 / sensors;
    const auto rate_many = fill(*s, w,
                                {2, sensors, (begin_s + days * day_s) * second_us,
                                 day_s * second_us / std::max(rounds, std::int64_t{1}), rounds});
    const auto rows = static_cast<double>(s->measurements().count());
    const auto bytes_all = static_cast<double>(s->stats().used_bytes) / rows;
    s->keep(1, 0);
    const auto kept = static_cast<std::uint64_t>(sensors) * 300 + 300; // each one's last block and open tail
    const auto begin = steady::now();
    const auto wait = longest_wait_ms(*s, w, kept);
    fmt::print(
        R"({{"one sensor values/s":{:.0f},"one sensor bytes":{:.2f},"chart of all ms":{:.2f},)"
        R"("chart of a month ms":{:.2f},"chart of a day ms":{:.2f},"many sensors values/s":{:.0f},"bytes":{:.2f},)"
        R"("retention s":{:.1f},"retention longest wait ms":{:.2f}}})"
        "\n",
        rate_one, bytes, year, month, day, rate_many, bytes_all, ms_since(begin) / 1000, wait);
}

} // namespace

int main(int argc, char** argv) {
    try {
        if (argc < 2 || argc > 4) throw std::runtime_error("usage: nightjar-series DIRECTORY [DAYS [MILLIONS]]");
        run(argv[1], argc > 2 ? std::atoll(argv[2]) : 365, argc > 3 ? std::atoll(argv[3]) : 17);
        return 0;
    } catch (const std::exception& e) {
        fmt::print(stderr, "nightjar-series: {}\n", e.what());
        return 1;
    }
}
