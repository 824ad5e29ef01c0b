// What was not stored, and why: counted by reason, the last hundred kept, one log line per topic and minute. Any
// worker; a mutex inside.
#pragma once

#include "broker/log/logger.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::plugins::sensors {

class rejections {
  public:
    explicit rejections(log::logger& log) : log_(log) {}

    void add(std::string_view topic, std::string_view payload, std::string_view reason, std::int64_t now_ms);

    void note(std::string_view reason); // stored all the same, but worth counting

    struct entry {
        std::int64_t time_ms;
        std::string topic, payload, reason; // topic and payload: their first bytes, as they came
    };
    std::deque<entry> last() const; // newest first
    std::map<std::string, std::uint64_t> counts() const;

  private:
    bool worth_a_line(std::string_view topic, std::int64_t now_ms);

    log::logger& log_;
    mutable std::mutex mutex_; // guards all below
    std::deque<entry> last_;
    std::map<std::string, std::uint64_t> counts_;
    boost::unordered_flat_map<std::string, std::int64_t> logged_; // topic -> when
};

} // namespace nightjar::plugins::sensors
