// GET /api/v1/trace: what a client, an address or a topic does, one JSON object per line (NDJSON), until the reader
// leaves. Empty lines say that the broker is still there. For users who may read $CONTROL/trace, which no `#` is: it
// shows what everybody else says and hears.
#include "broker/admin/administrator.hpp"
#include "broker/codec/topic.hpp"
#include "web/query.hpp"
#include "web/routes/rights.hpp"
#include "web/routes/routes.hpp"

#include <charconv>

#include <fmt/format.h>

namespace nightjar::web {

namespace {

using trace::wish;

constexpr const char* control_topic = "$CONTROL/trace"; // who may read it may follow others

class trace_stream final : public body_stream {
  public:
    explicit trace_stream(std::unique_ptr<trace::follower> lines) : lines_(std::move(lines)) {}
    std::optional<std::string> take() override { return lines_->take(); }
    void when_ready(std::function<void()> wake) override { lines_->when_ready(std::move(wake)); }

  private:
    std::unique_ptr<trace::follower> lines_;
};

response wrong(std::string_view detail) { return bad_request("bad_trace", detail); }

result<wish> read_wish(const request& what) {
    constexpr std::uint32_t most = 100'000;
    const auto given = query_parameters::parse(what.query);
    if (!given) return wrong("The query is not well-formed.");
    wish wanted;
    int count = 0;
    const std::pair<std::string_view, wish::kind> kinds[] = {
        {"client", wish::kind::client}, {"address", wish::kind::address}, {"topic", wish::kind::topic}};
    for (const auto& [name, kind] : kinds) {
        const auto value = given->find(name);
        if (!value) continue;
        ++count;
        wanted.by = kind;
        wanted.what = *value;
    }
    if (count != 1 || wanted.what.empty()) return wrong("One of client, address and topic is wanted.");
    if (wanted.by == wish::kind::topic && !codec::check_topic_filter(wanted.what))
        return wrong("topic has to be a valid topic filter.");
    if (const auto payload = given->find("payload")) {
        if (*payload != "true" && *payload != "false") return wrong("payload has to be true or false.");
        wanted.payload = *payload == "true";
    }
    if (const auto rate = given->find("rate")) {
        const auto [end, error] = std::from_chars(rate->data(), rate->data() + rate->size(), wanted.lines_per_second);
        if (error != std::errc{} || end != rate->data() + rate->size() || wanted.lines_per_second < 1 ||
            wanted.lines_per_second > most)
            return wrong(fmt::format("rate has to be a number of lines in a second, from 1 to {}.", most));
    }
    return wanted;
}

answer follow(const request& what, admin::administrator& admin, std::chrono::milliseconds deadline) {
    auto wanted = read_wish(what);
    if (!wanted) co_return wanted.error();
    if (auto refused = co_await refuse_unless(admin, what, plugin::access::read, control_topic, deadline))
        co_return std::move(*refused);
    response answer;
    answer.content_type = "application/x-ndjson";
    if (what.method == "HEAD") co_return answer;
    auto lines = admin.follow(std::move(*wanted));
    if (!lines) {
        auto full = error_response(429, "too_many_traces",
                                   fmt::format("There are {} traces already.", trace::hub::most_followers));
        full.fields.emplace_back("Retry-After", "10");
        co_return full;
    }
    answer.stream = std::make_shared<trace_stream>(std::move(lines));
    co_return answer;
}

} // namespace

void add_trace_route(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline) {
    routes.add("GET", "/api/v1/trace",
               [&admin, deadline](const request& what) { return follow(what, admin, deadline); });
}

} // namespace nightjar::web
