#include "web/response_head.hpp"

#include "web/text.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace nightjar::web {

namespace {

std::string_view reason_phrase(unsigned status) {
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
    }
}

} // namespace

std::string format_head(const response& answer, unsigned http_version, bool keep_alive, std::int64_t now_ms) {
    std::string head;
    auto out = std::back_inserter(head);
    fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n", answer.status, reason_phrase(answer.status),
                   format_http_date(now_ms));
    if (answer.status != 204 && answer.status != 304) {
        if (!answer.content_type.empty()) fmt::format_to(out, "Content-Type: {}\r\n", answer.content_type);
        if (!answer.stream) {
            fmt::format_to(out, "Content-Length: {}\r\n", answer.content().size());
        } else if (http_version >= 11) { // before, the end of the connection is the end of the body
            head += "Transfer-Encoding: chunked\r\n";
        }
    }
    head += "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n";
    const auto says_caching = [](const auto& field) { return field.first == "Cache-Control"; };
    if (std::none_of(answer.fields.begin(), answer.fields.end(), says_caching)) head += "Cache-Control: no-store\r\n";
    for (const auto& [name, value] : answer.fields) fmt::format_to(out, "{}: {}\r\n", name, value);
    if (!keep_alive) {
        head += "Connection: close\r\n";
    } else if (http_version < 11) {
        head += "Connection: keep-alive\r\n";
    }
    return head += "\r\n";
}

} // namespace nightjar::web
