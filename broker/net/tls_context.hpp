// What the TLS connections of one listener have in common: its certificate, its rules for clients, versions and
// ciphers. Read from files once and never changed, so any thread may make sessions of it; a reload makes another one,
// and the sessions of the old one keep it alive.
#pragma once

#include "broker/config/configuration.hpp"

#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;

namespace nightjar::net {

class tls_context {
  public:
    // Throws std::runtime_error with a sentence that names the file and what is wrong with it. What is allowed but
    // dangerous (expired, readable by everybody) is added to `warnings`.
    tls_context(const config::listener& listener, std::vector<std::string>& warnings);

    ssl_ctx_st* native() const { return context_.get(); }

  private:
    struct free_context {
        void operator()(ssl_ctx_st* context) const;
    };
    std::unique_ptr<ssl_ctx_st, free_context> context_;
};

using tls_context_ptr = std::shared_ptr<const tls_context>;

} // namespace nightjar::net
