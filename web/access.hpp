// Who may ask: the rules that keep web pages of other sites away from a listener. Browsers name the asking
// page in Origin and the name they looked up in Host; other programs send what they like and are not the ones
// guarded against. Pure.
#pragma once

#include "broker/config/configuration.hpp"

#include <span>
#include <string_view>

namespace nightjar::web {

enum class origin_relation {
    absent,  // not a browser, or a request for which browsers send none
    own,     // host and port are those of Host, or the host is and the port is another page of ours
    listed,  // one of the listener's origins, or these contain "*"
    foreign, // anything else, "null" too
};

// `ours`: all listeners of this program. The page of port 8000 may connect to the websockets of port 9001.
origin_relation relation_of(std::string_view origin, std::string_view host, const config::listener& listener,
                            std::span<const config::listener> ours = {});

// DNS rebinding: a page can reach a loopback port under a name of its own, so on loopback Host has to be an
// IP literal, "localhost", the name in bind_address or that of a listed origin. Anywhere else every name is
// fine.
bool host_allowed(std::string_view host, const config::listener& listener, bool bound_to_loopback);

// A write that a browser sends for another site's page, told by Sec-Fetch-Site where Origin is absent.
bool cross_site_write(std::string_view method, std::string_view fetch_site, origin_relation origin);

// Whether a client without a user name may use the API here.
bool anonymous_allowed(const config::configuration& conf, const config::listener& listener);

} // namespace nightjar::web
