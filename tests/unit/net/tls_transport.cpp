#include "broker/net/tls_transport.hpp"

#include "tests/unit/net/tls_fixture.hpp"

#include <functional>
#include <thread>

using namespace nightjar;
using namespace nightjar::net;
using namespace nightjar::net::test;

namespace {

struct recorder final : transport_events {
    void on_bytes(std::string_view bytes) override {
        got += bytes;
        if (on_first) std::exchange(on_first, nullptr)();
    }
    void on_drained() override { ++drained; }
    void on_lost(std::string_view why) override { cause = why; }

    std::string got, cause;
    int drained = 0;
    std::function<void()> on_first;
};

struct open_session : session_fixture {
    open_session() { open(listener()); }
};

struct fixture : open_session {
    fixture() {
        transport = new tls_transport(descriptor(std::exchange(ends[0], -1)), std::move(session));
        transport->attach({io, ready, handshakes, buffer});
        transport->start(events);
    }
    void run_until(const std::function<bool()>& done) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!done() && std::chrono::steady_clock::now() < deadline) io.run_one_for(std::chrono::milliseconds(10));
        BOOST_TEST(done());
    }
    void connect() {
        run_until([&] { return client.handshake(); });
        io.poll();
        client.read(); // tickets
    }
    // All of it, in records; waits for nobody.
    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const int size = client.write(bytes);
            if (size > 0) bytes.remove_prefix(static_cast<std::size_t>(size));
            io.poll();
        }
    }
    asio::io_context io{1};
    poller ready{io};
    newest_first handshakes{io};
    std::vector<char> buffer = std::vector<char>(1024); // less than a record
    tls_client client{ends[1]};
    recorder events;
    transport_ptr transport;
};

std::string numbers(int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += std::to_string(i) + ' ';
    return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_transport_, fixture)

BOOST_AUTO_TEST_CASE(reads_records_larger_than_its_buffer) {
    connect();
    const auto all = numbers(50'000);
    send(all);
    run_until([&] { return events.got.size() >= all.size(); });
    BOOST_TEST((events.got == all));
    client.say_goodbye();
    run_until([&] { return events.cause == "connection closed by client"; });
}

BOOST_AUTO_TEST_CASE(writes_the_rest_when_the_socket_is_writable_again) {
    connect();
    buffer_pool pool;
    output_queue output(pool);
    const auto all = numbers(1'000'000);
    const std::string shared(100'000, 's');
    output.append(all);
    output.append_shared({shared, nullptr, [](const void*) {}});
    output.append("end");
    transport->flush(output);
    BOOST_TEST(transport->blocked());
    std::string got;
    run_until([&] {
        got += client.read();
        return got.size() == all.size() + shared.size() + 3 && events.drained == 1;
    });
    BOOST_TEST((got == all + shared + "end"));
    BOOST_TEST(output.empty());
    transport->close();
}

BOOST_AUTO_TEST_CASE(what_openssl_holds_is_read_after_a_pause) {
    connect();
    events.on_first = [&] { transport->pause_reading(true); };
    const auto all = numbers(2000);
    send(all); // one record, of which one buffer full is read
    run_until([&] { return !events.got.empty(); });
    io.run_for(std::chrono::milliseconds(5));
    BOOST_TEST(events.got.size() == buffer.size());
    transport->pause_reading(false);
    run_until([&] { return events.got == all; });
    transport->close();
}

BOOST_AUTO_TEST_CASE(the_end_is_told_after_a_pause_too) {
    connect();
    events.on_first = [&] { transport->pause_reading(true); };
    client.write("last words");
    client.say_goodbye();
    run_until([&] { return events.got == "last words"; });
    io.run_for(std::chrono::milliseconds(5));
    BOOST_TEST(events.cause.empty());
    transport->pause_reading(false);
    run_until([&] { return events.cause == "connection closed by client"; });
}

BOOST_AUTO_TEST_CASE(what_openssl_holds_moves_to_another_context) {
    connect();
    asio::io_context other{1};
    recorder there;
    events.on_first = [&] { transport->detach(); };
    const auto all = numbers(2000);
    BOOST_TEST(client.write(all) == static_cast<int>(all.size()));
    run_until([&] { return !events.got.empty(); });
    std::thread thread([&] {
        poller ready_there(other);
        newest_first handshakes_there(other);
        transport->attach({other, ready_there, handshakes_there, buffer});
        transport->start(there);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (events.got + there.got != all && std::chrono::steady_clock::now() < deadline)
            other.run_one_for(std::chrono::milliseconds(10));
        transport->close();
        other.poll();
    });
    thread.join();
    BOOST_TEST((events.got + there.got == all));
    BOOST_TEST(events.cause.empty());
}

BOOST_AUTO_TEST_CASE(a_mute_client_costs_no_cpu) {
    client.handshake(); // a hello, then nothing
    io.run_for(std::chrono::milliseconds(50));
    const auto runs = io.run_for(std::chrono::milliseconds(50));
    BOOST_TEST(runs == 0U);
    transport->close();
}

BOOST_AUTO_TEST_CASE(plain_text_is_refused) {
    BOOST_TEST(::send(ends[1], "\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00", 14, 0) == 14);
    run_until([&] { return !events.cause.empty(); });
    BOOST_TEST(events.cause == "TLS handshake failed: what the client sends is not TLS");
    BOOST_TEST(events.got.empty());
}

BOOST_AUTO_TEST_CASE(a_closed_transport_is_silent) {
    connect();
    client.write("late");
    transport->close();
    io.run_for(std::chrono::milliseconds(1));
    BOOST_TEST(events.got.empty());
    BOOST_TEST(events.cause.empty());
}

BOOST_AUTO_TEST_SUITE_END()
