// Publishing for REST: hands a message to the broker and waits until it is routed and, if it had to be
// stored, on disk.
#pragma once

#include "broker/admin/administrator.hpp"
#include "web/router.hpp"

#include <chrono>
#include <optional>

namespace nightjar::web {

// Nothing: the broker gave no answer within the deadline. Web thread.
boost::asio::awaitable<std::optional<admin::publish_result>>
publish_and_wait(admin::administrator& admin, admin::publish_request message, std::chrono::milliseconds deadline);

// The refusal to send, unless the message was published.
std::optional<response> refusal_of(const std::optional<admin::publish_result>& result);

// An error answer with the number that libmosquitto gives the same fault: 400 -> 3 (invalid), 401 -> 11, 403
// -> 12, 413 -> 9, 503 -> 15.
response publish_error(unsigned status, std::string_view name, std::string_view detail);

} // namespace nightjar::web
