// What a session asks of the broker around it. The worker implements it; tests have their own. Worker thread.
#pragma once

#include "broker/codec/error.hpp"
#include "broker/codec/packets.hpp"
#include "broker/session/counters.hpp"
#include "broker/session/journal.hpp"
#include "broker/topics/message.hpp"
#include "broker/trace/hub.hpp"

#include <optional>
#include <vector>

namespace nightjar::session {

class session;

struct route_result {
    std::optional<codec::error> error; // the PUBLISH breaks the protocol: close
    ticket durable_after = 0;
    bool plugin_stored = false; // part of it, with that ticket, is a plugin's
    bool denied = false;        // acknowledged all the same [MQTT-3.3.5-2]
};

class router {
  public:
    trace::hub& tracer() const { return *tracer_; } // live traces; outlives the router

    // Routes to all subscribers. `frame` is the whole packet as it came, or empty.
    virtual route_result publish(session& from, const codec::publish& packet, codec::bytes frame) = 0;
    virtual void publish_will(session& from, const topics::message_ptr& will) = 0;

    virtual bool may_subscribe(session& who, codec::bytes filter, codec::qos qos) = 0;
    virtual bool may_read(const session& who, codec::bytes topic) = 0;
    virtual void subscribe(session& who, codec::bytes filter, codec::qos qos) = 0;
    virtual void unsubscribe(session& who, codec::bytes filter) = 0;
    // Appends those below a filter. False: it has looked at `most` levels of topics, and there may be more.
    virtual bool match_retained(codec::bytes filter, std::vector<topics::message_ptr>& out, std::size_t most) const = 0;
    // Appends a piece of them, from 0 on; the return is where to go on, 0 at the end. Who goes through to the end meets
    // each that is there all the time once, and none that is older than what was there at the beginning.
    virtual std::size_t next_retained(codec::bytes filter, std::size_t from,
                                      std::vector<topics::message_ptr>& out) const = 0;

    virtual bool memory_full() const = 0; // nothing more is to be queued or retained

    virtual counters& count() = 0;

  protected:
    explicit router(trace::hub& tracer) : tracer_(&tracer) {}
    ~router() = default;

  private:
    trace::hub* tracer_;
};

} // namespace nightjar::session
