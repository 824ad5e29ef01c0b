// What a start finds of sessions and messages; read once, before anybody writes.
#pragma once

#include "storage/write_batch.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::storage {

// Makes the owner's kind of message from what lies on disk.
using message_maker =
    std::function<loggable_ptr(std::string_view topic, std::string_view payload, std::uint8_t qos, bool retain)>;

struct restored_message {
    loggable_ptr message;
    std::uint8_t qos = 0; // to be sent with
    bool as_retained = false;
    storage::step step = step::queued;
    std::uint16_t packet_id = 0; // of sent and released
};

struct restored_session {
    session_record record;
    std::vector<std::pair<std::string, std::uint8_t>> subscriptions; // filter, QoS
    std::vector<std::uint16_t> inbound;                              // QoS 2 packet ids not yet released
    std::vector<restored_message> messages;                          // oldest first
};

struct restored {
    boost::unordered_flat_map<session_number, restored_session> sessions;
    std::vector<loggable_ptr> retained; // oldest first
    std::uint64_t messages = 0;         // on disk
};

} // namespace nightjar::storage
