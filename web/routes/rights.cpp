#include "web/routes/rights.hpp"

#include "web/wait_for.hpp"

#include <fmt/format.h>

namespace nightjar::web {

namespace asio = boost::asio;

admin::visitor visitor_of(const request& what) { return {what.user_name, {}, what.address, what.port, what.listener}; }

response no_answer_in_time() { return error_response(503, "timeout", "The broker did not answer in time."); }

asio::awaitable<std::optional<std::vector<bool>>> rights_on(admin::administrator& admin, const request& what,
                                                            plugin::access access, std::vector<std::string> topics,
                                                            std::chrono::milliseconds deadline) {
    auto who = visitor_of(what);
    co_return co_await wait_for<std::vector<bool>>(
        deadline, [&](auto done) { admin.judge(std::move(who), access, std::move(topics), std::move(done)); });
}

asio::awaitable<std::optional<response>> refuse_unless(admin::administrator& admin, const request& what,
                                                       plugin::access access, std::string topic,
                                                       std::chrono::milliseconds deadline) {
    std::vector<std::string> topics(1, topic);
    const auto may = co_await rights_on(admin, what, access, std::move(topics), deadline);
    if (!may) co_return no_answer_in_time();
    if (may->front()) co_return std::nullopt;
    co_return error_response(403, "denied",
                             fmt::format("The ACL does not let this user {} {}, and so not do this.",
                                         access == plugin::access::write ? "write to" : "read", topic));
}

} // namespace nightjar::web
