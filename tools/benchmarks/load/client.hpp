// One connection of the generator: to a broker over MQTT 3.1.1, or to the relay with the same frames.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace nightjar::bench {

enum class role : char { publisher = 'P', subscriber = 'S' };

struct target {
    std::uint16_t port = 1883;
    bool relay = false;
    std::string password = {}; // of users who are called as their client ids; empty: no login
};

class client {
  public:
    // Connects (CONNECT and CONNACK, or the relay's tag) before it returns; throws std::runtime_error if that fails.
    // `persistent`: a session that is kept.
    client(const target& where, role as, std::uint32_t group, const std::string& id, bool persistent = false);
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    void subscribe(const std::string& filter, int qos); // waits for the SUBACK; nothing at a relay

    int fd() const { return fd_; }
    std::uint32_t group() const { return group_; }
    role as() const { return as_; }

    std::string out; // to be sent
    bool flush();    // sends what the socket takes; true if something is left
    // Reads once and calls packet(first byte, body) for each whole packet. Throws if the connection is lost.
    void read(const std::function<void(unsigned, std::string_view)>& packet);

    std::uint64_t sent = 0, received = 0, acknowledged = 0;
    std::deque<std::uint64_t> flying; // when they were sent, if acknowledgements are timed
    bool waits = false;               // for the socket to take more

  private:
    std::string wait_for(std::size_t size);

    int fd_ = -1;
    bool relay_;
    role as_;
    std::uint32_t group_;
    std::string in_;
};

} // namespace nightjar::bench
