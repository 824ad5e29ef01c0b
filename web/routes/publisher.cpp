#include "web/routes/publisher.hpp"

#include "web/wait_for.hpp"

namespace nightjar::web {

namespace asio = boost::asio;

asio::awaitable<std::optional<admin::publish_result>>
publish_and_wait(admin::administrator& admin, admin::publish_request message, std::chrono::milliseconds deadline) {
    co_return co_await wait_for<admin::publish_result>(
        deadline, [&](auto done) { admin.publish(std::move(message), std::move(done)); });
}

response publish_error(unsigned status, std::string_view name, std::string_view detail) {
    constexpr std::pair<unsigned, int> codes[] = {{400, 3}, {401, 11}, {403, 12}, {413, 9}, {503, 15}};
    for (const auto& [known, code] : codes)
        if (known == status) return error_response(status, name, detail, code);
    return error_response(status, name, detail);
}

std::optional<response> refusal_of(const std::optional<admin::publish_result>& result) {
    using admin::publish_status;
    if (!result) return publish_error(503, "timeout", "The broker did not confirm in time; the message may be lost.");
    switch (result->status) {
    case publish_status::done: return std::nullopt;
    case publish_status::invalid_topic:
        return publish_error(400, "invalid_topic", "The topic is not one that a message can be published to.");
    case publish_status::too_large: return publish_error(413, "too_large", "The message is over max_packet_size.");
    case publish_status::denied: return publish_error(403, "denied", "Publishing to this topic is not allowed.");
    case publish_status::storage_failed:
        return publish_error(503, "storage_failed", "The message could not be stored and is not acknowledged.");
    case publish_status::stopping: return publish_error(503, "stopping", "The broker is stopping.");
    }
    return publish_error(500, "internal", "The broker gave an unknown answer.");
}

} // namespace nightjar::web
