#include "broker/trace/hub.hpp"

#include "broker/text/time.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace nightjar::trace {

namespace {

std::string now() {
    using namespace std::chrono;
    return text::format_time_us(duration_cast<microseconds>(system_clock::now().time_since_epoch()).count());
}

// Well-formed UTF-8; of control characters line ends and tabs alone.
bool is_text(codec::bytes payload) {
    for (;;) {
        const auto end = payload.find_first_of("\t\n\r");
        if (!codec::valid_utf8(payload.substr(0, end))) return false;
        if (end == codec::bytes::npos) return true;
        payload.remove_prefix(end + 1);
    }
}

} // namespace

follower::~follower() { home_.forget(*this); }

bool follower::concerns(const subject& who, codec::bytes topic) const {
    switch (wish_.by) {
    case wish::kind::client: return who.client_id == wish_.what;
    case wish::kind::address: return who.address == wish_.what;
    case wish::kind::topic: return !topic.empty() && codec::topic_matches(wish_.what, topic);
    }
    return false;
}

bool follower::may_add() {
    const auto time = std::chrono::steady_clock::now();
    if (time - second_ >= std::chrono::seconds(1)) {
        second_ = time;
        in_second_ = 0;
    }
    if (!ended_ && in_second_ < wish_.lines_per_second && lines_.size() < hub::most_bytes) {
        ++in_second_;
        return true;
    }
    ++dropped_;
    return false;
}

void follower::add(std::string_view line) {
    lines_ += line;
    lines_ += '\n';
    if (wake_) std::exchange(wake_, nullptr)();
}

std::optional<std::string> follower::take() {
    const std::scoped_lock lock(home_.mutex_);
    auto all = std::exchange(lines_, {});
    if (const auto lost = std::exchange(dropped_, 0); lost > 0) {
        text::json_writer line;
        line.begin_object().field("time", now()).field("event", "lines_dropped").field("count", lost);
        all += line.end_object().take() + '\n';
    }
    if (all.empty() && ended_) return std::nullopt;
    return all;
}

void follower::when_ready(std::function<void()> wake) {
    const std::scoped_lock lock(home_.mutex_);
    if (!lines_.empty() || dropped_ > 0 || ended_) return wake();
    wake_ = std::move(wake);
}

std::unique_ptr<follower> hub::follow(wish what) {
    const std::scoped_lock lock(mutex_);
    if (ended_ || followers_.size() >= most_followers) return nullptr;
    std::unique_ptr<follower> made(new follower(*this, std::move(what)));
    followers_.push_back(made.get());
    on_.store(true, std::memory_order_relaxed);
    return made;
}

void hub::forget(follower& f) {
    const std::scoped_lock lock(mutex_);
    std::erase(followers_, &f);
    on_.store(!followers_.empty(), std::memory_order_relaxed);
}

void hub::end() {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    on_.store(false, std::memory_order_relaxed);
    for (auto* f : followers_) {
        f->ended_ = true;
        if (f->wake_) std::exchange(f->wake_, nullptr)();
    }
}

text::json_writer hub::begin(const subject& who, std::string_view event) {
    text::json_writer line;
    line.begin_object().field("time", now()).field("event", event);
    if (!who.client_id.empty()) line.field("client", who.client_id);
    if (!who.user_name.empty()) line.field("username", who.user_name);
    if (!who.address.empty()) line.field("address", who.address);
    return line;
}

void add_payload(text::json_writer& line, codec::bytes payload) {
    constexpr std::size_t shown = 4096;
    const auto part = payload.substr(0, shown);
    if (is_text(part)) {
        line.field("payload", part);
    } else {
        std::string hex;
        for (const char c : part) fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(c));
        line.field("payload_hex", hex);
    }
    if (part.size() < payload.size()) line.field("payload_cut", true);
}

} // namespace nightjar::trace
