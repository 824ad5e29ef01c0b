// The MQTT rules for one client id: what is subscribed, queued, in flight, and what each packet means. Does no I/O and
// reads no clock: packets come in, effects go out through `link` (to the client) and `router` (to the broker).
//
// Belongs to one worker for life, whether its client is connected or not. A durable session notes in the `journal` what
// has to survive the process, and answers only when that is on disk. Each packet family has its own source file:
// publish.cpp (inbound), deliver.cpp (outbound), acknowledge.cpp, subscribe.cpp, session.cpp (begin and end).
#pragma once

#include "broker/codec/frame.hpp"
#include "broker/codec/packets.hpp"
#include "broker/log/logger.hpp"
#include "broker/plugin/client_record.hpp"
#include "broker/session/delivery.hpp"
#include "broker/session/inflight_window.hpp"
#include "broker/session/link.hpp"
#include "broker/session/mount.hpp"
#include "broker/session/router.hpp"
#include "broker/session/stored_publishes.hpp"
#include "broker/topics/subscription_tree.hpp"
#include "storage/restored.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <boost/container/flat_set.hpp>
#include <boost/intrusive/set_hook.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

namespace nightjar::session {

struct limits {
    std::uint32_t max_inflight_messages = 20; // 1 to 65,535
    std::uint32_t max_queued_messages = 1000; // 0: no limit
    std::uint64_t max_queued_bytes = 0;       // 0: no limit
    bool queue_qos0_messages = false;
    bool retain_available = true;
};

// What the listener says that a client came through.
struct door {
    unsigned realm = 0; // whose users and rights count, see plugin::client
    codec::qos max_qos = codec::qos::exactly_once;
    std::string mount_point; // empty: none
};

// Keeps the sessions of a worker in the order of lists; leaves it by itself when the session ends.
using order_hook = boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>,
                                                   boost::intrusive::optimize_size<true>>;

class session : public order_hook {
  public:
    session(topics::subscriber_id id, std::string client_id, const limits& limits, router& broker, journal& disk,
            log::logger& log);
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    topics::subscriber_id id() const { return id_; }
    const std::string& client_id() const { return client_id_; }
    const std::string& user_name() const { return user_name_; }
    unsigned realm() const { return realm_; }
    void come_by(const door& d); // before attach(); counts until the next time
    bool clean() const { return clean_; }
    codec::protocol_version version() const { return version_; }
    bool durable() const { return durable_; }
    // The PUBLISH that is being routed came before, and a plugin has stored it.
    bool repeats() const { return repeats_; }
    bool connected() const { return link_ != nullptr; }
    link* current_link() const { return link_; }
    std::int64_t offline_since() const {
        return offline_since_;
    } // the worker's clock, seconds; below 0: before its start

    // --- begin and end: session.cpp
    // A client is there. Sends CONNACK when `after` is on disk, then again what was in flight [MQTT-4.4.0-1], then what
    // was queued.
    void attach(link& to, const codec::connect& packet, bool session_present, ticket after);
    // The client is gone. `orderly`: after DISCONNECT, so without will [MQTT-3.14.4-3].
    struct moment {
        std::int64_t seconds; // the worker's clock
        std::int64_t wall_ms; // since 1970
    };
    void detach(bool orderly, moment now);
    // Takes its subscriptions out of the tree, and all of it off the disk; the last call.
    void end();
    void note_absence(moment now);    // on disk: nobody is connected, there is no will
    void discard() { clean_ = true; } // it ends with this connection, though its client wanted it to stay
    // What the last process left of it. Before the first attach(). `now`: this process's start.
    void restore(storage::restored_session&& from, moment now);

    // --- packets, but CONNECT and PINGREQ. Views into the frame.
    void on_packet(const codec::fixed_header& header, codec::bytes frame);
    // While somebody looks, of a PUBLISH of its client, when it is known whether it may come in.
    void note_publish(const codec::publish& packet, bool denied) const;
    bool disconnect_received() const { return disconnect_received_; }

    // --- outbound: deliver.cpp
    // To a durable session, a QoS 1 or 2 message is in the journal before it comes here, with this session among its
    // recipients.
    void deliver(delivery& d, codec::qos granted);
    void on_drained(); // the link is roomy again
    // Drops what waits for the client and what it may not read any more.
    void drop_forbidden();

    // --- acknowledgements held back until a commit: acknowledge.cpp
    void on_committed();                  // journal.committed() has grown
    void on_commit_failed(ticket failed); // nothing up to `failed` may be acknowledged

    std::size_t subscription_count() const { return filters_.size(); }
    std::size_t queued_count() const;
    std::size_t in_flight_count() const;
    std::string address() const; // of its client; empty: it is away

    // Its part of the record. `past`: what is to be told of its connection while it is away.
    void describe(plugin::client_record& into, moment now) const;
    const plugin::past_connection* past() const { return past_.get(); }
    void remember(plugin::past_connection past) { past_ = std::make_unique<plugin::past_connection>(std::move(past)); }
    // The filters behind `after`, in order, at most `limit`.
    std::vector<std::string> filters_after(std::string_view after, std::size_t limit) const;

    // A message to it or from it was given up. Allocates once in a session's life, with the first.
    void count_drop(plugin::drop_reason why, std::uint64_t n = 1);

  private:
    void on_publish(std::uint8_t flags, codec::bytes body, codec::bytes frame);
    void on_subscribe(std::uint8_t flags, codec::bytes body);
    void on_unsubscribe(std::uint8_t flags, codec::bytes body);
    void on_acknowledgement(codec::packet_type type, std::uint8_t flags, codec::bytes body);
    void on_disconnect(std::uint8_t flags, codec::bytes body);

    void on_puback(codec::packet_id id);
    void on_pubrec(codec::packet_id id);
    void on_pubrel(codec::packet_id id);
    void on_pubcomp(codec::packet_id id);
    struct answer {
        codec::packet_type type;
        codec::packet_id id;                  // of CONNACK: session present
        bool plugin_stored = false;           // a plugin's part of the message is in the batch too
        std::vector<std::uint8_t> codes = {}; // of SUBACK
        std::uint8_t reason = 0;              // of PUBACK and PUBREC: 3.1.1 does not send it, the log has it
    };
    void acknowledge(answer what, ticket after);
    void send_answer(const answer& what);
    void release_held();

    // durable.cpp: what a durable session notes
    storage::session_number number() const { return id_.value & 0xFFFF'FFFF'FFFF; }
    void note(storage::step step, topics::message_ptr m, codec::packet_id id = 0);
    template <typename Change>
    void note(Change change) {
        disk_.batch().sessions.emplace_back(std::move(change));
    }
    void note_presence(std::int64_t offline_since_ms);
    topics::message_ptr keep_retained(const topics::message& m, codec::qos qos);
    void forget();

    void deliver_at(codec::qos qos, delivery& d);
    void deliver_apart(delivery& d, codec::qos granted);
    void deliver_qos0(delivery& d);
    void start(inflight_window::slot& s, codec::qos qos);
    void send_after(inflight_window::slot& s, ticket after);
    void resend_in_flight();
    void send_in_flight(inflight_window::slot& s);
    void drop(const topics::message_ptr& m, codec::qos qos, plugin::drop_reason why);
    void drop_qos0(const delivery& d, plugin::drop_reason why);
    void keep_from_its_writer(delivery& d, codec::qos qos);
    bool retain_of(bool retained, const topics::message& m) const { return retained || (bridge_ && m.retain()); }
    bool hides(codec::bytes topic) const { return mount_ && !mount_->covers(topic); }
    codec::bytes full(codec::bytes topic) { return mount_ ? mount_->full(topic) : topic; }
    void send_publish(codec::publish packet, const topics::message_ptr& m); // the whole topic; the client gets its part
    void queue_retained(codec::bytes filter, codec::qos granted);
    void search_retained(codec::bytes filter, codec::qos granted);
    void search_on();
    void end_search(codec::bytes filter);
    bool send_queued(); // true: all that is before the end of the searches
    void pump();        // from the queue into the window
    void protocol_error(codec::error cause);

    // trace.cpp
    bool watched() const { return log_.enabled(log::level::debug) || broker_.tracer().on(); }
    void note_received(const codec::fixed_header& header, codec::bytes body) const;
    void note_sent(const codec::publish& packet) const;
    void note_sent(const answer& what) const;
    void write_publish(const char* what, const codec::publish& packet) const;
    void trace_received(const codec::fixed_header& header, codec::bytes body) const;
    void trace_message(std::string_view event, codec::bytes topic, codec::qos qos, std::string_view why) const;
    template <typename Tell>
    void trace_packet(std::string_view direction, codec::packet_type type, codec::bytes topic, std::size_t length,
                      Tell tell) const;
    trace::subject subject() const;
    std::string_view why_queued() const;

    struct queued {
        topics::message_ptr message;
        codec::qos qos;
        bool retained; // sent with RETAIN 1: for a new subscription [MQTT-3.3.1-8]
    };
    struct outbound_state {
        explicit outbound_state(counters& c) : count(c), window(c) {}
        ~outbound_state();
        outbound_state(const outbound_state&) = delete;
        outbound_state& operator=(const outbound_state&) = delete;
        // What comes into the queue and leaves it, for the totals below and the worker's.
        void note_queued(const queued& q);
        void note_unqueued(const queued& q);

        counters& count;
        inflight_window window;
        std::deque<queued> queue;
        std::size_t queued_bytes = 0;
        std::size_t retained_waiting = 0; // of the queue
        // Live messages must not overtake retained ones.
        bool live_waits() const { return retained_waiting > 0 || !searches.empty(); }
        void end_searches(const auto& which) {
            std::erase_if(searches, which);
            if (searches.empty()) coming_live.clear();
        }
        struct held_message {
            ticket after;
            codec::packet_id id;
        };
        std::deque<held_message> held; // of the window, see slot::held
        struct retained_search {
            std::string filter;
            codec::qos granted;
            std::size_t next; // as of router::next_retained()
        };
        std::vector<retained_search> searches;                      // for new subscriptions; while the client is there
        boost::unordered_flat_set<topics::message_ptr> coming_live; // of the queue, while there are searches
    };
    struct pending_answer {
        ticket after;
        answer what;
    };
    struct inbound_state {
        boost::container::flat_set<codec::packet_id> unreleased; // QoS 2, delivered, PUBREL still to come
        std::deque<pending_answer> answers;                      // in the order of their packets [MQTT-4.6.0-2]
        std::size_t subacks = 0;                                 // of the answers; the queue waits behind them
        stored_publishes stored;                                 // QoS 1
    };
    // Made on first need: most sessions of a large broker only listen, at QoS 0.
    outbound_state& outbound();
    inbound_state& inbound();
    // Why the message may not wait; nothing: it may.
    std::optional<plugin::drop_reason> queue_refusal(const topics::message& m) const;
    void count_undelivered();
    void enqueue(topics::message_ptr m, codec::qos qos, bool retained);

    topics::subscriber_id id_;
    std::string client_id_;
    std::string user_name_;
    const limits& limits_;
    router& broker_;
    journal& disk_;
    log::logger& log_;
    link* link_ = nullptr;
    std::unique_ptr<outbound_state> outbound_;
    std::uint64_t messages_sent_ = 0, messages_received_ = 0; // since it is attached
    topics::message_ptr will_;
    std::unique_ptr<inbound_state> inbound_;
    std::unique_ptr<plugin::drop_counts> dropped_;  // null: none was
    std::unique_ptr<plugin::past_connection> past_; // of one that is away; null: not known
    std::vector<std::string> filters_;              // sorted
    std::int64_t offline_since_ = 0;
    std::unique_ptr<mount> mount_; // null: none
    unsigned realm_ = 0;
    codec::qos max_qos_ = codec::qos::exactly_once;
    codec::protocol_version version_ = codec::protocol_version::v3_1_1;
    bool clean_ = true;
    bool durable_ = false;
    bool bridge_ = false; // its client is one of mosquitto's, see deliver_apart()
    bool disconnect_received_ = false;
    bool repeats_ = false;
};

} // namespace nightjar::session
