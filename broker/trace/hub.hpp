// Live traces: who follows which client, address or topic, and the lines on their way to them, one JSON object each.
// Sessions and workers tell the hub what they do while on(): one relaxed load when nobody follows anything.
//
// One hub for the process. Any thread; its mutex is held for each line while somebody follows, never otherwise. A
// follower that does not read, or asks for more than its rate, loses lines, which are counted; it delays nobody.
#pragma once

#include "broker/codec/topic.hpp"
#include "broker/text/json_writer.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::trace {

struct wish {
    enum class kind : std::uint8_t { client, address, topic } by = kind::client;
    std::string what;     // a client id, an address or a valid topic filter
    bool payload = false; // show payloads too
    std::uint32_t lines_per_second = 1000;
};

// Whose packet it is, or about whom was decided. Views; empty: not known.
struct subject {
    codec::bytes client_id, user_name;
    std::string address;
};

class hub;

// One reader. Ends with its owner, or when the hub ends.
class follower {
  public:
    ~follower();
    follower(const follower&) = delete;
    follower& operator=(const follower&) = delete;

    // What has come since the last call: whole lines. Nothing: it has ended.
    std::optional<std::string> take();
    // `wake` is called once, on any thread or at once, when take() has something to tell. It must not block.
    void when_ready(std::function<void()> wake);

  private:
    friend class hub;
    follower(hub& home, wish what) : home_(home), wish_(std::move(what)) {}
    bool concerns(const subject& who, codec::bytes topic) const;
    bool may_add();
    void add(std::string_view line);
    void call() const;

    // All guarded by the hub's mutex.
    hub& home_;
    const wish wish_;
    std::string lines_;
    std::uint64_t dropped_ = 0; // since the last take()
    std::chrono::steady_clock::time_point second_{};
    std::uint32_t in_second_ = 0;
    bool ended_ = false;
    std::function<void()> wake_;
};

class hub {
  public:
    static constexpr std::size_t most_followers = 8, most_bytes = std::size_t{1} << 20; // that wait for one follower

    bool on() const { return on_.load(std::memory_order_relaxed); }

    // Null: there are most_followers already, or the hub has ended. The hub outlives it.
    std::unique_ptr<follower> follow(wish what);
    void end(); // all followers

    // A line to all whom it concerns. `topic` empty: it is about none. tell(json_writer&, bool payload) adds members.
    template <typename Tell>
    void note(const subject& who, codec::bytes topic, std::string_view event, Tell tell) {
        const std::scoped_lock lock(mutex_);
        for (auto* f : followers_) {
            if (!f->concerns(who, topic) || !f->may_add()) continue;
            auto line = begin(who, event);
            tell(line, f->wish_.payload);
            f->add(line.end_object().take());
        }
    }

  private:
    friend class follower;
    static text::json_writer begin(const subject& who, std::string_view event);
    void forget(follower& f);

    std::atomic<bool> on_{false}; // set under the mutex
    std::mutex mutex_;            // guards all below, and every follower
    std::vector<follower*> followers_;
    bool ended_ = false;
};

// "payload" as text, or "payload_hex" if it is none; not more than the first 4096 bytes.
void add_payload(text::json_writer& line, codec::bytes payload);

} // namespace nightjar::trace
