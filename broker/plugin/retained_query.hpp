// Questions about retained messages. Plain; a worker answers, whoever asks may be on any thread.
#pragma once

#include "broker/codec/types.hpp"
#include "broker/plugin/list_position.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nightjar::plugin {

struct retained_query {
    std::string filter = "#";           // valid; "#" finds no topic that begins with $ [MQTT-4.7.2-1]
    std::string search;                 // a part of the topic; empty: any
    std::optional<list_position> after; // the end of the last page; its number is a hash of the whole topic
    std::size_t limit = 1000;
    std::size_t payload_limit = 0; // bytes of each payload
};

struct retained_row {
    std::string topic;
    std::string payload;  // the first of its bytes
    std::size_t size = 0; // of all of it
    codec::qos qos = codec::qos::at_most_once;
    std::uint64_t number = 0;                // of its position
    std::optional<std::int64_t> retained_ms; // wall clock, since 1970; nothing: before this process

    list_position position() const { return {std::string(list_position::start_of(topic)), number}; }
};

// In the order of topics; fewer than the limit if they are large. Topics that the asker has no right to are in none of
// it but `forbidden`.
struct retained_page {
    std::vector<retained_row> rows;
    bool more = false;           // behind the last row
    std::uint64_t total = 0;     // that match, on this page and on others
    std::uint64_t forbidden = 0; // that match too
};

struct forget_result {
    std::uint64_t forgotten = 0, missing = 0, forbidden = 0;
    bool storage_failed = false; // gone from memory; the disk may bring them back
};

} // namespace nightjar::plugin
