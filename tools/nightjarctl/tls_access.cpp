#include "tools/nightjarctl/tls_access.hpp"

#include <stdexcept>

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace nightjar::ctl {

namespace ssl = boost::asio::ssl;

void tls_access::add_options(CLI::App& to) {
    to.add_option("--cafile", cafile, "TLS: who vouches for the server, a PEM file (whom the system trusts)");
    to.add_option("--capath", capath, "TLS: the same, a directory as openssl rehash makes it");
    auto* own = to.add_option("--cert", cert, "TLS: our own certificate, a PEM file");
    auto* secret = to.add_option("--key", key, "TLS: its private key, a PEM file");
    own->needs(secret);
    secret->needs(own);
    to.add_flag("--insecure", insecure, "TLS: believe any server");
}

bool tls_access::given() const { return insecure || !(cafile + capath + cert + key).empty(); }

namespace {

template <typename Use>
void use(const char* option, const std::string& file, Use how) {
    boost::system::error_code error;
    if (!file.empty()) how(file, error);
    if (error) throw std::runtime_error(fmt::format("cannot use {} {}: {}", option, file, error.message()));
}

} // namespace

void tls_access::prepare(ssl::context& context) const {
    context.set_verify_mode(insecure ? ssl::verify_none : ssl::verify_peer);
    if (cafile.empty() && capath.empty() && !insecure) context.set_default_verify_paths();
    using error = boost::system::error_code;
    use("--cafile", cafile, [&](const auto& file, error& e) { context.load_verify_file(file, e); });
    use("--capath", capath, [&](const auto& file, error& e) { context.add_verify_path(file, e); });
    use("--cert", cert, [&](const auto& file, error& e) { context.use_certificate_chain_file(file, e); });
    use("--key", key, [&](const auto& file, error& e) { context.use_private_key_file(file, ssl::context::pem, e); });
}

void expect_host(const tls_access& who, ssl_st* stream, const std::string& host) {
    boost::system::error_code no_address;
    boost::asio::ip::make_address(host, no_address);
    if (no_address) SSL_set_tlsext_host_name(stream, host.c_str()); // RFC 6066 section 3: no addresses
    if (who.insecure) return;
    if (no_address)
        SSL_set1_host(stream, host.c_str());
    else
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(stream), host.c_str());
}

} // namespace nightjar::ctl
