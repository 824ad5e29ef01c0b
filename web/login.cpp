#include "web/login.hpp"

#include "web/header_value.hpp"
#include "web/text.hpp"
#include "web/wait_for.hpp"

namespace nightjar::web {

namespace asio = boost::asio;

std::optional<credentials> read_basic(std::string_view authorization) {
    constexpr std::string_view scheme = "basic ";
    if (!equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return {};
    authorization.remove_prefix(scheme.size());
    while (authorization.starts_with(' ')) authorization.remove_prefix(1);
    auto text = base64_decode(authorization);
    if (!text) return {};
    const auto colon = text->find(':');
    if (colon == std::string::npos) return {};
    return credentials{text->substr(0, colon), text->substr(colon + 1)};
}

asio::awaitable<std::optional<admin::admission>> admit(admin::administrator& admin, request& what,
                                                       std::chrono::milliseconds deadline) {
    admin::visitor who{{}, {}, what.address, what.port, what.listener};
    if (!what.authorization.empty()) {
        auto given = read_basic(what.authorization);
        if (!given) co_return admin::admission::wants_login;
        who.user_name = std::move(given->user_name);
        who.password = std::move(given->password);
    }
    auto name = who.user_name;
    const auto answer = co_await wait_for<admin::admission>(
        deadline, [&](auto done) { admin.admit(std::move(who), what.path, std::move(done)); });
    if (answer == admin::admission::granted) what.user_name = std::move(name);
    co_return answer;
}

} // namespace nightjar::web
