// The TLS contexts of all listeners that have certificates: made together at the start, and again, all or none, when
// the certificates are to be read anew. Any thread may ask.
#pragma once

#include "broker/config/reader.hpp"
#include "broker/net/tls_context.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace nightjar::net {

class tls_listeners {
  public:
    // `listeners` outlive this and do not change. Throws std::runtime_error as tls_context does, naming file and line
    // of the options. check() has told of what is only dangerous.
    explicit tls_listeners(const std::vector<config::listener>& listeners);

    // The same as findings with file and line, for all listeners at once.
    static void check(const std::vector<config::listener>& listeners, std::vector<config::finding>& findings);

    // Null: the listener speaks plain text.
    tls_context_ptr of(const config::listener& listener) const;

    // Reads all files again; throws if any of them cannot be used. use(): connections keep what they have, later ones
    // get what is new.
    using contexts = std::map<const config::listener*, tls_context_ptr>;
    contexts read(std::vector<std::string>& warnings) const;
    void use(contexts fresh);

  private:
    const std::vector<config::listener>& listeners_;
    mutable std::mutex mutex_;
    contexts contexts_; // guarded by mutex_
};

} // namespace nightjar::net
