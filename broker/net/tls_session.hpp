// The TLS side of one connection, the server's: turns what lies in a socket into plain bytes and back, in steps that
// never block. Knows neither events nor buffers of others; who drives it waits for the socket as the steps ask.
// One thread at a time; may be moved to another thread between two steps. Does not own the socket.
#pragma once

#include "broker/net/socket.hpp"
#include "broker/net/tls_context.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;

namespace nightjar::net {

enum class tls_status {
    done,        // so many bytes
    wants_read,  // again when the socket is readable
    wants_write, // again when it is writable
    closed,      // by the other end
    failed,      // for good; reason() says why
};

struct tls_step {
    tls_status status = tls_status::done;
    std::size_t size = 0;
};

class tls_session {
  public:
    // `socket`: a connected, non-blocking descriptor. Throws std::bad_alloc.
    tls_session(const tls_context& context, int socket);
    tls_session(const tls_session&) = delete;
    tls_session& operator=(const tls_session&) = delete;

    // The first steps do the handshake by themselves. After read() wants to write, or write() wants anything, the same
    // step has to be tried again; write() with the same bytes.
    tls_step read(std::span<char> into);
    tls_step write(std::string_view bytes); // any part of them, at most one record: 16 KiB

    bool established() const; // the handshake is over
    // Something is here that the socket will not tell of: bytes, or that there will be no more.
    bool has_pending() const;

    // Says good-bye if that is possible now, and forgets the socket, whose number may soon be another's: every step
    // fails from here on.
    void close();

    const std::string& reason() const { return reason_; } // of closed and failed
    peer_identity identity() const;
    std::string description() const; // "TLSv1.3, TLS_AES_256_GCM_SHA384"; empty before the handshake is over

  private:
    struct free_session {
        void operator()(ssl_st* session) const;
    };
    struct wire { // what OpenSSL reads from and writes to
        int socket = -1;
        int error = 0;
        bool ended = false;
    };
    struct wire_functions;

    tls_step stopped(int result);

    wire wire_;
    std::unique_ptr<ssl_st, free_session> session_;
    std::string reason_;
    bool broken_ = false;
};

using tls_session_ptr = std::unique_ptr<tls_session>;

} // namespace nightjar::net
