// Whom to believe over TLS and what to show, as given on the command line; the names are mosquitto_pub's. For MQTT and
// for REST.
#pragma once

#include <string>

#include <boost/asio/ssl/context.hpp>

namespace CLI {
class App;
}

namespace nightjar::ctl {

struct tls_access {
    std::string cafile, capath; // who vouches for the server; both empty: whom the system trusts
    std::string cert, key;      // our own certificate; empty: none
    bool insecure = false;      // nobody has to vouch

    void add_options(CLI::App& to); // --cafile --capath --cert --key --insecure
    bool given() const;             // any of them
    // Throws std::runtime_error that names the option whose file is not what it should be.
    void prepare(boost::asio::ssl::context& context) const;
};

// The server has to be who it is called, unless anybody will do; a name is also told to it (SNI). `stream` is an SSL*
// before its handshake.
void expect_host(const tls_access& who, ssl_st* stream, const std::string& host);

} // namespace nightjar::ctl
