#include "broker/plugins/sensors/rejections.hpp"

namespace nightjar::plugins::sensors {

namespace {

constexpr std::size_t kept = 100, shown_bytes = 100, topics_remembered = 1000;
constexpr std::int64_t one_minute = 60'000;

} // namespace

void rejections::add(std::string_view topic, std::string_view payload, std::string_view reason, std::int64_t now_ms) {
    const std::scoped_lock lock(mutex_);
    ++counts_[std::string(reason)];
    last_.push_front({now_ms, std::string(topic.substr(0, shown_bytes)), std::string(payload.substr(0, shown_bytes)),
                      std::string(reason)});
    if (last_.size() > kept) last_.pop_back();
    if (worth_a_line(topic, now_ms))
        log_.notice("sensors: a value on {} is not stored: {}", topic.substr(0, shown_bytes), reason);
}

void rejections::note(std::string_view reason) {
    const std::scoped_lock lock(mutex_);
    ++counts_[std::string(reason)];
}

bool rejections::worth_a_line(std::string_view topic, std::int64_t now_ms) {
    if (logged_.size() >= topics_remembered) logged_.clear();
    auto& when = logged_[std::string(topic)];
    if (when != 0 && now_ms - when < one_minute && now_ms >= when) return false;
    when = now_ms;
    return true;
}

std::deque<rejections::entry> rejections::last() const {
    const std::scoped_lock lock(mutex_);
    return last_;
}

std::map<std::string, std::uint64_t> rejections::counts() const {
    const std::scoped_lock lock(mutex_);
    return counts_;
}

} // namespace nightjar::plugins::sensors
