// Retained messages: which there are, one of them, and deleting. Everybody sees what the ACL lets him read and deletes
// what it lets him write.
#include "broker/codec/topic.hpp"
#include "broker/text/utf8.hpp"
#include "web/list_parameters.hpp"
#include "web/routes/rights.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"
#include "web/turns.hpp"
#include "web/wait_for.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nightjar::web {

namespace {

using plugin::retained_query;
using std::chrono::milliseconds;

constexpr std::size_t payload_in_lists = 256, payload_of_one = 64 * 1024, most_payload = 1024 * 1024; // bytes
constexpr std::size_t written_at_once = 128 * 1024;                                                   // bytes
constexpr std::size_t lists_at_a_time = 4; // each takes megabytes while it is made
constexpr std::size_t deleted_at_once = list_parameters::maximum_limit;

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(now).count();
}

// UTF-8 whose only control characters are those of lines: others would be six bytes each in JSON.
std::size_t text_prefix(std::string_view payload) {
    const auto control = std::find_if(payload.begin(), payload.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
    });
    return text::utf8_prefix(payload.substr(0, static_cast<std::size_t>(control - payload.begin())));
}

// As text if it is some, otherwise as base64; a piece of it if it is long.
void write_payload(json_writer& out, const plugin::retained_row& row) {
    std::string_view shown = row.payload;
    const bool truncated = shown.size() < row.size;
    const auto whole = text_prefix(shown);
    const auto cut = shown.size() - whole; // inside a character
    const bool is_text = cut == 0 || (truncated && cut < 4 && static_cast<unsigned char>(shown[whole]) >= 0x80);
    if (is_text) shown = shown.substr(0, whole);
    out.key("payload");
    is_text ? out.value(shown) : out.value(base64_encode(shown));
    out.field("encoding", is_text ? "text" : "base64").field("truncated", truncated);
}

void write_row(json_writer& out, const plugin::retained_row& row, std::int64_t now) {
    out.begin_object().field("topic", row.topic).field("size", row.size).field("qos", static_cast<int>(row.qos));
    const auto since = row.retained_ms;
    out.field("retained_at", since ? std::optional(format_time(*since)) : std::nullopt);
    out.field("age", since ? std::optional(std::max<std::int64_t>(now - *since, 0) / 1000) : std::nullopt);
    write_payload(out, row);
    out.end_object();
}

// Nothing: it is none.
std::optional<std::size_t> read_payload_limit(const query_parameters& all, std::size_t usual) {
    const auto text = all.find("payload");
    if (!text) return usual;
    const auto limit = parse_number(*text);
    if (!limit || *limit > most_payload) return std::nullopt;
    return static_cast<std::size_t>(*limit);
}

response bad_payload_limit() {
    return bad_request("bad_parameter", "payload is how many bytes of each are shown: 0 to 1048576.");
}

result<retained_query> read_query(const list_parameters& parameters) {
    retained_query query;
    query.limit = parameters.limit;
    query.filter = parameters.all.find("filter").value_or("#");
    if (!codec::check_topic_filter(query.filter))
        return bad_request("bad_parameter", "filter is a topic filter, as in SUBSCRIBE.");
    query.search = parameters.all.find("search").value_or("");
    if (const auto after = parameters.all.find("after")) {
        query.after = read_cursor(*after);
        if (!query.after) return bad_request("bad_parameter", "after is what the link to the next page says.");
    }
    return query;
}

boost::asio::awaitable<std::optional<plugin::retained_page>> find(admin::administrator& admin, const request& what,
                                                                  plugin::access right, const retained_query& query,
                                                                  milliseconds deadline) {
    co_return co_await wait_for<plugin::retained_page>(
        deadline, [&](auto done) { admin.find_retained(visitor_of(what), right, query, std::move(done)); });
}

answer list_retained(const request& what, admin::administrator& admin, milliseconds deadline, turns& lists) {
    const auto parameters = read_list_parameters(what);
    if (!parameters) co_return parameters.error();
    auto query = read_query(*parameters);
    if (!query) co_return query.error();
    const auto shown = read_payload_limit(parameters->all, payload_in_lists);
    if (!shown) co_return bad_payload_limit();
    query->payload_limit = *shown;
    const auto turn = co_await lists.take();
    const auto page = co_await find(admin, what, plugin::access::read, *query, deadline);
    if (!page) co_return no_answer_in_time();

    json_writer out;
    out.begin_array();
    for (std::size_t written = 0; const auto& row : page->rows) {
        constexpr std::size_t members = 150; // bytes
        written += row.topic.size() + row.payload.size() + members;
        if (written >= written_at_once) {
            written = 0;
            co_await let_others_run();
        }
        write_row(out, row, now_ms());
    }
    auto list = json_response(200, out.end_array().take());
    list.fields.emplace_back("X-Total-Count", std::to_string(page->total));
    if (page->more) add_next_link(list, what, parameters->all, "after", write_cursor(page->rows.back().position()));
    co_return list;
}

std::optional<response> refuse_topic(const std::string& topic) {
    if (codec::check_topic_name(topic)) return std::nullopt;
    return bad_request("bad_topic", "This is no topic that a message can have.");
}

response no_such_message() { return not_found("There is no retained message on this topic."); }

answer show_retained(const request& what, admin::administrator& admin, milliseconds deadline) {
    const auto& topic = what.parameters[0];
    if (auto refused = refuse_topic(topic)) co_return std::move(*refused);
    const auto parameters = query_parameters::parse(what.query);
    if (!parameters) co_return bad_request("bad_query", "The query string is not well-formed.");
    const auto shown = read_payload_limit(*parameters, payload_of_one);
    if (!shown) co_return bad_payload_limit();
    retained_query query;
    query.filter = topic;
    query.payload_limit = *shown;
    const auto page = co_await find(admin, what, plugin::access::read, query, deadline);
    if (!page) co_return no_answer_in_time();
    if (page->forbidden > 0) co_return error_response(403, "denied", "The ACL does not let this user read this topic.");
    if (page->rows.empty()) co_return no_such_message();
    json_writer out;
    write_row(out, page->rows.front(), now_ms());
    co_return json_response(200, out.take());
}

boost::asio::awaitable<std::optional<plugin::forget_result>>
forget(admin::administrator& admin, const request& what, std::vector<std::string> topics, milliseconds deadline) {
    co_return co_await wait_for<plugin::forget_result>(
        deadline, [&](auto done) { admin.forget_retained(visitor_of(what), std::move(topics), std::move(done)); });
}

response storage_failed() {
    return error_response(503, "storage_failed", "The store could not be written; a restart may bring messages back.");
}

answer delete_retained(const request& what, admin::administrator& admin, milliseconds deadline) {
    const auto& topic = what.parameters[0];
    if (auto refused = refuse_topic(topic)) co_return std::move(*refused);
    std::vector<std::string> topics(1, topic);
    const auto result = co_await forget(admin, what, std::move(topics), deadline);
    if (!result) co_return no_answer_in_time();
    if (result->forbidden > 0)
        co_return error_response(403, "denied", "The ACL does not let this user write to this topic.");
    if (result->missing > 0) co_return no_such_message();
    if (result->storage_failed) co_return storage_failed();
    response done;
    done.status = 204;
    co_return done;
}

// All that match the filter, a piece after the other; only if it is meant so.
answer delete_matching(const request& what, admin::administrator& admin, milliseconds deadline) {
    const auto parameters = read_list_parameters(what);
    if (!parameters) co_return parameters.error();
    if (!parameters->all.find("filter"))
        co_return bad_request("missing_parameter", "filter says which messages are to be deleted; # is all of them.");
    auto query = read_query(*parameters);
    if (!query) co_return query.error();
    query->limit = deleted_at_once;
    query->after.reset();
    const bool confirmed = parameters->all.find("confirm") == "true";
    plugin::forget_result sum;
    for (bool first = true;; first = false) {
        auto page = co_await find(admin, what, plugin::access::write, *query, deadline);
        if (!page) co_return no_answer_in_time();
        if (first) sum.forbidden = page->forbidden;
        if (!confirmed)
            co_return bad_request("not_confirmed",
                                  fmt::format("This would delete {} messages; confirm=true does it.", page->total));
        if (page->rows.empty()) break;
        query->after = page->rows.back().position();
        std::vector<std::string> topics;
        for (auto& row : page->rows) topics.push_back(std::move(row.topic));
        const auto result = co_await forget(admin, what, std::move(topics), deadline);
        if (!result) co_return no_answer_in_time();
        if (result->storage_failed) co_return storage_failed();
        sum.forgotten += result->forgotten;
        sum.forbidden += result->forbidden;
        if (!page->more) break;
    }
    json_writer out;
    out.begin_object().field("deleted", sum.forgotten).field("denied", sum.forbidden);
    co_return json_response(200, out.end_object().take());
}

} // namespace

void add_retained_routes(router& routes, admin::administrator& admin, milliseconds deadline) {
    const auto add = [&](const char* method, const char* path, auto handle) {
        routes.add(method, path,
                   [&admin, deadline, handle](const request& what) { return handle(what, admin, deadline); });
    };
    routes.add("GET", "/api/v1/retained",
               [&admin, deadline, lists = std::make_shared<turns>(lists_at_a_time)](const request& what) {
                   return list_retained(what, admin, deadline, *lists);
               });
    add("DELETE", "/api/v1/retained", &delete_matching);
    add("GET", "/api/v1/retained/{...}", &show_retained);
    add("DELETE", "/api/v1/retained/{...}", &delete_retained);
}

} // namespace nightjar::web
