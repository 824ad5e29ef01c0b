// What is told of many values when each of them is too many.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace nightjar::storage {

struct aggregate {
    std::uint64_t count = 0;
    double min = 0, max = 0, mean = 0; // without meaning while count is 0
    double squares = 0;                // sum of squared distances from the mean

    void add(double value) { merge({1, value, value, value, 0}); }

    // Chan, Golub, LeVeque: no sum that grows until small differences are lost in it.
    void merge(const aggregate& other) {
        if (other.count == 0) return;
        if (count == 0) {
            *this = other;
            return;
        }
        const auto mine = static_cast<double>(count), others = static_cast<double>(other.count);
        const double all = mine + others, distance = other.mean - mean;
        squares += other.squares + distance * distance * (mine / all * others);
        mean += other.mean * (others / all) - mean * (others / all);
        min = std::min(min, other.min);
        max = std::max(max, other.max);
        count += other.count;
    }

    // Of a sample, so it needs two values.
    std::optional<double> standard_deviation() const {
        if (count < 2) return std::nullopt;
        return std::sqrt(squares / static_cast<double>(count - 1));
    }
};

} // namespace nightjar::storage
