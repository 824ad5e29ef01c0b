#include "web/request_rate.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace nightjar::web {

std::optional<request_rate::clock::duration> request_rate::take(std::string_view address, std::uint32_t rate,
                                                                clock::time_point now) {
    const auto share = std::chrono::duration_cast<clock::duration>(std::chrono::seconds(1)) / rate;
    if (used_up_to_.size() >= most_addresses) forget_old(now);
    auto& used = used_up_to_[counted_address(address)];
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

std::string counted_address(std::string_view address) {
    constexpr std::size_t network = 8; // bytes
    std::string text(address);
    unsigned char bits[16];
    if (inet_pton(AF_INET6, text.c_str(), bits) != 1) return text;
    return {reinterpret_cast<const char*>(bits), network};
}

} // namespace nightjar::web
