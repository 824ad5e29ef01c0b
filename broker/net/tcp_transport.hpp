// Plain TCP: waits for readability without a buffer, then reads once into the worker's common buffer.
#pragma once

#include "broker/net/handler_memory.hpp"
#include "broker/net/transport.hpp"

namespace nightjar::net {

class tcp_transport final : public transport {
  public:
    // `read_buffer` is shared by all transports of the worker.
    tcp_transport(tcp_socket socket, std::span<char> read_buffer);

    void start(transport_events& events) override;
    void flush(output_queue& output) override;
    bool blocked() const override { return write_waits_; }
    void pause_reading(bool paused) override;
    void close() override;
    void detach() override;
    void attach(asio::io_context& context, std::span<char> read_buffer) override;
    std::string_view kind() const override { return "tcp"; }

  private:
    void wait_readable();
    void on_readable(error_code error);
    void wait_writable(output_queue& output);
    void on_writable(error_code error, output_queue& output);
    bool write_some(output_queue& output); // false: the connection is lost
    void lost(std::string_view cause);

    struct read_handler;

    tcp_socket socket_;
    std::span<char> read_buffer_;
    transport_events* events_ = nullptr;
    descriptor moving_; // between detach() and attach()
    bool read_waits_ = false;
    bool write_waits_ = false;
    bool paused_ = false;
    bool v6_ = false;
    handler_memory<144> read_memory_;
};

} // namespace nightjar::net
