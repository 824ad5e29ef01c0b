#include "web/request_rate.hpp"

#include "broker/text/network.hpp"

#include <algorithm>

namespace nightjar::web {

std::optional<request_rate::clock::duration> request_rate::take(std::string_view address, std::uint32_t rate,
                                                                clock::time_point now) {
    const auto share = std::chrono::duration_cast<clock::duration>(std::chrono::seconds(1)) / rate;
    if (used_up_to_.size() >= most_addresses) forget_old(now);
    auto& used = used_up_to_[text::network_of(address)];
    const auto next = std::max(used, now) + share;
    if (next - now > saved_up) return next - now - saved_up;
    used = next;
    return std::nullopt;
}

// Who has nothing used up is as good as unknown. If all have, somebody has more addresses than he could be slowed by.
void request_rate::forget_old(clock::time_point now) {
    boost::unordered::erase_if(used_up_to_, [&](const auto& entry) { return entry.second <= now; });
    if (used_up_to_.size() >= most_addresses) used_up_to_.clear();
}

} // namespace nightjar::web
