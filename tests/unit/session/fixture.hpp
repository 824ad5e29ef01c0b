// A broker of one session for tests: records what the session does to its client and to the broker around it.
#pragma once

#include "broker/codec/encode.hpp"
#include "broker/session/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nightjar::session::test {

struct fake_link final : link {
    bool has_room(std::size_t) override { return room; }
    bool try_send(codec::bytes packet) override {
        if (room) out += packet;
        return room;
    }
    bool roomy() override { return room; }
    char* reserve(std::size_t size) override {
        pending.resize(size);
        return pending.data();
    }
    void commit(std::size_t size) override { out.append(pending, 0, size); }
    void append_payload(const topics::message_ptr& m) override { out += m->payload(); }
    void close(std::string_view why) override {
        closed = true;
        cause = why;
    }
    std::string take() { return std::exchange(out, {}); }

    bool room = true, closed = false;
    std::string pending, out, cause;
};

struct fake_router final : router {
    route_result publish(session&, const codec::publish& p, codec::bytes) override {
        published.emplace_back(p.topic);
        if (store) newest = open_ticket;
        return {refuse, store ? open_ticket : 0};
    }
    void publish_will(session&, const topics::message_ptr& will) override { published.emplace_back(will->topic()); }
    ticket committed() const override { return done; }
    ticket last_ticket() const override { return newest; }
    void wait_for_commit(session& who) override { waiting = &who; }
    bool may_subscribe(session&, codec::bytes filter, codec::qos) override { return filter != "forbidden"; }
    void subscribe(session&, codec::bytes filter, codec::qos) override { subscribed.emplace_back(filter); }
    void unsubscribe(session&, codec::bytes filter) override { unsubscribed.emplace_back(filter); }
    void match_retained(codec::bytes, std::vector<topics::message_ptr>& out) const override {
        out.insert(out.end(), retained.begin(), retained.end());
    }
    counters& count() override { return counted; }
    void commit() {
        done = open_ticket++;
        if (auto* who = std::exchange(waiting, nullptr)) who->on_committed();
    }

    std::vector<std::string> published, subscribed, unsubscribed;
    std::vector<topics::message_ptr> retained;
    std::optional<codec::error> refuse;
    bool store = false;
    ticket done = 0, open_ticket = 1, newest = 0;
    session* waiting = nullptr;
    counters counted;
};

struct fixture {
    explicit fixture(bool clean = true) { connect(clean); }
    void connect(bool clean) {
        codec::connect packet;
        packet.clean_session = clean;
        packet.client_id = "c";
        client.attach(to, packet);
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
    fake_link to;
    log::logger log;
    session client{{1}, "c", conf, broker, log};
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
