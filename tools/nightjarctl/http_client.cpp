#include "tools/nightjarctl/http_client.hpp"

#include <stdexcept>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

std::string detail_of(const std::string& body, unsigned status) {
    boost::system::error_code error;
    const auto parsed = boost::json::parse(body, error);
    const auto* object = error ? nullptr : parsed.if_object();
    const auto* detail = object == nullptr ? nullptr : object->if_contains("detail");
    if (detail != nullptr && detail->is_string())
        return fmt::format("{} {}", status, std::string_view(detail->get_string()));
    return fmt::format("the server answers with status {}", status);
}

} // namespace

rest_url rest_url::parse(const std::string& text) {
    constexpr std::string_view scheme = "http://";
    if (!text.starts_with(scheme))
        throw std::runtime_error("\"" + text + "\" is no address: http://HOST:PORT is wanted");
    auto rest = text.substr(scheme.size());
    while (rest.ends_with('/')) rest.pop_back();
    rest_url url;
    const auto colon = rest.rfind(':');
    const auto bracket = rest.rfind(']'); // of [::1]
    const bool with_port = colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
    url.host = rest.substr(0, with_port ? colon : std::string::npos);
    url.port = with_port ? rest.substr(colon + 1) : "80";
    if (url.host.starts_with('[') && url.host.ends_with(']')) url.host = url.host.substr(1, url.host.size() - 2);
    if (url.host.empty() || url.port.empty() || url.host.find('/') != std::string::npos ||
        url.port.find_first_not_of("0123456789") != std::string::npos)
        throw std::runtime_error("\"" + text + "\" is no address: http://HOST:PORT is wanted");
    return url;
}

std::string get(const rest_url& where, const std::string& path) {
    boost::asio::io_context context;
    beast::tcp_stream stream(context);
    http::request<http::empty_body> request(http::verb::get, path, 11);
    request.set(http::field::host, where.host + ":" + where.port);
    request.set(http::field::connection, "close");
    http::response_parser<http::string_body> answer;
    answer.body_limit(std::uint64_t{256} << 20);
    try {
        boost::asio::ip::tcp::resolver resolver(context);
        stream.expires_after(std::chrono::seconds(10));
        stream.connect(resolver.resolve(where.host, where.port));
        http::write(stream, request);
        beast::flat_buffer buffer;
        http::read(stream, buffer, answer);
    } catch (const boost::system::system_error& e) {
        throw std::runtime_error(fmt::format("cannot ask {} port {}: {}", where.host, where.port, e.code().message()));
    }
    const auto status = answer.get().result_int();
    if (status != 200) throw std::runtime_error(detail_of(answer.get().body(), status));
    return std::move(answer.get().body());
}

boost::json::value get_json(const rest_url& where, const std::string& path) {
    boost::system::error_code error;
    auto parsed = boost::json::parse(get(where, path), error);
    if (error || !parsed.is_array()) throw std::runtime_error("the server's answer is not the list it should be");
    return parsed;
}

} // namespace nightjar::ctl
