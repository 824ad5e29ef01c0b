#include "tools/nightjarctl/http_client.hpp"

#include "broker/text/base64.hpp"
#include "broker/text/json_parser.hpp"
#include "tools/nightjarctl/validators.hpp"

#include <chrono>
#include <exception>
#include <sstream>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::use_awaitable;

constexpr auto patience = std::chrono::seconds(30);
using request = http::request<http::string_body>;
using answer = http::response_parser<http::string_body>;

std::string basic(const rest_access& who) { return "Basic " + text::base64_encode(who.user + ':' + who.password); }

request question_of(const rest_access& who, const rest_url& where, const char* method, const std::string& path,
                    std::string body = {}) {
    request question(http::string_to_verb(method), path, 11);
    const bool six = where.host.find(':') != std::string::npos;
    question.set(http::field::host, (six ? '[' + where.host + ']' : where.host) + ':' + where.port);
    question.set(http::field::connection, "close");
    if (!who.user.empty()) question.set(http::field::authorization, basic(who));
    if (!body.empty()) {
        question.body() = std::move(body);
        question.prepare_payload();
    }
    return question;
}

template <typename Stream>
asio::awaitable<void> send(Stream& stream, const request& question) {
    std::ostringstream text;
    text << question;
    const auto bytes = text.str();
    co_await asio::async_write(stream, asio::buffer(bytes), use_awaitable);
}

// converse(stream) is given a connected stream, with TLS or without.
template <typename Converse>
asio::awaitable<void> talk(const rest_url& where, const rest_access& who, Converse converse) {
    const auto executor = co_await asio::this_coro::executor;
    asio::ip::tcp::resolver resolver(executor);
    const auto found = co_await resolver.async_resolve(where.host, where.port, use_awaitable);
    asio::ssl::context tls(asio::ssl::context::tls_client);
    if (where.tls) who.tls.prepare(tls);
    beast::ssl_stream<beast::tcp_stream> stream(executor, tls);
    auto& plain = beast::get_lowest_layer(stream);
    plain.expires_after(patience);
    co_await plain.async_connect(found, use_awaitable);
    if (!where.tls) {
        co_await converse(plain);
        co_return;
    }
    expect_host(who.tls, stream.native_handle(), where.host);
    co_await stream.async_handshake(asio::ssl::stream_base::client, use_awaitable);
    co_await converse(stream);
}

// Runs a talk() to its end, or until stop() says so.
template <typename Converse>
void run(const rest_url& where, const rest_access& who, Converse converse, const std::function<bool()>& stop = {}) {
    asio::io_context context{1};
    std::exception_ptr fault;
    bool done = false;
    asio::co_spawn(context, talk(where, who, std::move(converse)), [&](std::exception_ptr e) {
        fault = std::move(e);
        done = true;
    });
    while (!done && !(stop && stop())) context.run_one_for(std::chrono::milliseconds(200));
    try {
        if (fault) std::rethrow_exception(fault);
    } catch (const boost::system::system_error& e) {
        throw std::runtime_error(fmt::format("cannot ask {} port {}: {}", where.host, where.port, e.code().message()));
    }
}

// Takes whole lines off the front.
void take_lines(std::string& bytes, const std::function<void(std::string_view)>& line) {
    std::size_t begin = 0;
    for (auto end = bytes.find('\n'); end != std::string::npos; end = bytes.find('\n', begin)) {
        if (end > begin) line(std::string_view(bytes).substr(begin, end - begin));
        begin = end + 1;
    }
    bytes.erase(0, begin);
}

// Bytes of the body as they come, until there are none.
template <typename Stream, typename Take>
asio::awaitable<void> read_body(Stream& stream, Take take) {
    beast::flat_buffer buffer;
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(boost::none);
    co_await http::async_read_header(stream, buffer, parser, use_awaitable);
    char piece[16'384];
    while (!parser.is_done()) {
        beast::get_lowest_layer(stream).expires_after(patience); // the server sends a sign of life more often
        parser.get().body().data = piece;
        parser.get().body().size = sizeof piece;
        boost::system::error_code error;
        co_await http::async_read_some(stream, buffer, parser, asio::redirect_error(use_awaitable, error));
        if (error && error != http::error::need_buffer) throw boost::system::system_error(error);
        take(parser.get().result_int(), std::string_view(piece, sizeof piece - parser.get().body().size));
    }
}

// Of `Link: <PATH>; rel="next"`.
std::string next_of(beast::string_view link) {
    const auto end = link.find('>');
    if (!link.starts_with('<') || end == beast::string_view::npos || link.find("rel=\"next\"") == link.npos) return {};
    return std::string(link.substr(1, end - 1));
}

} // namespace

void rest_access::add_options(CLI::App& to) {
    to.add_option("--url", url, std::string("where REST is, http:// or https:// (") + default_url + ")")
        ->check(rest_address());
    to.add_option("-u,--username", user, "user name (none)");
    to.add_option("-P,--pw", password, "password; better in the environment, where others do not see it")
        ->envname("NIGHTJARCTL_PASSWORD");
    tls.add_options(to);
}

rest_url rest_url::parse(const std::string& text) {
    const auto wrong = [&text] {
        return std::runtime_error("\"" + text + "\" is no address: http://HOST:PORT or https://HOST:PORT is wanted");
    };
    rest_url url;
    constexpr std::string_view plain = "http://", secure = "https://";
    url.tls = text.starts_with(secure);
    if (!url.tls && !text.starts_with(plain)) throw wrong();
    auto rest = text.substr(url.tls ? secure.size() : plain.size());
    if (rest.find('@') != std::string::npos)
        throw std::runtime_error("an address holds no user and no password here: give them with -u and -P");
    while (rest.ends_with('/')) rest.pop_back();
    const auto colon = rest.rfind(':');
    const auto bracket = rest.rfind(']'); // of [::1]
    const bool with_port = colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
    url.host = rest.substr(0, with_port ? colon : std::string::npos);
    url.port = with_port ? rest.substr(colon + 1) : url.tls ? "443" : "80";
    if (url.host.starts_with('[') && url.host.ends_with(']')) url.host = url.host.substr(1, url.host.size() - 2);
    if (url.host.empty() || url.port.empty() || url.host.find_first_of("/?#[]") != std::string::npos ||
        url.port.find_first_not_of("0123456789") != std::string::npos)
        throw wrong();
    return url;
}

rest_answer ask(const rest_access& where, const char* method, const std::string& path, std::string body) {
    const auto url = rest_url::parse(where.url);
    const auto question = question_of(where, url, method, path, std::move(body));
    answer into;
    into.body_limit(std::uint64_t{256} << 20);
    run(url, where, [&](auto& stream) -> asio::awaitable<void> {
        co_await send(stream, question);
        beast::flat_buffer buffer;
        co_await http::async_read(stream, buffer, into, use_awaitable);
    });
    auto& got = into.get();
    return {got.result_int(), std::move(got.body()), next_of(got[http::field::link])};
}

void follow_lines(const rest_access& where, const std::string& path, const std::function<void(std::string_view)>& line,
                  const std::function<bool()>& stop) {
    const auto url = rest_url::parse(where.url);
    const auto question = question_of(where, url, "GET", path);
    rest_answer refused;
    std::string bytes;
    const auto converse = [&](auto& stream) -> asio::awaitable<void> {
        co_await send(stream, question);
        const auto take = [&](unsigned status, std::string_view piece) {
            bytes += piece;
            refused.status = status;
            if (status == 200) take_lines(bytes, line);
        };
        co_await read_body(stream, take);
    };
    run(url, where, converse, stop);
    refused.body = std::move(bytes);
    if (refused.status != 200 && refused.status != 0) throw std::runtime_error(refusal_of(refused));
}

std::string refusal_of(const rest_answer& answer) {
    boost::system::error_code error;
    const auto parsed = text::parse_json(answer.body, error);
    const auto* object = error ? nullptr : parsed.if_object();
    const auto* detail = object == nullptr ? nullptr : object->if_contains("detail");
    if (detail != nullptr && detail->is_string())
        return fmt::format("{} {}", answer.status, std::string_view(detail->get_string()));
    return fmt::format("the server answers with status {}", answer.status);
}

namespace {

rest_answer get_answer(const rest_access& where, const std::string& path) {
    auto answer = ask(where, "GET", path);
    if (answer.status != 200) throw std::runtime_error(refusal_of(answer));
    return answer;
}

boost::json::value parse_list(const std::string& body) {
    boost::system::error_code error;
    auto parsed = text::parse_json(body, error);
    if (error || !parsed.is_array()) throw std::runtime_error("the server's answer is not the list it should be");
    return parsed;
}

} // namespace

std::string get(const rest_access& where, const std::string& path) { return get_answer(where, path).body; }

boost::json::value get_json(const rest_access& where, const std::string& path) { return parse_list(get(where, path)); }

std::string get_page(const rest_access& where, std::string& path) {
    auto answer = get_answer(where, path);
    path = std::move(answer.next);
    return std::move(answer.body);
}

void get_pages(const rest_access& where, std::string path, std::size_t limit,
               const std::function<void(const boost::json::array& page)>& take) {
    while (!path.empty() && limit > 0) {
        const auto answer = get_answer(where, path);
        auto parsed = parse_list(answer.body);
        auto& page = parsed.get_array();
        if (page.size() > limit) page.resize(limit);
        limit -= page.size();
        take(page);
        path = answer.next;
    }
}

} // namespace nightjar::ctl
