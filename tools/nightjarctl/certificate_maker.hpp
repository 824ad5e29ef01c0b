// Makes what a small site needs for TLS: a certificate authority of its own, and certificates that it vouches for.
// ECDSA on P-256. Failures are std::runtime_error with a sentence.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;
struct x509_st;

namespace nightjar::ctl {

class certificate {
  public:
    enum class role { authority, server, client };

    // `issuer` null: signs itself. `names`: what clients call a server: host names and IP addresses.
    certificate(role what, const std::string& common_name, const std::vector<std::string>& names, int days,
                const certificate* issuer);

    // Reads what write() has written.
    certificate(const std::filesystem::path& certificate_file, const std::filesystem::path& key_file);

    // PEM; the key with mode 0600. Files that exist are left alone and are an error.
    void write(const std::filesystem::path& certificate_file, const std::filesystem::path& key_file) const;

  private:
    struct free_key {
        void operator()(evp_pkey_st* key) const;
    };
    struct free_certificate {
        void operator()(x509_st* c) const;
    };
    std::unique_ptr<evp_pkey_st, free_key> key_;
    std::unique_ptr<x509_st, free_certificate> certificate_;
};

} // namespace nightjar::ctl
