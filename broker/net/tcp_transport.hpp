// Plain TCP: watched for readability without a buffer, then read once into the worker's common buffer. TLS is the same
// with another way to read and to write (tls_transport).
#pragma once

#include "broker/net/transport.hpp"

namespace nightjar::net {

class tcp_transport : public transport, protected poller::watched {
  public:
    explicit tcp_transport(descriptor socket); // non-blocking; not yet attached

    void start(transport_events& events) override;
    void flush(output_queue& output) override;
    bool blocked() const override { return waiting_output_ != nullptr; }
    void pause_reading(bool paused) override;
    bool abandoned() const override { return ended_by_peer(socket_.get()); }
    void close() override;
    void detach() override;
    void attach(const transport_home& home) override;
    std::string_view kind() const override { return "tcp"; }

  protected:
    void on_ready(std::uint32_t events) override;
    virtual void read();
    virtual bool write_some(output_queue& output); // false: the connection is lost
    virtual std::uint32_t wanted() const;          // what epoll should tell of
    void watch();                                  // for what is wanted now
    void lost(std::string_view cause);
    void note_read(std::size_t bytes) { poller_->has_read(*this, bytes); }

    std::span<char> read_buffer() const { return read_buffer_; }
    transport_events* events() const { return events_; } // null: closed, or not started
    bool paused() const { return paused_; }

  private:
    bool write(output_queue& output);

    descriptor socket_;
    poller* poller_ = nullptr;
    std::span<char> read_buffer_; // the worker's, shared by all its transports
    transport_events* events_ = nullptr;
    output_queue* waiting_output_ = nullptr; // for the socket to take more
    bool paused_ = false;
};

} // namespace nightjar::net
