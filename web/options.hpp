// The web side's limits. The defaults serve; tests shorten them.
#pragma once

#include <chrono>
#include <cstddef>

namespace nightjar::web {

struct server_options {
    std::chrono::milliseconds head_deadline{10'000};  // for a whole request head
    std::chrono::milliseconds body_deadline{30'000};  // for a whole body
    std::chrono::milliseconds write_deadline{20'000}; // for each 64 KiB of an answer
    std::chrono::milliseconds idle_deadline{60'000};  // between two requests
    std::chrono::milliseconds publish_deadline{10'000};
    std::chrono::milliseconds reading_time{2'000};  // a list's share of the store
    std::chrono::milliseconds linger{2'000};        // for a refused client to read why
    std::chrono::milliseconds stream_pause{10'000}; // in a stream without news, until a sign of life
    std::chrono::milliseconds stop_grace{2'000};    // for requests under way at the end
    std::size_t head_limit = 8 * 1024;
    std::size_t field_limit = 100;
    std::size_t body_limit = 1024 * 1024;
    std::size_t most_unsent = 64 * 1024 * 1024; // bytes of large answers on their way to slow readers
    std::size_t max_connections = 1024;         // WebSockets, once handed over, do not count
};

} // namespace nightjar::web
