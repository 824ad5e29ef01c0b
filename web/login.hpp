// Who asks: HTTP Basic (RFC 7617) against the users and rights of the listener.
#pragma once

#include "broker/admin/administrator.hpp"
#include "web/request.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

namespace nightjar::web {

struct credentials {
    std::string user_name, password;
};
// Nothing: not Basic, or not well-formed. Pure.
std::optional<credentials> read_basic(std::string_view authorization);

// Sets what.user_name if it is admitted. Nothing: no answer within the deadline. Web thread; `what` outlives it.
boost::asio::awaitable<std::optional<admin::admission>> admit(admin::administrator& admin, request& what,
                                                              std::chrono::milliseconds deadline);

} // namespace nightjar::web
