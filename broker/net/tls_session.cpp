#include "broker/net/tls_session.hpp"

#include "broker/net/tls_files.hpp"

#include <cerrno>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

namespace nightjar::net {

// OpenSSL's own socket BIO would raise SIGPIPE and forget what the error was.
struct tls_session::wire_functions {
    static wire& of(BIO* bio) { return *static_cast<wire*>(BIO_get_data(bio)); }

    static int receive(BIO* bio, char* to, int size) {
        auto& at = of(bio);
        BIO_clear_retry_flags(bio);
        const auto got = ::recv(at.socket, to, static_cast<std::size_t>(size), MSG_DONTWAIT);
        if (got == 0) at.ended = true;
        if (got < 0) note(at, bio, BIO_FLAGS_READ);
        return static_cast<int>(got);
    }

    static int send(BIO* bio, const char* from, int size) {
        auto& at = of(bio);
        BIO_clear_retry_flags(bio);
        const auto sent = ::send(at.socket, from, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) note(at, bio, BIO_FLAGS_WRITE);
        return static_cast<int>(sent);
    }

    static long control(BIO* bio, int what, long /*number*/, void* /*pointer*/) {
        if (what == BIO_CTRL_EOF) return of(bio).ended ? 1 : 0;
        return what == BIO_CTRL_FLUSH ? 1 : 0;
    }

    static BIO_METHOD* methods() {
        static BIO_METHOD* const made = [] { // constant after its first use
            auto* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "nightjar socket");
            if (m == nullptr) throw std::bad_alloc();
            BIO_meth_set_read(m, receive);
            BIO_meth_set_write(m, send);
            BIO_meth_set_ctrl(m, control);
            return m;
        }();
        return made;
    }

  private:
    static void note(wire& at, BIO* bio, int direction) {
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
            return BIO_set_flags(bio, direction | BIO_FLAGS_SHOULD_RETRY);
        at.error = errno;
    }
};

namespace {

// Why a handshake or a connection failed, in words that help the one who reads the log.
std::string explain(const SSL* session) {
    const auto code = ERR_peek_error(); // the first one is the cause, those after it are consequences
    const int reason = ERR_GET_REASON(code);
    if (ERR_GET_LIB(code) != ERR_LIB_SSL) return tls_error();
    switch (reason) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_RECORD_LENGTH_MISMATCH:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_UNEXPECTED_MESSAGE: ERR_clear_error(); return "what the client sends is not TLS";
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
        ERR_clear_error();
        return fmt::format("the client's certificate is refused: {}",
                           X509_verify_cert_error_string(SSL_get_verify_result(session)));
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: ERR_clear_error(); return "the client has shown no certificate";
    default: break;
    }
    if (reason >= SSL_AD_REASON_OFFSET) {
        ERR_clear_error();
        return fmt::format("the client says: {}", SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
    }
    const char* text = ERR_reason_error_string(code);
    ERR_clear_error();
    return text == nullptr ? fmt::format("OpenSSL error {:x}", code) : text;
}

} // namespace

void tls_session::free_session::operator()(SSL* session) const { SSL_free(session); }

tls_session::tls_session(const tls_context& context, int socket)
    : wire_{socket, 0, false}, session_(SSL_new(context.native())) {
    BIO* bio = session_ ? BIO_new(wire_functions::methods()) : nullptr;
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, &wire_);
    BIO_set_init(bio, 1);
    SSL_set_bio(session_.get(), bio, bio);
    SSL_set_accept_state(session_.get());
}

bool tls_session::established() const { return SSL_is_init_finished(session_.get()) == 1; }

bool tls_session::has_pending() const {
    return broken_ || SSL_has_pending(session_.get()) == 1 ||
           (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

tls_step tls_session::read(std::span<char> into) {
    if (broken_) return {tls_status::failed, 0};
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_read_ex(session_.get(), into.data(), into.size(), &size);
    return result > 0 ? tls_step{tls_status::done, size} : stopped(result);
}

tls_step tls_session::write(std::string_view bytes) {
    if (broken_) return {tls_status::failed, 0};
    ERR_clear_error();
    std::size_t size = 0;
    const int result = SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &size);
    return result > 0 ? tls_step{tls_status::done, size} : stopped(result);
}

tls_step tls_session::stopped(int result) {
    const auto what = SSL_get_error(session_.get(), result);
    if (what == SSL_ERROR_WANT_READ) return {tls_status::wants_read, 0};
    if (what == SSL_ERROR_WANT_WRITE) return {tls_status::wants_write, 0};
    const bool early = !established();
    const bool ended = what == SSL_ERROR_ZERO_RETURN || wire_.ended;
    if (!ended && wire_.error == 0) {
        broken_ = true;
        reason_ = fmt::format("{}: {}", early ? "TLS handshake failed" : "TLS failed", explain(session_.get()));
        return {tls_status::failed, 0};
    }
    ERR_clear_error();
    broken_ = what != SSL_ERROR_ZERO_RETURN; // then OpenSSL wants no good-bye from us either
    reason_ = ended                       ? "connection closed by client"
              : wire_.error == ECONNRESET ? "connection reset by client"
                                          : "connection lost";
    if (early) reason_ += " in the TLS handshake";
    return {tls_status::closed, 0};
}

void tls_session::close() {
    if (wire_.socket < 0) return;
    if (!broken_ && established()) {
        ERR_clear_error();
        SSL_shutdown(session_.get());
        ERR_clear_error();
    }
    broken_ = true;
    wire_.socket = -1;
}

peer_identity tls_session::identity() const {
    peer_identity who;
    const X509* certificate = SSL_get0_peer_certificate(session_.get());
    if (certificate == nullptr || SSL_get_verify_result(session_.get()) != X509_V_OK) return who;
    const X509_NAME* name = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (at >= 0) {
        unsigned char* text = nullptr;
        const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
        if (size > 0 && std::memchr(text, 0, static_cast<std::size_t>(size)) == nullptr)
            who.common_name.assign(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
        OPENSSL_free(text);
    }
    if (BIO* memory = BIO_new(BIO_s_mem()); memory != nullptr) {
        X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253);
        char* text = nullptr;
        const auto size = BIO_get_mem_data(memory, &text);
        if (size > 0) who.subject.assign(text, static_cast<std::size_t>(size));
        BIO_free(memory);
    }
    return who;
}

std::string tls_session::description() const {
    if (!established()) return {};
    return fmt::format("{}, {}", SSL_get_version(session_.get()), SSL_get_cipher_name(session_.get()));
}

} // namespace nightjar::net
