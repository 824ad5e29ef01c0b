#include "broker/net/tcp_transport.hpp"

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

using namespace nightjar::net;

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

// A connected pair of TCP sockets over loopback.
struct fixture {
    fixture() {
        namespace ip = asio::ip;
        ip::tcp::acceptor acceptor(context, {ip::address_v4::loopback(), 0});
        client.connect(acceptor.local_endpoint());
        ip::tcp::socket server(context);
        acceptor.accept(server);
        server.non_blocking(true);
        transport = new tcp_transport(descriptor(server.release()));
        transport->attach({context, ready, handshakes, buffer});
    }
    void run_until(const std::function<bool()>& done) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!done() && std::chrono::steady_clock::now() < deadline)
            context.run_one_for(std::chrono::milliseconds(100));
        BOOST_TEST(done());
    }
    asio::io_context context{1};
    poller ready{context};
    newest_first handshakes{context};
    std::vector<char> buffer = std::vector<char>(1024);
    asio::ip::tcp::socket client{context};
    transport_ptr transport;
    recorder events;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tcp_transport_, fixture)

BOOST_AUTO_TEST_CASE(reads_what_comes) {
    transport->start(events);
    asio::write(client, asio::buffer("hello", 5));
    run_until([&] { return events.got == "hello"; });
    client.close();
    run_until([&] { return events.cause == "connection closed by client"; });
}

BOOST_AUTO_TEST_CASE(writes_the_rest_when_the_socket_is_writable_again) {
    transport->start(events);
    buffer_pool pool;
    output_queue output(pool);
    const std::string big(20'000'000, 'x');
    output.append(big);
    transport->flush(output);
    BOOST_TEST(transport->blocked());
    std::size_t read = 0;
    std::vector<char> sink(1 << 20);
    client.non_blocking(true);
    run_until([&] {
        error_code error;
        read += client.read_some(asio::buffer(sink), error);
        return read == big.size() && events.drained == 1;
    });
    BOOST_TEST(output.empty());
    transport->close();
}

BOOST_AUTO_TEST_CASE(a_closed_transport_is_silent) {
    transport->start(events);
    transport->close();
    context.run_for(std::chrono::milliseconds(1));
    BOOST_TEST(events.cause.empty());
}

BOOST_AUTO_TEST_CASE(does_not_read_while_paused) {
    transport->start(events);
    transport->pause_reading(true);
    asio::write(client, asio::buffer("later", 5));
    context.poll();
    BOOST_TEST(events.got.empty());
    transport->pause_reading(false);
    run_until([&] { return events.got == "later"; });
    transport->close();
}

BOOST_AUTO_TEST_CASE(moves_to_another_context) {
    asio::io_context other{1};
    recorder there;
    events.on_first = [&] { transport->detach(); };
    transport->start(events);
    asio::write(client, asio::buffer("one", 3));
    run_until([&] { return events.got == "one"; });
    std::thread thread([&] {
        poller ready_there(other);
        newest_first handshakes_there(other);
        transport->attach({other, ready_there, handshakes_there, buffer});
        transport->start(there);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (there.got != "two" && std::chrono::steady_clock::now() < deadline)
            other.run_one_for(std::chrono::milliseconds(100));
        transport->close();
        other.poll();
    });
    asio::write(client, asio::buffer("two", 3));
    thread.join();
    BOOST_TEST(there.got == "two");
    BOOST_TEST(events.cause.empty());
}

BOOST_AUTO_TEST_SUITE_END()
