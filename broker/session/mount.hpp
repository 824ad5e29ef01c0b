// A topic prefix that clients of a listener do not see: put before every topic they name, taken from every topic they
// hear (`mount_point`). Belongs to one session.
#pragma once

#include "broker/codec/types.hpp"

#include <string>
#include <utility>

namespace nightjar::session {

class mount {
  public:
    explicit mount(std::string prefix) : prefix_(std::move(prefix)) {}

    const std::string& prefix() const { return prefix_; }
    codec::bytes full(codec::bytes topic) { // valid until the next call
        full_.assign(prefix_).append(topic);
        return full_;
    }
    bool covers(codec::bytes full) const { return full.size() > prefix_.size() && full.starts_with(prefix_); }
    codec::bytes seen(codec::bytes full) const { return full.substr(prefix_.size()); } // of one that it covers

  private:
    std::string prefix_, full_;
};

} // namespace nightjar::session
