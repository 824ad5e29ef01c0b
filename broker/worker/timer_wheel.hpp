// Deadlines of many things, one second apart: 128 lists in a ring. Filing and removing is a few pointer writes; packets
// never touch it, a thing whose second has come is asked when to look again. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include <boost/intrusive/list.hpp>

namespace nightjar::worker {

// T derives from an auto_unlink list hook, so what is destroyed leaves the wheel by itself.
template <typename T>
class timer_wheel {
  public:
    // Looks at `item` again at second `due`, or earlier if that is further than the ring reaches.
    void file(T& item, std::uint32_t now, std::uint32_t due) {
        const auto distance = std::clamp<std::uint32_t>(due > now ? due - now : 1, 1, slots - 1);
        ring_[(now + distance) % slots].push_back(item);
    }

    // Calls due(item) for all that is filed up to second `now`; due() may file it again or destroy it.
    template <typename Due>
    void advance(std::uint32_t now, Due due) {
        while (last_ < now) {
            ++last_;
            list batch;
            batch.swap(ring_[last_ % slots]);
            while (!batch.empty()) {
                T& item = batch.front();
                batch.pop_front();
                due(item);
            }
        }
    }

  private:
    static constexpr std::uint32_t slots = 128;
    using list = boost::intrusive::list<T, boost::intrusive::constant_time_size<false>>;

    std::array<list, slots> ring_;
    std::uint32_t last_ = 0;
};

} // namespace nightjar::worker
