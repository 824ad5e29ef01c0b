// What who was admitted may do beyond looking: by the ACL of its listener, on topics.
#pragma once

#include "broker/admin/administrator.hpp"
#include "web/router.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace nightjar::web {

// As the administrator wants to know it.
admin::visitor visitor_of(const request& what);

// One verdict for each topic. Nothing: no answer within the deadline. Web thread.
boost::asio::awaitable<std::optional<std::vector<bool>>> rights_on(admin::administrator& admin, const request& what,
                                                                   plugin::access access,
                                                                   std::vector<std::string> topics,
                                                                   std::chrono::milliseconds deadline);

// Whoever has this right on `topic`, of $CONTROL, may do this. The refusal to send, if it has not.
boost::asio::awaitable<std::optional<response>> refuse_unless(admin::administrator& admin, const request& what,
                                                              plugin::access access, std::string topic,
                                                              std::chrono::milliseconds deadline);

response no_answer_in_time();

} // namespace nightjar::web
