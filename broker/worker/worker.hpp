// A worker: one thread with its event loop, its connections and its sessions. Nothing here is shared but `common`;
// workers meet in mailboxes.
//
// A loop turn: run what is ready (every readable socket once), then end_turn(): closed connections, messages of our
// own, parcels for other workers, the batch for the store, and one write per touched connection.
#pragma once

#include "broker/config/configuration.hpp"
#include "broker/log/logger.hpp"
#include "broker/net/upgrade_request.hpp"
#include "broker/plugin/chain.hpp"
#include "broker/plugin/client_record.hpp"
#include "broker/plugin/retained_query.hpp"
#include "broker/session/counters.hpp"
#include "broker/session/session.hpp"
#include "broker/topics/retained_tree.hpp"
#include "broker/topics/subscription_tree.hpp"
#include "broker/worker/batch_queue.hpp"
#include "broker/worker/client_directory.hpp"
#include "broker/worker/connection.hpp"
#include "broker/worker/mailbox.hpp"
#include "broker/worker/timer_wheel.hpp"
#include "broker/worker/topic_cache.hpp"
#include "storage/store.hpp"

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/set.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

namespace nightjar::worker {

namespace asio = boost::asio;

// What all workers share: made by main, outlives them. The trees and the directory lock inside; the rest is read only
// while workers run.
struct common {
    const config::configuration& conf;
    const plugin::chain& plugins;
    storage::store& store;
    log::logger& log;
    session::limits limits;
    topics::subscription_tree subscriptions;
    topics::retained_tree retained;
    client_directory directory;
    std::vector<worker*> workers;                    // by index, at most 64
    std::atomic<bool> memory_full{false};            // memory_limit is reached; set by worker 0
    std::atomic<std::uint64_t> log_lines_dropped{0}; // of log_dest topic
    trace::hub traces{};
};

// The answer to a message that did not come from an MQTT client (REST).
struct inject_result {
    std::optional<codec::error> error;
    bool denied = false;
    bool storage_failed = false;
    plugin::ingest_report ingest;
};

// Who such a message comes from.
struct injector {
    std::string user_name, address;
    unsigned realm = 0;
};

class worker final : public session::router,
                     public session::journal,
                     public plugin::host,
                     public storage::commit_listener {
  public:
    worker(common& all, unsigned index);
    ~worker() override;

    // A session that the last process left, before start().
    void restore(storage::restored_session&& from);
    void start(); // its thread; plugins are started on it first
    // Ordered end, in three steps for all workers: plugins stopped, while clients still hear what they say; connections
    // closed (wills go out) and the last batch submitted; the thread joined.
    std::future<void> stop_plugins();
    void stop();
    void join();

    unsigned index() const { return index_; }
    asio::io_context& context() { return context_; }
    const session::counters& counted() const { return counters_; } // any thread

    // --- any thread
    void post(std::function<void()> what) { asio::post(context_, std::move(what)); }
    void reloaded(); // on its thread: the configuration has changed
    void wake() {
        asio::post(context_, [] {}); // it looks into its mailbox by itself
    }
    // A new socket, with TLS if there is a session; `upgrade` for a websocket whose request has been read.
    void adopt(net::arrival who, listener_state& listener, net::tls_session_ptr tls,
               std::unique_ptr<net::upgrade_request> upgrade);
    void adopt(incoming from); // detached from another worker
    // What the administrator asks, see clients.cpp. Each answer comes on this worker's thread. A list is made in
    // pieces, so that nobody waits behind it.
    void list_clients(plugin::client_query query, std::function<void(plugin::client_page)> done);
    void show_client(plugin::client_key key, std::function<void(std::optional<plugin::client_details>)> done);
    void kick_client(plugin::client_key key, bool discard, std::function<void(plugin::kick_result)> done);
    // Which of the topics this client may read or write.
    void judge_topics(injector who, plugin::access what, std::vector<std::string> topics,
                      std::function<void(std::vector<bool>)> done);
    // The retained messages whose topics this client may read, or write.
    void find_retained(injector who, plugin::access right, plugin::retained_query query,
                       std::function<void(plugin::retained_page)> done);
    // Those it may write are deleted; `done` when they are off the disk.
    void forget_retained(injector who, std::vector<std::string> topics,
                         std::function<void(plugin::forget_result)> done);
    // Routes a message on this worker; `done` is called on its thread when what had to be stored is on disk.
    void inject(topics::message_ptr m, injector who, std::function<void(inject_result)> done);
    mailbox& mail() { return mailbox_; }

    // --- for its connections
    common& shared() { return common_; }
    std::uint32_t now_seconds() const {
        if (!clocks_read_) read_clocks();
        return now_seconds_;
    }
    session::session::moment now() const { return {now_seconds(), now_us() / 1000}; }
    std::int64_t wall_ms_of(std::uint32_t second) const { // of this worker's clock
        const auto now = now_us() / 1000;                 // reads both clocks
        return now - (now_steady_ms_ - std::int64_t{second} * 1000);
    }
    net::transport_home home() { return {context_, poller_, handshakes_, {read_buffer_.get(), read_buffer_size}}; }
    net::buffer_pool& buffers() { return buffers_; }
    void touched(connection& c) { dirty_.push_back(&c); }
    void closed(connection& c) { closing_.push_back(&c); }
    void call_again(connection& c); // its go_on(), behind all that is ready
    void file(connection& c);       // in the timer wheel, by its deadline
    void hand_over(unsigned to, incoming what) { leaving_.push_back({to, std::move(what)}); }
    // Makes a session and enters it in the directory; null if another worker was faster.
    session::session* make_session(std::string client_id);
    bool no_more_sessions() const; // global_max_clients are there
    void end_session(session::session& s);
    plugin::client describe(const session::session& s) const;
    bool presence_watched() const { return presence_watched_; }
    // A session of this worker belongs to another user now, or came by another listener: what was concluded of it is
    // old.
    void rights_changed() { rights_ += access_judged_ ? 1 : 0; }
    unsigned reloads() const { return reloads_; } // a verdict from before the last one is worth nothing

    // What plugins say of a CONNECT; `later` comes as c.on_verdict(), unless forget() is asked before.
    plugin::connect_verdict judge(connection& c, const plugin::client& who, const codec::connect& packet);
    void forget(connection& c);
    // The same for who comes over HTTP; `done` here or later, on this thread. `later`: a reload came in between, ask
    // again.
    using verdict_taker = std::function<void(plugin::connect_verdict)>;
    void judge(const plugin::client& who, const std::optional<std::string>& password, const verdict_taker& done);
    bool may_read(const plugin::client& who, codec::bytes topic) {
        return !access_judged_ || ask_access(who, plugin::access::read, topic);
    }

    // --- session::router
    session::route_result publish(session::session& from, const codec::publish& packet, codec::bytes frame) override;
    void publish_will(session::session& from, const topics::message_ptr& will) override;
    bool may_subscribe(session::session& who, codec::bytes filter, codec::qos qos) override;
    bool may_read(const session::session& who, codec::bytes topic) override {
        return !access_judged_ || ask_access(describe(who), plugin::access::read, topic);
    }
    void subscribe(session::session& who, codec::bytes filter, codec::qos qos) override;
    void unsubscribe(session::session& who, codec::bytes filter) override;
    bool match_retained(codec::bytes filter, std::vector<topics::message_ptr>& out, std::size_t most) const override;
    std::size_t next_retained(codec::bytes filter, std::size_t from,
                              std::vector<topics::message_ptr>& out) const override;
    bool memory_full() const override { return common_.memory_full.load(std::memory_order_relaxed); }
    session::counters& count() override { return counters_; }

    // --- session::journal
    bool keeps_sessions() const override { return common_.conf.persistence; }
    session::ticket batch_ticket() const override { return batches_.open_ticket(); }
    void keep(const topics::message_ptr& m, const storage::recipient_list& recipients, bool retained) override;
    session::ticket committed() const override { return committed_; }
    session::ticket last_failed() const override { return failed_; }
    session::ticket last_ticket() const override { return batches_.last_ticket(); }
    void wait_for_commit(session::session& who) override { waiting_.insert(&who); }

    // --- plugin::host
    unsigned worker_index() const override { return index_; }
    std::int64_t now_us() const override {
        if (!clocks_read_) read_clocks();
        return now_us_;
    }
    std::int64_t steady_ms() const override {
        if (!clocks_read_) read_clocks();
        return now_steady_ms_;
    }
    storage::write_batch& batch() override { return batches_.open(); }
    void publish(codec::bytes topic, codec::bytes payload, codec::qos qos, bool retain) override;
    std::function<void(plugin::connect_verdict)> answer_later() override;

    // --- storage::commit_listener, on the commit thread
    void on_committed(std::uint64_t number, std::error_code error) noexcept override;

  private:
    struct routed {
        std::optional<codec::error> error;
        plugin::publish_outcome outcome = plugin::publish_outcome::pass;
        bool kept = false; // in the open batch, by a plugin or for a durable session or as retained
    };
    struct promised { // to somebody who is no MQTT client
        session::ticket after;
        std::function<void(bool storage_failed)> done;
    };
    struct leaving {
        unsigned to;
        incoming what;
    };

    void run();
    void read_clocks() const;
    void ask_what_plugins_want();
    bool much_beside_others() const; // somebody gets much done, and somebody else does not: turns are short
    void end_turn();
    void close_connections();
    void publish_own();
    void send_parcels();
    void submit_batches(batch_queue::haste how);
    void submit(session::ticket number, storage::write_batch batch);
    void settle(session::ticket number);
    void flush_connections();
    void send_leaving();
    void tick();
    void schedule_tick();
    std::int64_t wall_ahead() const { return now_us() / 1'000'000 - now_seconds(); }
    void follow_wall_clock();
    void expire_sessions();
    void watch_memory();
    void wind_up();
    void commit_done(std::uint64_t number, std::error_code error);
    void publish_restored_wills();
    void promise(std::function<void(bool storage_failed)> done);
    void inject_now(const topics::message_ptr& m, const plugin::client& who, std::function<void(inject_result)> done);
    void take(incoming from);

    // clients.cpp
    struct listing;
    struct before {
        using is_transparent = void;
        bool operator()(const session::session& a, const session::session& b) const;
        bool operator()(const session::session& a, const plugin::list_position& b) const;
        bool operator()(const plugin::list_position& a, const session::session& b) const;
    };
    using session_order = boost::intrusive::set<session::session, boost::intrusive::compare<before>,
                                                boost::intrusive::base_hook<session::order_hook>,
                                                boost::intrusive::constant_time_size<false>>;
    void list_some(const std::shared_ptr<listing>& l);
    bool take_row(listing& l, const session::session& s);
    std::string address_of(const session::session& s) const; // empty: not known
    plugin::client_record record_of(const session::session& s) const;
    struct showing;
    void show_some(const std::shared_ptr<showing>& what);
    session::session* session_of(const plugin::client_key& key) const;

    // retained.cpp
    struct retained_search;
    void search_some(const std::shared_ptr<retained_search>& s);
    void consider(retained_search& s, topics::retained_tree::entry e);
    static void finish(retained_search& s);
    struct forgetting;
    void forget_some(const std::shared_ptr<forgetting>& f);

    // trace.cpp
    void trace_access(const plugin::client& who, plugin::question what, codec::bytes topic, bool allowed,
                      std::string_view by) const;
    void trace_write(const plugin::client& who, const topic_entry& entry, const codec::publish& packet,
                     std::optional<plugin::drop_reason> refused) const;
    void trace_route(const plugin::client& who, const topic_entry& entry, const codec::publish& packet) const;
    void trace_readers(const topic_entry& entry) const;
    void trace_session_end(const session::session& s) const;

    // routing.cpp
    // `who` null: the broker itself. `writer`: the session it comes from; null: none, REST.
    routed route(session::delivery& d, const plugin::client* who, session::session* writer,
                 plugin::ingest_report* report);
    std::optional<plugin::drop_reason> refusal_of(topic_entry& entry, const codec::publish& packet,
                                                  const plugin::client& who, const session::session* writer);
    routed give_up(session::session* writer, plugin::drop_reason why);
    static void count_forbidden(const topic_entry& entry);
    bool ask_access(const plugin::client& who, plugin::access what, codec::bytes topic);
    bool may_write(topic_entry& entry, const plugin::client& who, const session::session* writer);
    void answer(std::uint64_t question, plugin::connect_verdict verdict);
    plugin::publish_outcome ask_plugins(const topic_entry& entry, const codec::publish& packet,
                                        const plugin::client& who, const session::session* writer,
                                        plugin::ingest_report* report);
    void refresh(topic_entry& entry, codec::bytes topic);
    bool keep_message(const topic_entry& entry, session::delivery& d, const topics::message_ptr& replaced);
    void deliver_local(topic_entry& entry, session::delivery& d);
    void deliver_elsewhere(const topic_entry& entry, session::delivery& d);
    void deliver_from_elsewhere(session::delivery& d, const storage::recipient_list& durable);
    void collect_mail();

    // 128 small messages: a read of new retained ones takes 0.3 ms.
    static constexpr std::size_t read_buffer_size = std::size_t{8} << 10;

    common& common_;
    const unsigned index_;
    net::buffer_pool buffers_; // before context_: operations that are still pending at the end own buffers
    std::unique_ptr<char[]> read_buffer_;
    asio::io_context context_{1};
    net::newest_first handshakes_{context_};
    net::poller poller_{context_};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    asio::steady_timer ticker_{context_};
    std::jthread thread_;
    bool stopping_ = false;
    bool stopped_ = false;

    // Read once a turn, when somebody first asks.
    mutable bool clocks_read_ = false;
    mutable std::uint32_t now_seconds_ = 0;  // steady, since start
    mutable std::int64_t now_steady_ms_ = 0; // the same, finer
    mutable std::int64_t now_us_ = 0;        // wall clock
    std::chrono::steady_clock::time_point started_;
    std::int64_t wall_ahead_ = 0; // of now_seconds_, when it was last looked at

    session::counters counters_;
    std::string scratch_; // of delivery

    topic_cache topics_;
    std::uint64_t rights_ = 1;              // grows when a right that topics_ remembers may have gone
    std::vector<topics::subscriber> found_; // of refresh()
    boost::unordered_flat_map<std::uint64_t, std::unique_ptr<session::session>> sessions_;
    session_order in_order_; // the same, by client id
    boost::unordered_flat_map<connection*, std::unique_ptr<connection>> connections_;
    timer_wheel<connection> wheel_;

    bool presence_watched_ = false; // by a plugin
    bool access_judged_ = false;    // by a plugin; otherwise everybody may do everything
    unsigned reloads_ = 0;          // so far, on all workers alike

    struct question {
        connection* from = nullptr; // null: HTTP
        verdict_taker done = {};
        unsigned reloads = 0; // before it was asked
    };
    question asked_; // during judge()
    std::uint64_t last_question_ = 0;
    boost::unordered_flat_map<std::uint64_t, question> questions_; // whose verdict is still to come

    std::vector<connection*> dirty_, closing_;
    std::deque<connection*> called_again_;
    std::vector<std::unique_ptr<connection>> graveyard_; // closed, but maybe still on the call stack
    std::vector<leaving> leaving_;
    std::vector<topics::message_ptr> own_; // messages of our own, to be routed at the end of the turn

    std::vector<parcel> parcels_;   // one for each other worker
    std::vector<parcel> collected_; // reused by collect_mail()
    mailbox mailbox_;

    batch_queue batches_{static_cast<std::uint8_t>(index_ + 1)};
    asio::steady_timer departure_{context_}; // of a batch that waits
    bool departure_set_ = false;
    session::ticket submitted_ = 0; // to the store
    session::ticket reported_ = 0;  // it is through with, committed or failed
    session::ticket committed_ = 0;
    session::ticket failed_ = 0;
    boost::unordered_flat_set<session::session*> waiting_; // for a commit
    std::vector<promised> promised_;
    bool store_failed_ = false;     // the last commit
    std::uint32_t next_expiry_ = 0; // of now_seconds()
    bool probe_store_ = false;      // see whether it still fails

    struct restored_will {
        session::session* from;
        topics::message_ptr message;
    };
    std::vector<restored_will> restored_wills_;
};

} // namespace nightjar::worker
