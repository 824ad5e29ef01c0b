// Plain TCP: watched for readability without a buffer, then read once into the worker's common buffer.
#pragma once

#include "broker/net/transport.hpp"

namespace nightjar::net {

class tcp_transport final : public transport, private poller::watched {
  public:
    explicit tcp_transport(descriptor socket); // non-blocking; not yet attached

    void start(transport_events& events) override;
    void flush(output_queue& output) override;
    bool blocked() const override { return waiting_output_ != nullptr; }
    void pause_reading(bool paused) override;
    void close() override;
    void detach() override;
    void attach(const transport_home& home) override;
    std::string_view kind() const override { return "tcp"; }

  private:
    void on_ready(std::uint32_t events) override;
    void read();
    bool write_some(output_queue& output); // false: the connection is lost
    void watch();                          // for what is wanted now
    void lost(std::string_view cause);

    descriptor socket_;
    poller* poller_ = nullptr;
    std::span<char> read_buffer_; // the worker's, shared by all its transports
    transport_events* events_ = nullptr;
    output_queue* waiting_output_ = nullptr; // for the socket to take more
    bool paused_ = false;
};

} // namespace nightjar::net
