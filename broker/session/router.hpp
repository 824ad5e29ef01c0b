// What a session asks of the broker around it. The worker implements it; tests have their own. Worker thread.
#pragma once

#include "broker/codec/error.hpp"
#include "broker/codec/packets.hpp"
#include "broker/session/counters.hpp"
#include "broker/topics/message.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace nightjar::session {

class session;

// Counts a worker's batches to disk. What carries ticket n may be acknowledged once n is committed; 0 at once.
using ticket = std::uint64_t;

struct route_result {
    std::optional<codec::error> error; // the PUBLISH breaks the protocol: close
    ticket durable_after = 0;
};

class router {
  public:
    // Routes to all subscribers. `frame` is the whole packet as it came, or empty.
    virtual route_result publish(session& from, const codec::publish& packet, codec::bytes frame) = 0;
    virtual void publish_will(session& from, const topics::message_ptr& will) = 0;

    virtual ticket committed() const = 0;           // all up to here is on disk
    virtual ticket last_ticket() const = 0;         // the newest that anything waits for
    virtual void wait_for_commit(session& who) = 0; // calls who.on_committed() after the next commit

    virtual bool may_subscribe(session& who, codec::bytes filter, codec::qos qos) = 0;
    virtual void subscribe(session& who, codec::bytes filter, codec::qos qos) = 0;
    virtual void unsubscribe(session& who, codec::bytes filter) = 0;
    virtual void match_retained(codec::bytes filter, std::vector<topics::message_ptr>& out) const = 0;

    virtual counters& count() = 0;

  protected:
    ~router() = default;
};

} // namespace nightjar::session
