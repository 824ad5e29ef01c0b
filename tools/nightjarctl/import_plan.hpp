// What of a mosquitto.db goes into a store, and in which order. Pure.
//
// The store gives messages back in the order of their ids, to all sessions alike. So a message that several sessions
// wait for is one entry where their orders agree; where they do not, one of the sessions gets an entry of its own.
#pragma once

#include "tools/nightjarctl/mosquitto_db.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

namespace nightjar::ctl {

struct stored_names { // what the store has already: it stays as it is
    boost::unordered_flat_set<std::string> client_ids, retained_topics;
};

// Views into the database, which outlives it.
struct import_plan {
    struct session {
        std::string_view client_id, user_name;
        std::vector<std::pair<std::string_view, std::uint8_t>> subscriptions; // filter, QoS
        std::vector<std::uint16_t> inbound;                                   // QoS 2 packet ids not yet released
    };
    struct holder {
        std::size_t session = 0; // of the plan's
        std::uint8_t qos = 0;    // 1 or 2
        bool as_retained = false;
        storage::step step = storage::step::queued;
        std::uint16_t packet_id = 0; // of sent and released
    };
    struct message {
        std::string_view topic, payload;
        std::uint8_t qos = 0;
        bool retain = false;         // as published
        bool is_retained = false;    // the retained message of its topic
        std::vector<holder> holders; // each session once
    };
    struct numbers {
        std::size_t subscriptions = 0, queued = 0, retained = 0;                               // imported
        std::size_t skipped_sessions = 0, skipped_retained = 0;                                // the store has them
        std::size_t ended_sessions = 0, expired_messages = 0, qos0_messages = 0, unwanted = 0; // left out
        std::size_t subscriptions_left_out = 0;
        std::size_t properties = 0, message_expiries = 0, session_expiries = 0; // lost of what is imported
    };

    std::vector<session> sessions;
    std::vector<message> messages; // to be stored in this order
    numbers count;
    std::vector<std::string> remarks; // a line each for what is not imported as it was
};

import_plan plan_import(const mosquitto_db& from, const stored_names& existing, std::int64_t now); // s since 1970

} // namespace nightjar::ctl
