#include "broker/plugins/access_control/login_guard.hpp"

#include "broker/text/network.hpp"

#include <algorithm>

namespace nightjar::plugins::access_control {

namespace {

constexpr unsigned free_failures = 5;
constexpr auto memory = std::chrono::minutes{1}; // of the last failure
constexpr auto between_tries = std::chrono::seconds{1};
constexpr auto longest_delay = std::chrono::seconds{10};
constexpr std::size_t most_addresses = 65'536;

} // namespace

std::optional<login_guard::clock::duration> login_guard::delay_of(std::string_view address, clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    const auto found = addresses_.find(text::network_of(address));
    if (found == addresses_.end()) return clock::duration::zero();
    auto& r = found->second;
    if (now - r.last > memory) {
        addresses_.erase(found);
        return clock::duration::zero();
    }
    if (r.failures < free_failures || r.right_ones >= r.failures) return clock::duration::zero();
    const auto at = std::max(now, r.next_free);
    if (at - now > longest_delay) return {};
    r.next_free = at + between_tries;
    return at - now;
}

void login_guard::succeeded(std::string_view address) {
    const std::scoped_lock lock(mutex_);
    const auto found = addresses_.find(text::network_of(address));
    if (found != addresses_.end()) ++found->second.right_ones;
}

void login_guard::failed(std::string_view address, clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    if (addresses_.size() >= most_addresses) forget_old(now);
    auto& r = addresses_[text::network_of(address)];
    if (now - r.last > memory) r.failures = r.right_ones = 0;
    ++r.failures;
    r.last = now;
}

// Who has so many addresses is not slowed by remembering them all.
void login_guard::forget_old(clock::time_point now) {
    boost::unordered::erase_if(addresses_, [&](const auto& a) { return now - a.second.last > memory; });
    if (addresses_.size() >= most_addresses) addresses_.clear();
}

} // namespace nightjar::plugins::access_control
