#include "broker/net/secure_socket.hpp"

#include <boost/asio/error.hpp>
#include <sys/socket.h>

namespace nightjar::net {

// A socket that was closed while we waited has given its number back.
tls_step secure_socket::read(asio::mutable_buffer into) {
    if (!socket_.is_open()) return {tls_status::failed, 0};
    return tls_->read({static_cast<char*>(into.data()), into.size()});
}

tls_step secure_socket::write(std::string_view bytes) {
    if (!socket_.is_open()) return {tls_status::failed, 0};
    return tls_->write(bytes);
}

error_code secure_socket::error_of(tls_status status) const {
    if (status == tls_status::done) return {};
    if (!socket_.is_open()) return asio::error::operation_aborted;
    if (status == tls_status::closed) return asio::error::eof;
    return asio::error::connection_aborted;
}

void secure_socket::shutdown() {
    if (tls_) tls_->close();
    error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void secure_socket::close() {
    if (tls_) tls_->close();
    error_code ignored;
    socket_.close(ignored);
}

void secure_socket::write_now(std::string_view bytes) {
    if (!socket_.is_open()) return;
    if (tls_) {
        tls_->write(bytes);
    } else {
        static_cast<void>(::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    }
}

descriptor secure_socket::release() {
    error_code ignored;
    return descriptor(socket_.release(ignored));
}

void teardown(boost::beast::role_type /*role*/, secure_socket& socket, error_code& error) {
    socket.shutdown();
    error = {};
}

void beast_close_socket(secure_socket& socket) { socket.close(); }

} // namespace nightjar::net
