#include "tools/nightjarctl/certificate_maker.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace nightjar::ctl {

namespace {

[[noreturn]] void fail(const std::string& what) {
    const char* reason = ERR_reason_error_string(ERR_get_error());
    throw std::runtime_error(reason == nullptr ? what : fmt::format("{}: {}", what, reason));
}

// A stream over a file that did not exist before.
class new_file {
  public:
    new_file(const std::filesystem::path& path, mode_t mode) : path_(path) {
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        stream_ = fd < 0 ? nullptr : ::fdopen(fd, "w");
        if (stream_ == nullptr)
            throw std::runtime_error(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
    }
    new_file(const new_file&) = delete;
    new_file& operator=(const new_file&) = delete;
    ~new_file() {
        if (stream_ != nullptr) std::fclose(stream_);
    }
    std::FILE* get() { return stream_; }
    void finish() {
        if (std::fclose(std::exchange(stream_, nullptr)) != 0)
            throw std::runtime_error(fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
    }

  private:
    std::filesystem::path path_;
    std::FILE* stream_ = nullptr;
};

template <typename Result, typename Reader>
Result read_pem(const std::filesystem::path& path, Reader reader) {
    std::FILE* in = std::fopen(path.c_str(), "re");
    if (in == nullptr) throw std::runtime_error(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
    Result found = reader(in, nullptr, nullptr, nullptr);
    std::fclose(in);
    if (found == nullptr) fail("cannot use " + path.string());
    return found;
}

bool is_address(const std::string& name) {
    unsigned char bytes[16];
    return ::inet_pton(AF_INET, name.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

void add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
    X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (made == nullptr || X509_add_ext(to, made, -1) != 1) fail(fmt::format("cannot add \"{}\"", value));
    X509_EXTENSION_free(made);
}

void add_extensions(X509* to, X509* issuer, certificate::role what, const std::vector<std::string>& names) {
    add_extension(to, issuer, NID_subject_key_identifier, "hash");
    add_extension(to, issuer, NID_authority_key_identifier, "keyid");
    if (what == certificate::role::authority) {
        add_extension(to, issuer, NID_basic_constraints, "critical,CA:TRUE");
        return add_extension(to, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    }
    add_extension(to, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(to, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(to, issuer, NID_ext_key_usage, what == certificate::role::server ? "serverAuth" : "clientAuth");
    std::string all;
    for (const auto& name : names) {
        if (name.find_first_of(",\n\r ") != std::string::npos) throw std::runtime_error("\"" + name + "\" is no name");
        all += (all.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
    }
    if (!all.empty()) add_extension(to, issuer, NID_subject_alt_name, all);
}

// Random, so that two authorities made with the same name do not collide.
void set_serial(X509* of) {
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1) fail("no random numbers");
    bytes[0] &= 0x7F; // positive
    BIGNUM* number = BN_bin2bn(bytes, sizeof bytes, nullptr);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(of));
    BN_free(number);
}

} // namespace

void certificate::free_key::operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
void certificate::free_certificate::operator()(X509* c) const { X509_free(c); }

certificate::certificate(role what, const std::string& common_name, const std::vector<std::string>& names, int days,
                         const certificate* issuer)
    : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    constexpr long an_hour = 3600, a_day = 24 * an_hour;
    if (!key_ || !certificate_) fail("cannot make a key");
    X509* made = certificate_.get();
    const auto& signer = issuer == nullptr ? *this : *issuer;
    X509_set_version(made, X509_VERSION_3);
    set_serial(made);
    X509_gmtime_adj(X509_getm_notBefore(made), -an_hour); // clocks differ
    X509_gmtime_adj(X509_getm_notAfter(made), a_day * days);
    X509_set_pubkey(made, key_.get());
    X509_NAME* name = X509_get_subject_name(made);
    if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0) != 1)
        fail(fmt::format("\"{}\" cannot be the name in a certificate", common_name));
    X509_set_issuer_name(made, X509_get_subject_name(signer.certificate_.get()));
    add_extensions(made, signer.certificate_.get(), what, names);
    if (X509_sign(made, signer.key_.get(), EVP_sha256()) == 0) fail("cannot sign");
}

certificate::certificate(const std::filesystem::path& certificate_file, const std::filesystem::path& key_file)
    : key_(read_pem<EVP_PKEY*>(key_file, PEM_read_PrivateKey)),
      certificate_(read_pem<X509*>(certificate_file, PEM_read_X509)) {
    if (X509_check_private_key(certificate_.get(), key_.get()) != 1)
        fail(fmt::format("{} does not belong to {}", key_file.string(), certificate_file.string()));
}

void certificate::write(const std::filesystem::path& certificate_file, const std::filesystem::path& key_file) const {
    constexpr mode_t for_all = 0644, for_owner = 0600;
    new_file key(key_file, for_owner);
    new_file all(certificate_file, for_all);
    if (PEM_write_PrivateKey(key.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
        PEM_write_X509(all.get(), certificate_.get()) != 1)
        fail("cannot write " + certificate_file.string());
    key.finish();
    all.finish();
}

} // namespace nightjar::ctl
