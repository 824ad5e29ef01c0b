#include "web/connection.hpp"

#include "web/head_scanner.hpp"
#include "web/header_value.hpp"
#include "web/response_head.hpp"
#include "web/target.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <fmt/format.h>

namespace nightjar::web {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t read_size = 4096;
constexpr std::size_t write_slice = 64 * 1024;
constexpr std::size_t linger_limit = 4 * 1024 * 1024;

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string_view view(const boost::beast::flat_buffer& buffer) {
    return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
}

} // namespace

connection::connection(connection_context& context, net::secure_socket socket, net::arrival who,
                       const config::listener& listener, bool bound_to_loopback)
    : context_(context), stream_(std::move(socket)), deadline_(stream_.get_executor(), [this] { stream_.close(); }),
      who_(std::move(who)), peer_(who_.peer.place()) {
    request_.address = who_.peer.text();
    request_.port = who_.peer.port;
    request_.listener = &listener;
    request_.bound_to_loopback = bound_to_loopback;
}

void connection::close() {
    idle_ = false;
    stream_.close();
}

asio::awaitable<void> connection::run() {
    for (;;) {
        outcome now = co_await read_head();
        heard_ = true;
        if (now == outcome::ready && asks_for_websocket()) {
            if (hand_over()) co_return;
            now = outcome::refused;
        }
        if (now == outcome::ready) now = co_await read_body();
        if (now == outcome::gone) co_return;
        if (now == outcome::refused) {
            co_await refuse_and_close();
            co_return;
        }
        request_.body = std::move(parser_->get().body());
        deadline_.expires_never();
        const auto reloads = context_.reloads;
        response answer = co_await context_.app.respond(request_);
        if (too_much(answer))
            answer = error_response(503, "busy", "Too many large answers are on their way; try again.");
        context_.log.debug("HTTP {} {} {} from {}", request_.method, request_.path, answer.status, peer_);
        if (answer.stream) {
            co_await send_stream(answer, reloads);
            break;
        }
        const bool keep_alive = parser_->keep_alive() && !context_.stopping && !listener().closed;
        if (!co_await send(answer, keep_alive)) co_return;
        if (!keep_alive) break;
        first_ = false;
    }
    stream_.shutdown();
}

// A handshake that failed is worth a line: otherwise nobody would know why a client does not get in.
connection::outcome connection::gone(error_code cause) {
    if (stream_.tls() != nullptr && cause == asio::error::connection_aborted)
        context_.log.information("Client {} disconnected: {}.", peer_, stream_.tls()->reason());
    return outcome::gone;
}

asio::awaitable<connection::outcome> connection::wait_for_first_byte() {
    if (buffer_.size() > 0) co_return outcome::ready;
    buffer_.shrink_to_fit(); // an idle connection holds no buffer
    idle_ = true;
    deadline_.expires_after(first_ ? context_.options.head_deadline : context_.options.idle_deadline);
    const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(read_size), as_result);
    idle_ = false;
    if (error) co_return gone(error);
    buffer_.commit(size);
    co_return outcome::ready;
}

asio::awaitable<connection::outcome> connection::read_head() {
    request_.method.clear(); // of the one before
    request_.path.clear();
    const outcome begun = co_await wait_for_first_byte();
    if (begun == outcome::gone) co_return begun;
    deadline_.expires_after(context_.options.head_deadline); // one deadline, however slowly the bytes drip
    head_scanner scanner(context_.head_limit(), context_.options.field_limit);
    for (;;) {
        switch (scanner.scan(view(buffer_))) {
        case head_scanner::state::complete: co_return parse_head(scanner.size());
        case head_scanner::state::malformed:
            co_return refuse(bad_request("bad_request", "The request head is not well-formed."));
        case head_scanner::state::too_large:
            co_return refuse(error_response(431, "head_too_large",
                                            fmt::format("The head is over {} bytes.", context_.head_limit())));
        case head_scanner::state::too_many_fields:
            co_return refuse(error_response(
                431, "too_many_fields", fmt::format("There are over {} header fields.", context_.options.field_limit)));
        case head_scanner::state::incomplete: break;
        }
        const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(read_size), as_result);
        if (error) co_return outcome::gone;
        buffer_.commit(size);
    }
}

connection::outcome connection::refuse(response why) {
    refusal_ = std::move(why);
    return outcome::refused;
}

connection::outcome connection::parse_head(std::size_t size) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(context_.head_limit() + 1)); // the scanner has counted
    parser_->body_limit(context_.options.body_limit);
    error_code error;
    buffer_.consume(parser_->put(asio::buffer(buffer_.cdata(), size), error));
    if (error == http::error::need_more) error = {};
    if (error == http::error::body_limit) {
        take_fields();
        return refuse(context_.app.body_too_large(request_));
    }
    if (error == http::error::bad_version)
        return refuse(error_response(505, "bad_version", "This server speaks HTTP/1.1 and HTTP/1.0."));
    if (error || !parser_->is_header_done())
        return refuse(
            bad_request("bad_request", fmt::format("The request head is not well-formed: {}.", error.message())));
    take_fields();
    return check_head();
}

// The fields the routes know; repeated ones are refused by check_head() or joined by their first.
void connection::take_fields() {
    const auto& head = parser_->get();
    const auto field = [&](http::field name) { return std::string(view(head[name])); };
    const auto all_of = [&](http::field name) { // a list may stand in several fields
        std::string joined;
        const auto [begin, end] = head.equal_range(name);
        for (auto at = begin; at != end; ++at) joined.append(joined.empty() ? "" : ",").append(view(at->value()));
        return joined;
    };
    request_.method = std::string(view(head.method_string()));
    request_.version = head.version();
    request_.host = field(http::field::host);
    request_.origin = field(http::field::origin);
    if (request_.origin.empty() && head.count(http::field::origin) > 0)
        request_.origin = "null"; // a browser all the same
    request_.fetch_site = std::string(view(head["Sec-Fetch-Site"]));
    request_.if_none_match = all_of(http::field::if_none_match);
    request_.authorization = field(http::field::authorization);
    request_.accept_encoding = all_of(http::field::accept_encoding);
    request_.parameters.clear();
    if (auto where = parse_target(view(head.target()))) {
        request_.path = std::move(where->path);
        request_.query = std::move(where->query);
        if (!where->authority.empty()) request_.host = std::move(where->authority);
    } else {
        request_.path.clear(); // check_head() refuses it
    }
}

// What lets two readers of one request disagree about where it ends or whom it is for is refused (RFC 9112
// section 11).
connection::outcome connection::check_head() {
    const auto& head = parser_->get();
    if (head.count(http::field::host) > 1 || (head.version() >= 11 && head.count(http::field::host) == 0))
        return refuse(bad_request("bad_host", "There has to be one Host field."));
    if (head.count(http::field::origin) > 1)
        return refuse(bad_request("bad_origin", "There is more than one Origin field."));
    const auto lengths = head.count(http::field::content_length);
    if (lengths > 1 || head[http::field::content_length].find(',') != boost::beast::string_view::npos)
        return refuse(bad_request("bad_length", "There is more than one Content-Length."));
    if (const auto codings = head.count(http::field::transfer_encoding); codings > 0) {
        if (codings > 1 || lengths > 0 || head.version() < 11)
            return refuse(bad_request("bad_length", "Transfer-Encoding stands beside another length."));
        if (!equals_ignoring_case(view(head[http::field::transfer_encoding]), "chunked"))
            return refuse(error_response(501, "bad_coding", "The only Transfer-Encoding known here is chunked."));
    }
    if (const auto expect = view(head[http::field::expect]);
        !expect.empty() && !equals_ignoring_case(expect, "100-continue"))
        return refuse(error_response(417, "bad_expectation", "The only expectation known here is 100-continue."));
    if (request_.path.empty()) return refuse(bad_request("bad_target", "The path is not well-formed."));
    return outcome::ready;
}

asio::awaitable<connection::outcome> connection::read_body() {
    if (parser_->is_done()) co_return outcome::ready;
    deadline_.expires_after(context_.options.body_deadline);
    if (request_.version >= 11 && !parser_->get()[http::field::expect].empty() && buffer_.size() == 0) {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        stream_.write_now(go_on); // who does not get it sends the body anyway, after a moment
    }
    const auto [error, size] = co_await http::async_read(stream_, buffer_, *parser_, as_result);
    if (!error) co_return outcome::ready;
    if (error == http::error::body_limit) co_return refuse(context_.app.body_too_large(request_));
    if (error.category() == make_error_code(http::error::bad_chunk).category() &&
        error != http::error::partial_message && error != http::error::end_of_stream)
        co_return refuse(bad_request("bad_body", fmt::format("The body is not well-formed: {}.", error.message())));
    co_return outcome::gone;
}

// Readers that are slow, or do not read at all, may not fill the memory.
bool connection::too_much(const response& answer) const {
    constexpr std::size_t small = std::size_t{64} << 10;
    return answer.body.size() > small && context_.unsent + answer.body.size() > context_.options.most_unsent;
}

// In slices, each with its deadline: a slow reader has time, a stuck one does not.
asio::awaitable<bool> connection::send(const response& answer, bool keep_alive) {
    struct on_its_way {
        std::size_t& sum;
        const std::size_t size;
        ~on_its_way() { sum -= size; }
    };
    context_.unsent += answer.body.size();
    const on_its_way counted{context_.unsent, answer.body.size()};
    const std::string head = format_head(answer, request_.version, keep_alive, now_ms());
    std::string_view content = answer.content();
    if (request_.method == "HEAD" || answer.status == 204 || answer.status == 304) content = {};
    std::string_view first = content.substr(0, write_slice);
    content.remove_prefix(first.size());
    deadline_.expires_after(context_.options.write_deadline);
    const std::array<asio::const_buffer, 2> both{asio::buffer(head), asio::buffer(first.data(), first.size())};
    auto [error, size] = co_await asio::async_write(stream_, both, as_result);
    while (!error && !content.empty()) {
        const std::string_view slice = content.substr(0, write_slice);
        content.remove_prefix(slice.size());
        deadline_.expires_after(context_.options.write_deadline);
        std::tie(error, size) =
            co_await asio::async_write(stream_, asio::buffer(slice.data(), slice.size()), as_result);
    }
    co_return !error;
}

// Closing with unread bytes would reset the connection and take the answer from the client, so they are read
// first.
asio::awaitable<void> connection::refuse_and_close() {
    context_.log.information("Client {} refused: HTTP {} {}", peer_, refusal_.status, refusal_.body);
    if (!co_await send(refusal_, false)) co_return;
    stream_.shutdown();
    deadline_.expires_after(context_.options.linger);
    std::array<char, read_size> waste;
    for (std::size_t total = 0; total < linger_limit;) {
        const auto [error, size] = co_await stream_.async_read_some(asio::buffer(waste), as_result);
        if (error) break;
        total += size;
    }
}

bool connection::asks_for_websocket() const {
    const auto& head = parser_->get();
    return list_contains(view(head[http::field::connection]), "upgrade") &&
           list_contains(view(head[http::field::upgrade]), "websocket");
}

bool connection::hand_over() {
    std::string protocols;
    const auto [begin, end] = parser_->get().equal_range(http::field::sec_websocket_protocol);
    for (auto field = begin; field != end; ++field) protocols.append(view(field->value())).append(",");
    auto why_not = context_.app.upgrade_refusal(request_, protocols);
    if (!why_not && !parser_->is_done()) why_not = bad_request("bad_upgrade", "An Upgrade has no body.");
    if (why_not) {
        refuse(std::move(*why_not));
        return false;
    }
    admin::upgrade_request upgrade{std::move(parser_->get().base())};
    context_.admin.adopt_websocket(std::move(stream_), std::move(upgrade), std::string(view(buffer_)), std::move(who_),
                                   *request_.listener);
    return true;
}

} // namespace nightjar::web
