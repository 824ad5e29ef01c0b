// A broker of one session for tests: records what the session does to its client and to the broker around it.
#pragma once

#include "broker/codec/encode.hpp"
#include "broker/session/session.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::session::test {

struct fake_link final : link {
    bool has_room(std::size_t) override { return room; }
    bool try_send(codec::bytes packet, std::size_t) override {
        if (room) out += packet;
        return room;
    }
    bool roomy() override { return room; }
    void call_again() override { called_again = true; }
    char* reserve(std::size_t size) override {
        pending.resize(size);
        return pending.data();
    }
    void commit(std::size_t size) override { out.append(pending, 0, size); }
    void append_payload(const topics::message_ptr& m) override { out += m->payload(); }
    std::string address() const override { return "192.0.2.1"; }
    void close(ending, std::string_view detail) override {
        closed = true;
        cause = detail;
    }
    std::string take() { return std::exchange(out, {}); }

    bool room = true, closed = false, called_again = false;
    std::string pending, out, cause;
};

struct fake_journal final : journal {
    bool keeps_sessions() const override { return keeps; }
    storage::write_batch& batch() override {
        newest = open_ticket;
        return open;
    }
    ticket batch_ticket() const override { return open_ticket; }
    void keep(const topics::message_ptr& m, const storage::recipient_list& recipients, bool retained) override {
        batch().add(m, m->footprint(), recipients, retained);
    }
    ticket committed() const override { return done; }
    ticket last_failed() const override { return failed; }
    ticket last_ticket() const override { return newest; }
    void wait_for_commit(session& who) override { waiting = &who; }
    void commit() {
        done = open_ticket++;
        open = {};
        if (auto* who = std::exchange(waiting, nullptr)) who->on_committed();
    }
    // The steps noted since the last commit, as "sent 1 done".
    std::string steps() const {
        constexpr const char* names[] = {"queued", "sent", "released", "done"};
        std::string out;
        for (const auto& p : open.progress) {
            if (!out.empty()) out += ' ';
            out += names[static_cast<int>(p.step)];
            if (p.packet_id != 0) out += ' ' + std::to_string(p.packet_id);
        }
        return out;
    }

    bool keeps = false;
    storage::write_batch open;
    ticket done = 0, open_ticket = 1, newest = 0, failed = 0;
    session* waiting = nullptr;
};

struct fake_router final : router {
    fake_router() : router(traces) {}
    trace::hub traces;
    route_result publish(session& from, const codec::publish& p, codec::bytes) override {
        repeated = from.repeats();
        published.emplace_back(p.topic);
        if (store) disk->newest = disk->open_ticket;
        return {refuse, store ? disk->open_ticket : 0, store};
    }
    void publish_will(session&, const topics::message_ptr& will) override { published.emplace_back(will->topic()); }
    bool may_subscribe(session&, codec::bytes filter, codec::qos) override { return filter != "forbidden"; }
    bool may_read(const session&, codec::bytes topic) override { return topic != forbidden; }
    void subscribe(session&, codec::bytes filter, codec::qos) override { subscribed.emplace_back(filter); }
    void unsubscribe(session&, codec::bytes filter) override { unsubscribed.emplace_back(filter); }
    bool match_retained(codec::bytes, std::vector<topics::message_ptr>& out, std::size_t most) const override {
        if (retained.size() > most) return false;
        out.insert(out.end(), retained.begin(), retained.end());
        return true;
    }
    std::size_t next_retained(codec::bytes, std::size_t from, std::vector<topics::message_ptr>& out) const override {
        const auto end = std::min(retained.size(), from + 100);
        for (auto n = from; n < end; ++n) out.push_back(retained[n]);
        return end < retained.size() ? end : 0;
    }
    bool memory_full() const override { return full; }
    counters& count() override { return counted; }

    std::vector<std::string> published, subscribed, unsubscribed;
    std::vector<topics::message_ptr> retained;
    std::optional<codec::error> refuse;
    bool store = false, full = false, repeated = false;
    std::string forbidden = "nobody/reads/this";
    fake_journal* disk = nullptr;
    counters counted;
};

struct fixture {
    explicit fixture(bool clean = true, bool durable = false) {
        disk.keeps = durable;
        broker.disk = &disk;
        connect(clean);
    }
    void disconnect() { client.detach(false, {}); }
    void connect(bool clean) {
        codec::connect packet;
        packet.clean_session = clean;
        packet.client_id = "c";
        const auto sent_before = to.out.size();
        client.attach(to, packet, !clean, 0);
        BOOST_REQUIRE(to.out.substr(sent_before, 2) == std::string("\x20\x02")); // CONNACK comes first
        to.out.erase(sent_before, 4);
    }
    void receive(std::string_view frame) {
        const auto header = codec::read_fixed_header(frame);
        BOOST_REQUIRE(header && *header);
        client.on_packet(**header, frame);
    }
    void deliver(codec::bytes topic, codec::bytes payload, codec::qos qos, codec::qos granted) {
        std::string scratch;
        delivery d({topic, payload, qos, false, false, 0}, {}, scratch);
        client.deliver(d, granted);
    }

    limits conf{2, 3, 0, false, true};
    fake_router broker;
    fake_journal disk;
    fake_link to;
    log::logger log;
    session client{{1}, "c", conf, broker, disk, log};
};

inline std::string publish(codec::bytes topic, codec::bytes payload, codec::qos qos, codec::packet_id id,
                           bool dup = false, bool retain = false) {
    std::string out;
    codec::append_publish(out, {topic, payload, qos, retain, dup, id}, codec::protocol_version::v3_1_1);
    return out;
}

inline std::string ack(codec::packet_type type, codec::packet_id id) {
    return std::string(codec::bytes(codec::encode_acknowledgement(type, id)));
}

inline constexpr auto q0 = codec::qos::at_most_once, q1 = codec::qos::at_least_once, q2 = codec::qos::exactly_once;

} // namespace nightjar::session::test
