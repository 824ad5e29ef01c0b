#include "tools/benchmarks/load/measure.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <filesystem>
#include <fstream>

namespace nightjar::bench {

std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

std::uint64_t cpu_ns(int pid) {
    std::uint64_t sum = 0;
    std::error_code error;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", error)) {
        std::uint64_t on_cpu = 0;
        std::ifstream(task.path() / "schedstat") >> on_cpu;
        sum += on_cpu;
    }
    return sum;
}

std::uint64_t allocations(const std::string& file) {
    std::uint64_t count = 0;
    if (!file.empty()) std::ifstream(file, std::ios::binary).read(reinterpret_cast<char*>(&count), sizeof count);
    return count;
}

constexpr std::size_t first_bucket = 5 * 16; // add() sees 16 ns at least, which is 5 bits wide

void latencies::add(std::uint64_t ns) {
    const auto width = static_cast<std::size_t>(std::bit_width(ns | 16U));
    const auto step = (ns | 16U) >> (width - 5) & 15U;
    ++buckets_[width * 16 + step];
    ++count_;
    longest_ = std::max(longest_, ns);
}

double latencies::percentile_us(double p) const {
    auto left = static_cast<std::uint64_t>(static_cast<double>(count_) * p);
    for (std::size_t i = first_bucket; i < buckets_.size(); ++i) {
        if (buckets_[i] > left) {
            const auto width = i / 16, step = i % 16;
            return static_cast<double>((16 + step) << (width - 5)) / 1000.0;
        }
        left -= buckets_[i];
    }
    return 0;
}

} // namespace nightjar::bench
