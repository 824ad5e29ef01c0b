// mosquitto.db in persistence format 6, as mosquitto 2.0 and 2.1 write it, to plain structs. Pure: bytes in, structs
// out, every length checked before it is used. Numbers of 16 and 32 bits are big-endian, those of 64 bits lie as the
// machine that wrote them has them; that must be one like ours.
//
//   file     00 B5 00 "mosquitto db", checksum u32 (always 0), format u32, then chunks up to the end
//   chunk    type u32, length u32 of what follows
//   1 CFG         last store id u64, written at mosquitto's stop u8, size of store ids u8 (8), 6 bytes of padding
//   2 BASE_MSG    store id u64, expiry time i64 (s since 1970; 0: never), payload size u32, source packet id u16, sizes
//                 u16 of source id, source user name and topic, source port u16, QoS u8, RETAIN u8;
//                 source id, source user name, topic, payload, MQTT 5 properties up to the end
//   3 CLIENT_MSG  store id u64, packet id u16, size of client id u16, QoS u8, state u8, RETAIN (high half) and DUP u8,
//                 direction u8 (0: from the client, 1: to it); client id, MQTT 5 properties up to the end
//   4 RETAIN      store id u64
//   5 SUB         subscription identifier u32, sizes u16 of client id and filter, QoS u8, options u8, 2 bytes of
//   padding;
//                 client id, filter
//   6 CLIENT      session expiry time i64 (s since 1970; 0: none yet), session expiry interval u32, last packet id u16,
//                 size of client id u16, listener's port u16, size of user name u16, 4 bytes of padding;
//                 client id, user name
//
// CFG is the first. A message and a client come before what names them. The CLIENT_MSGs of a client are in order: from
// it in flight, then waiting; to it in flight, then queued.
#pragma once

#include "storage/write_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::ctl {

// What is wrong with a file; what() is a sentence without the file's name.
struct mosquitto_db_error : std::runtime_error {
    mosquitto_db_error(std::size_t at, const std::string& what) : std::runtime_error(what), offset(at) {}
    std::size_t offset; // of the byte, the field or the chunk
};

// Views into the file's bytes. Texts, topics, filters, QoS and packet ids are valid MQTT; `message` is an index.
struct mosquitto_db {
    struct base_message {
        std::string_view topic, payload;
        std::int64_t expiry_time = 0; // s since 1970; 0: never
        std::uint8_t qos = 0;
        bool retain = false; // as published
        bool has_properties = false;
    };
    struct outbound_message {
        std::size_t message = 0;
        std::uint16_t packet_id = 0; // of sent and released; no two of a client are the same
        std::uint8_t qos = 0;        // to be sent with; may be higher than the message's (upgrade_outgoing_qos)
        storage::step step = storage::step::queued;
        bool as_retained = false;
        bool has_properties = false;
    };
    struct inbound_message { // QoS 2, PUBREL has not come; mosquitto has given it to nobody yet
        std::size_t message = 0;
        std::uint16_t packet_id = 0;
    };
    struct subscription {
        std::string_view filter;
        std::uint8_t qos = 0;
        std::uint8_t options = 0; // as in MQTT 5's SUBSCRIBE, without the QoS
        std::uint32_t identifier = 0;
    };
    struct client {
        std::string_view client_id, user_name;
        std::int64_t session_expiry_time = 0;
        std::uint32_t session_expiry_interval = 0; // 0: ends with the connection; never_expires
        std::vector<subscription> subscriptions;
        std::vector<inbound_message> inbound;
        std::vector<outbound_message> outbound;
    };
    struct lost_subscription {
        std::string_view client_id, filter;
    };
    static constexpr std::uint32_t never_expires = 0xFFFF'FFFF;

    std::vector<base_message> messages;
    std::vector<client> clients;
    std::vector<std::size_t> retained;                 // messages
    std::vector<lost_subscription> lost_subscriptions; // of clients that the file does not have
    std::size_t unwanted_messages = 0;                 // that nobody in the file waits for
    bool written_at_stop = false;                      // not while mosquitto was running
    bool user_names_wrong = false;                     // so that none was taken
};

bool begins_as_mosquitto_db(std::string_view file);    // it may be damaged further on
mosquitto_db read_mosquitto_db(std::string_view file); // throws mosquitto_db_error

} // namespace nightjar::ctl
