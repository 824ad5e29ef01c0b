#include "storage/space_watch.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nightjar::storage {

namespace {

constexpr double levels[] = {0.05, 0.10, 0.20}; // left
constexpr double clearly_more = 0.02;

double part(std::uint64_t left, std::uint64_t whole) {
    return whole == 0 ? 1 : static_cast<double>(left) / static_cast<double>(whole);
}

std::string amount(std::uint64_t bytes) {
    constexpr double mega = 1e6, giga = 1e9;
    const auto b = static_cast<double>(bytes);
    return b < giga ? fmt::format("{:.0f} MB", b / mega) : fmt::format("{:.1f} GB", b / giga);
}

} // namespace

bool space_watch::marks::passes(double left) {
    if (left > warned_ + clearly_more) warned_ = 1;
    for (const auto level : levels) {
        if (left > level) continue;
        if (warned_ <= level) return false;
        warned_ = level;
        return true;
    }
    return false;
}

std::optional<std::string> space_watch::look(const space& now) {
    constexpr auto consequence = "when nothing is left, nothing more is acknowledged";
    if (disk_.passes(part(now.disk_free, now.disk_size)))
        return fmt::format("the disk of the store has {} left of {}; {}", amount(now.disk_free), amount(now.disk_size),
                           consequence);
    const auto room = now.map - std::min(now.map, now.used);
    if (map_.passes(part(room, now.map)))
        return fmt::format("the store can grow by {} only, to {}; {}", amount(room), amount(now.map), consequence);
    return {};
}

} // namespace nightjar::storage
