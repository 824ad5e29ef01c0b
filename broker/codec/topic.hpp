// Topic names and filters, MQTT-4.7. Pure, no allocation.
#pragma once

#include "broker/codec/error.hpp"
#include "broker/codec/types.hpp"

namespace nightjar::codec {

// Well-formed UTF-8 without U+0000 and surrogates [MQTT-1.5.3-1], [MQTT-1.5.3-2]. Control characters and
// noncharacters may be refused by a server (MQTT-1.5.3); like mosquitto we refuse U+0001-1F, 7F-9F and noncharacters.
bool valid_utf8(bytes text);

// Both: one byte at least, 65,535 at most, valid UTF-8, at most max_topic_levels levels.
result<void> check_topic_name(bytes topic);    // and no wildcard [MQTT-3.3.2-2]
result<void> check_topic_filter(bytes filter); // and wildcards only where they may stand [MQTT-4.7.1-2], [MQTT-4.7.1-3]

// Both arguments are valid. '$' topics are matched by no filter that starts with a wildcard [MQTT-4.7.2-1].
bool topic_matches(bytes filter, bytes topic);

// Where a bridge of mosquitto says that it is connected, and its will that it is not: the only topics below $SYS that
// clients may write to.
constexpr bytes state_of_bridges = "$SYS/broker/connection/+/state";

// Walks the levels of a name or filter: "a//b" has three, the middle one empty.
class levels {
  public:
    explicit levels(bytes text) : rest_(text) {}
    bool next(bytes& level) {
        if (done_) return false;
        const auto slash = rest_.find('/');
        level = rest_.substr(0, slash);
        if (slash == bytes::npos) {
            done_ = true;
        } else {
            rest_.remove_prefix(slash + 1);
        }
        return true;
    }

  private:
    bytes rest_;
    bool done_ = false;
};

} // namespace nightjar::codec
