// Loads the files of a TLS listener into an OpenSSL context. Every failure is a std::runtime_error with a sentence for
// the operator: which option, which file, why. Used while a context is made, by one thread.
#pragma once

#include "broker/config/configuration.hpp"

#include <string>
#include <vector>

struct ssl_ctx_st;

namespace nightjar::net {

// The certificate with its chain, and its key.
void load_own_certificate(ssl_ctx_st* context, const config::tls_options& options, std::vector<std::string>& warnings);

// Who may vouch for clients, and the revoked ones.
void load_authorities(ssl_ctx_st* context, const config::tls_options& options);

// What OpenSSL says went wrong last, for people; empties its queue.
std::string tls_error();

} // namespace nightjar::net
