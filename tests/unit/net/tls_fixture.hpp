// Certificates made for one test, and the client's end of a TLS connection over a pair of sockets.
#pragma once

#include "broker/net/tls_session.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nightjar::net::test {

struct identity {
    std::shared_ptr<EVP_PKEY> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
    std::shared_ptr<X509> certificate{X509_new(), X509_free};
};

// `issuer` null: an authority. Times are seconds from now.
inline identity make_identity(const std::string& common_name, const identity* issuer, long begins = -3600,
                              long ends = 86'400, std::string_view organisation = {}) {
    static long serial = 0;
    identity made;
    X509* c = made.certificate.get();
    X509_set_version(c, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(c), begins);
    X509_gmtime_adj(X509_getm_notAfter(c), ends);
    X509_set_pubkey(c, made.key.get());
    auto* name = X509_get_subject_name(c);
    const auto add = [&](const char* field, std::string_view text) {
        if (!text.empty())
            X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                       static_cast<int>(text.size()), -1, 0);
    };
    add("O", organisation);
    add("CN", common_name);
    const identity& signer = issuer == nullptr ? made : *issuer;
    X509_set_issuer_name(c, X509_get_subject_name(signer.certificate.get()));
    if (issuer == nullptr) {
        X509_EXTENSION* ca = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
        X509_add_ext(c, ca, -1);
        X509_EXTENSION_free(ca);
    }
    X509_sign(c, signer.key.get(), EVP_sha256());
    return made;
}

struct file_fixture {
    file_fixture() {
        char pattern[] = "/tmp/nightjar-unit-tls-XXXXXX";
        directory = ::mkdtemp(pattern);
        write("ca", authority);
        write("server", server);
    }
    ~file_fixture() { std::filesystem::remove_all(directory); }

    std::string path(const std::string& name) const { return (directory / name).string(); }
    void write(const std::string& name, const identity& what, const char* password = nullptr) {
        auto* c = std::fopen(path(name + ".crt").c_str(), "w");
        PEM_write_X509(c, what.certificate.get());
        std::fclose(c);
        auto* k = std::fopen(path(name + ".key").c_str(), "w");
        PEM_write_PrivateKey(k, what.key.get(), password == nullptr ? nullptr : EVP_aes_128_cbc(), nullptr, 0, nullptr,
                             const_cast<char*>(password));
        std::fclose(k);
        std::filesystem::permissions(path(name + ".key"), std::filesystem::perms{0600});
    }
    void write_text(const std::string& name, std::string_view text) {
        auto* f = std::fopen(path(name).c_str(), "w");
        std::fwrite(text.data(), 1, text.size(), f);
        std::fclose(f);
    }
    void write_crl(const std::string& name, const identity& revoked) {
        const std::unique_ptr<X509_CRL, void (*)(X509_CRL*)> crl(X509_CRL_new(), X509_CRL_free);
        X509_CRL_set_version(crl.get(), 1);
        X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(authority.certificate.get()));
        const std::unique_ptr<ASN1_TIME, void (*)(ASN1_TIME*)> now(X509_gmtime_adj(nullptr, -60), ASN1_TIME_free);
        const std::unique_ptr<ASN1_TIME, void (*)(ASN1_TIME*)> next(X509_gmtime_adj(nullptr, 3600), ASN1_TIME_free);
        X509_CRL_set1_lastUpdate(crl.get(), now.get());
        X509_CRL_set1_nextUpdate(crl.get(), next.get());
        X509_REVOKED* entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked.certificate.get()));
        X509_REVOKED_set_revocationDate(entry, now.get());
        X509_CRL_add0_revoked(crl.get(), entry);
        X509_CRL_sign(crl.get(), authority.key.get(), EVP_sha256());
        auto* f = std::fopen(path(name).c_str(), "w");
        PEM_write_X509_CRL(f, crl.get());
        std::fclose(f);
    }
    config::listener listener(const std::string& name = "server") const {
        config::listener l;
        l.tls.given = true;
        l.tls.certfile = path(name + ".crt");
        l.tls.keyfile = path(name + ".key");
        return l;
    }
    config::listener asking_for_certificates() const {
        auto l = listener();
        l.tls.cafile = path("ca.crt");
        l.tls.require_certificate = true;
        return l;
    }

    std::filesystem::path directory;
    identity authority = make_identity("test authority", nullptr);
    identity server = make_identity("localhost", &authority);
};

// A client that checks nothing; every call is one step that does not block.
class tls_client {
  public:
    explicit tls_client(int socket, const identity* own = nullptr, int most = TLS1_3_VERSION,
                        std::string_view alpn = {})
        : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), session_(nullptr, SSL_free) {
        SSL_CTX_set_max_proto_version(context_.get(), most);
        SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        if (own != nullptr) {
            SSL_CTX_use_certificate(context_.get(), own->certificate.get());
            SSL_CTX_use_PrivateKey(context_.get(), own->key.get());
        }
        if (!alpn.empty())
            SSL_CTX_set_alpn_protos(context_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                                    static_cast<unsigned>(alpn.size()));
        session_.reset(SSL_new(context_.get()));
        SSL_set_fd(session_.get(), socket);
        SSL_set_connect_state(session_.get());
    }
    bool handshake() { return SSL_do_handshake(session_.get()) == 1; }
    int write(std::string_view bytes) {
        return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
    }
    std::string read() {
        std::string bytes(65'536, '\0');
        const int size = SSL_read(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(std::max(size, 0)));
        return bytes;
    }
    std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(session_.get(), &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }
    std::string server_name() const { // the common name of its certificate
        char name[256] = {};
        X509* c = SSL_get0_peer_certificate(session_.get());
        if (c != nullptr) X509_NAME_get_text_by_NID(X509_get_subject_name(c), NID_commonName, name, sizeof name);
        return name;
    }
    void say_goodbye() { SSL_shutdown(session_.get()); }

  private:
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
    std::unique_ptr<SSL, void (*)(SSL*)> session_;
};

// A session of ours over a pair of connected sockets.
struct session_fixture : file_fixture {
    ~session_fixture() { close_both(); }
    void close_both() {
        for (int& fd : ends)
            if (fd >= 0) ::close(std::exchange(fd, -1));
    }
    void open(const config::listener& l) {
        close_both();
        BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
        std::vector<std::string> warnings;
        context = std::make_shared<const tls_context>(l, warnings);
        session = std::make_unique<tls_session>(*context, ends[0]);
    }
    // The last step of our side; `done` and `wants_read` mean that the handshake is over.
    tls_step shake_hands(tls_client& client) {
        tls_step step;
        char waste[16];
        for (int i = 0; i < 10; ++i) {
            client.handshake();
            step = session->read(waste);
            if (step.status != tls_status::wants_read) return step;
        }
        return step;
    }
    std::string read_all(std::size_t size_of_a_step = 65'536) {
        std::string got, piece(size_of_a_step, '\0');
        for (;;) {
            const auto step = session->read(piece);
            if (step.status != tls_status::done) return got;
            got.append(piece, 0, step.size);
        }
    }

    int ends[2] = {-1, -1}; // ours, the client's
    tls_context_ptr context;
    tls_session_ptr session;
};

} // namespace nightjar::net::test
