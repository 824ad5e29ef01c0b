#include "broker/net/tls_context.hpp"

#include "broker/net/tls_files.hpp"

#include <stdexcept>
#include <string_view>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace nightjar::net {

namespace {

// As they go over the wire: a length, a name.
constexpr std::string_view mqtt_name = "\x04mqtt", http_name = "\x08http/1.1";

// Who offers another protocol only goes on without one, as with mosquitto.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned offered_size, void* ours) {
    const auto& name = *static_cast<const std::string_view*>(ours);
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const unsigned char*>(name.data()),
                              static_cast<unsigned>(name.size()), offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

int number_of(config::tls_version version) {
    switch (version) {
    case config::tls_version::v1_0: return TLS1_VERSION;
    case config::tls_version::v1_1: return TLS1_1_VERSION;
    case config::tls_version::v1_2: return TLS1_2_VERSION;
    case config::tls_version::v1_3: break;
    }
    return TLS1_3_VERSION;
}

void set_ciphers(SSL_CTX* context, const config::tls_options& options) {
    if (!options.ciphers.empty() && SSL_CTX_set_cipher_list(context, options.ciphers.c_str()) != 1)
        throw std::runtime_error(fmt::format("cannot use ciphers {}: {}", options.ciphers, tls_error()));
    if (!options.ciphers_tls13.empty() && SSL_CTX_set_ciphersuites(context, options.ciphers_tls13.c_str()) != 1)
        throw std::runtime_error(fmt::format("cannot use ciphers_tls1.3 {}: {}", options.ciphers_tls13, tls_error()));
}

void set_rules(SSL_CTX* context, const config::tls_options& options) {
    SSL_CTX_set_min_proto_version(context, number_of(options.minimum));
    // An end of TCP without TLS's own is no error: MQTT and HTTP say themselves where a message ends.
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Idle connections give their buffers back. A write that was cut short may come from another place.
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1); // one system call for a record, and for many small ones
    SSL_CTX_set_dh_auto(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
}

void set_client_rules(SSL_CTX* context, const config::tls_options& options) {
    if (!options.require_certificate) return;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    // Who resumes a session shows no certificate, and one that has been revoked or has expired meanwhile would do.
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    if (options.ignore_client_dates)
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_NO_CHECK_TIME);
}

} // namespace

void tls_context::free_context::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

tls_context::tls_context(const config::listener& listener, std::vector<std::string>& warnings)
    : context_(SSL_CTX_new(TLS_server_method())) {
    auto* context = context_.get();
    if (context == nullptr) throw std::runtime_error("cannot use OpenSSL: " + tls_error());
    ERR_clear_error();
    set_rules(context, listener.tls);
    set_ciphers(context, listener.tls);
    load_own_certificate(context, listener.tls, warnings);
    load_authorities(context, listener.tls);
    set_client_rules(context, listener.tls);
    const bool mqtt = listener.protocol == config::listener_protocol::mqtt;
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, const_cast<std::string_view*>(mqtt ? &mqtt_name : &http_name));
}

} // namespace nightjar::net
