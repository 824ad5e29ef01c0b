#include "broker/plugins/sensors/silence_watch.hpp"

namespace nightjar::plugins::sensors {

std::vector<silence_watch::silent> silence_watch::look(const options& settings, const registry& known,
                                                       std::int64_t steady_ms) {
    std::vector<silent> result;
    if (settings.offline_after.empty()) {
        last_.clear();
        return result;
    }
    known.each([&](sensor& s) {
        if (s.record.topic.empty()) return; // declared, or imported without one: no device has spoken yet
        const auto limit = value_of(settings.offline_after, s.record.id, s.record.type, std::int64_t{0});
        if (limit == 0) return;
        const auto newest = s.newest_us.load(std::memory_order_relaxed);
        auto& seen = last_.try_emplace(s.record.id, last{&s, newest, steady_ms}).first->second;
        if (seen.who != &s || seen.newest_us != newest) seen = {&s, newest, steady_ms};
        const auto silence = steady_ms - seen.steady_ms;
        if (silence >= limit * 1000) result.push_back({&s, s.record, silence / 1000});
    });
    return result;
}

} // namespace nightjar::plugins::sensors
