// The server on loopback ports, with real sockets: HTTP as it is on the wire, limits, deadlines, the way to
// MQTT, stopping.
#include "web/server.hpp"

#include "fakes.hpp"
#include "http_client.hpp"

#include <filesystem>
#include <fstream>

#include <boost/asio/write.hpp>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

using namespace nightjar;
using namespace nightjar::web;
using namespace nightjar::web::test;
namespace fs = std::filesystem;

namespace {

struct running : fixture {
    fs::path directory;
    std::unique_ptr<web::server> server;

    running() {
        std::string pattern = (fs::temp_directory_path() / "nightjar-server-XXXXXX").string();
        directory = mkdtemp(pattern.data());
        std::ofstream(directory / "index.html") << "the page";
        conf.listeners.resize(2);
        for (auto& listener : conf.listeners) {
            listener.bind_address = "127.0.0.1";
            listener.port = 0;
        }
        conf.listeners[0].protocol = config::listener_protocol::websockets;
        conf.listeners[1].protocol = config::listener_protocol::http_api;
        sensors.rows = {{3, "light 3", "light", "V", "", "measurement", "iot/measurements", 0}};
    }
    ~running() {
        if (server) server->stop();
        fs::remove_all(directory);
    }
    void start() {
        server = std::make_unique<web::server>(conf, admin, stored(), log, directory, options);
        server->bind();
        server->start();
    }
    std::uint16_t port(std::size_t index = 1) const { return server->addresses().at(index).port; }
};

constexpr std::string_view version_request = "GET /api/v1/version HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::string post(std::string_view path, std::string_view body, std::string_view fields = {}) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n{}", path, body.size(),
                       fields, body);
}

std::string upgrade(std::string_view fields) {
    return fmt::format(
        "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
        fields);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(serving, running)

BOOST_AUTO_TEST_CASE(answers_on_both_listeners) {
    start();
    for (const std::size_t index : {0U, 1U}) {
        http_client client(port(index));
        auto answer = client.ask(version_request);
        BOOST_TEST(answer.status == 200);
        BOOST_TEST(answer.body == "0.1.0");
        BOOST_TEST(answer.fields["cache-control"] == "no-store");
        BOOST_TEST(answer.fields["x-content-type-options"] == "nosniff");
        BOOST_TEST(answer.fields.contains("date"));
        answer = client.ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); // same connection
        BOOST_TEST(answer.body == "the page");
        BOOST_TEST(answer.fields["cache-control"] == "no-cache");
        for (const char* path : {"/api/monitoring/sensors", "/api/monitoring/sensors/"})
            BOOST_TEST(client.ask(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path)).status == 200);
    }
}

BOOST_AUTO_TEST_CASE(head_has_no_body) {
    start();
    http_client client(port());
    auto answer = client.ask("HEAD /api/v1/version HTTP/1.1\r\nHost: localhost\r\n\r\n", false);
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.fields["content-length"] == "5");
    BOOST_TEST(client.ask(version_request).body == "0.1.0");
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
    start();
    http_client client(port());
    std::string requests;
    for (int i = 0; i < 50; ++i)
        requests +=
            i % 2 == 0 ? std::string(version_request) : post("/publish", fmt::format(R"({{"topic":"t","msg":{}}})", i));
    client.send(requests);
    for (int i = 0; i < 50; ++i) BOOST_TEST(client.read().body == (i % 2 == 0 ? "0.1.0" : R"({"code":0})"));
    for (int i = 0; i < 25; ++i) BOOST_TEST_REQUIRE(admin.publishes.try_acquire_for(std::chrono::seconds(5)));
    BOOST_TEST_REQUIRE(admin.published.size() == 25U);
    for (std::size_t i = 0; i < 25; ++i) BOOST_TEST(admin.published[i].payload == std::to_string(2 * i + 1));
}

BOOST_AUTO_TEST_CASE(bytes_one_by_one) {
    start();
    http_client client(port());
    for (const char c : post("/publish", R"({"topic":"t","msg":"x"})")) client.send({&c, 1});
    BOOST_TEST(client.read().body == R"({"code":0})");
}

BOOST_AUTO_TEST_CASE(connections_end_as_agreed) {
    start();
    http_client closing(port());
    auto answer = closing.ask("GET /api/v1/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    BOOST_TEST(answer.fields["connection"] == "close");
    BOOST_TEST(closing.read_all() == "");
    http_client old(port());
    answer = old.ask("GET /api/v1/version HTTP/1.0\r\n\r\n");
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(old.read_all() == "");
    http_client kept(port());
    answer = kept.ask("GET /api/v1/version HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    BOOST_TEST(answer.fields["connection"] == "keep-alive");
    BOOST_TEST(kept.ask(version_request).status == 200);
}

BOOST_AUTO_TEST_CASE(bodies_chunked_and_expected) {
    start();
    http_client client(port());
    auto answer = client.ask("POST /publish HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "8\r\n{\"topic\"\r\nc;x=y\r\n:\"t\",\"msg\":1\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n");
    BOOST_TEST(answer.body == R"({"code":0})");
    const std::string body = R"({"topic":"t","msg":2})";
    client.send(
        fmt::format("POST /publish/ HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
                    body.size()));
    BOOST_TEST(client.read(false).status == 100);
    BOOST_TEST(client.ask(body).body == R"({"code":0})");
    for (int i = 0; i < 2; ++i) BOOST_TEST(admin.publishes.try_acquire_for(std::chrono::seconds(5)));
    http_client other(port());
    BOOST_TEST(
        other.ask("POST /publish HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n").status ==
        417);
}

BOOST_AUTO_TEST_CASE(bodies_too_large) {
    options.body_limit = 1000;
    start();
    const std::string large(5000, ' ');
    http_client declared(port());
    auto answer = declared.ask(post("/publish", large));
    BOOST_TEST(answer.status == 413);
    BOOST_TEST(answer.body.ends_with(R"("code":9})"));
    BOOST_TEST(answer.fields["connection"] == "close");
    http_client patient(port()); // told before it sends the body
    BOOST_TEST(patient
                   .ask("POST /publish HTTP/1.1\r\nHost: localhost\r\nExpect: "
                        "100-continue\r\nContent-Length: 99999999\r\n\r\n")
                   .status == 413);
    http_client chunked(port());
    answer = chunked.ask("POST /mqtt/publish/sensor HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                         "chunked\r\n\r\n1388\r\n" +
                         large + "\r\n");
    BOOST_TEST(answer.status == 413);
    BOOST_TEST(http_client(port()).ask(version_request).status == 200);
    BOOST_TEST(!admin.publishes.try_acquire());
}

BOOST_AUTO_TEST_CASE(heads_without_end) {
    start();
    http_client endless(port());
    endless.send("GET / HTTP/1.1\r\n");
    endless.send("X: " + std::string(9000, 'a'));
    BOOST_TEST(endless.read().status == 431);
    http_client many(port());
    std::string head = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    for (int i = 0; i < 200; ++i) head += "A: b\r\n";
    BOOST_TEST(many.ask(head).status == 431);
    BOOST_TEST(http_client(port()).ask(version_request).status == 200);
}

BOOST_AUTO_TEST_CASE(heads_that_are_too_slow) {
    options.head_deadline = std::chrono::milliseconds(150);
    start();
    http_client silent(port());
    http_client slow(port());
    slow.send("GET / HTTP/1.1\r\nHost:");
    http_client slow_second(port());
    slow_second.ask(version_request);
    slow_second.send("GET");
    BOOST_TEST(silent.read_all() == "");
    BOOST_TEST(slow.read_all() == "");
    BOOST_TEST(slow_second.read_all() == "");
}

BOOST_AUTO_TEST_CASE(bodies_that_are_too_slow_and_idle_connections) {
    options.body_deadline = std::chrono::milliseconds(150);
    options.idle_deadline = std::chrono::milliseconds(150);
    start();
    http_client slow(port());
    slow.send("POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{");
    http_client idle(port());
    BOOST_TEST(idle.ask(version_request).status == 200);
    BOOST_TEST(slow.read_all() == "");
    BOOST_TEST(idle.read_all() == "");
}

BOOST_AUTO_TEST_CASE(readers_that_are_stuck) {
    options.write_deadline = std::chrono::milliseconds(150);
    options.max_connections = 1;
    const std::size_t size = 32 << 20; // more than the sockets hold
    std::ofstream(directory / "large.bin") << std::string(size, 'x');
    start();
    http_client stuck(port());
    stuck.send("GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(stuck.read(false).status == 200);
    // Its place is free again once the server has given it up.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    bool served = false;
    while (!served && std::chrono::steady_clock::now() < deadline) {
        try {
            served = http_client(port()).ask(version_request).status == 200;
        } catch (const std::exception&) { // closed at once: no place yet
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    BOOST_TEST(served);
    BOOST_TEST(stuck.read_all().size() < size);
}

BOOST_AUTO_TEST_CASE(requests_that_are_none) {
    start();
    const std::pair<std::string, int> cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: localhost\r\nX : y\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: localhost\r\nX: y\r\n z\r\n\r\n", 400},
        {"GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 505},
        {"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"GET /% HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"GET x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400},
        {"POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400},
        {"POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2, 2\r\n\r\n{}", 400},
        {"POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{}", 400},
        {"POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: "
         "chunked\r\n\r\n{}",
         400},
        {"POST /publish HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: "
         "2\r\n\r\n{}",
         400},
        {"POST /publish HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n{}", 501},
        {"POST /publish HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
        {"POST /publish HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"POST /publish HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
        {"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 421},
        {"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n", 403},
        {std::string("\x10\x0C\x00\x04MQTT\x04\x02", 10), 400},
    };
    for (const auto& [bytes, status] : cases) {
        http_client client(port());
        const auto answer = client.ask(bytes);
        BOOST_TEST(answer.status == status, bytes);
        BOOST_TEST(answer.body.find(R"({"error":")") == 0U, bytes);
    }
    BOOST_TEST(!admin.publishes.try_acquire());
}

BOOST_AUTO_TEST_CASE(no_path_leads_out) {
    std::ofstream(directory.parent_path() / "nightjar-secret.txt") << "secret";
    start();
    for (const char* path : {"/../nightjar-secret.txt", "/%2e%2e/nightjar-secret.txt", "/..%2fnightjar-secret.txt",
                             "/..%5cnightjar-secret.txt", "/%252e%252e/nightjar-secret.txt", "//etc/passwd",
                             "/./index.html/../../etc/passwd"}) {
        http_client client(port());
        BOOST_TEST(client.ask(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path)).status == 404, path);
    }
    fs::remove(directory.parent_path() / "nightjar-secret.txt");
}

BOOST_AUTO_TEST_CASE(a_websocket_goes_to_the_broker) {
    start();
    auto adopted = admin.adopted.get_future();
    http_client client(port(0));
    BOOST_TEST(client.ask(version_request).status == 200);
    client.send(upgrade("Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: mqtt\r\n") + "ahead");
    BOOST_TEST_REQUIRE((adopted.wait_for(std::chrono::seconds(5)) == std::future_status::ready));
    auto taken = adopted.get();
    BOOST_TEST(taken.listener == &conf.listeners[0]);
    BOOST_TEST(taken.read_ahead == "ahead");
    BOOST_TEST((taken.request.target() == "/mqtt"));
    BOOST_TEST((taken.request["Sec-WebSocket-Key"] == "dGhlIHNhbXBsZSBub25jZQ=="));
    server->stop(); // the socket is not the server's any more
    const std::string greeting = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
    boost::asio::write(taken.socket.socket(), boost::asio::buffer(greeting));
    BOOST_TEST(client.read(false).status == 101);
}

BOOST_AUTO_TEST_CASE(websockets_that_are_refused) {
    start();
    const auto status = [&](std::size_t index, std::string_view fields) {
        return http_client(port(index)).ask(upgrade(fields)).status;
    };
    BOOST_TEST(status(1, "Sec-WebSocket-Protocol: mqtt\r\n") == 400);
    BOOST_TEST(status(0, "") == 400);
    BOOST_TEST(status(0, "Sec-WebSocket-Protocol: chat\r\n") == 400);
    BOOST_TEST(status(0, "Sec-WebSocket-Protocol: mqtt\r\nOrigin: http://evil.example\r\n") == 403);
    BOOST_TEST(status(0, "Sec-WebSocket-Protocol: mqtt\r\nContent-Length: 5\r\n") == 400);
}

BOOST_AUTO_TEST_CASE(idle_connections_make_room) {
    options.max_connections = 2;
    start();
    http_client first(port());
    BOOST_TEST(first.ask(version_request).status == 200);
    http_client busy(port());
    busy.send("GET");
    http_client third(port());
    BOOST_TEST(third.ask(version_request).status == 200);
    BOOST_TEST(first.read_all() == "");
}

BOOST_AUTO_TEST_CASE(stopping_lets_requests_end) {
    options.publish_deadline = std::chrono::milliseconds(300);
    admin.publish_answer.reset();
    start();
    http_client idle(port());
    BOOST_TEST(idle.ask(version_request).status == 200);
    http_client waiting(port());
    waiting.send(post("/publish", R"({"topic":"t","msg":""})"));
    BOOST_TEST_REQUIRE(admin.publishes.try_acquire_for(std::chrono::seconds(5))); // it is under way
    server->stop();
    BOOST_TEST(waiting.read().status == 503);
    BOOST_TEST(idle.read_all() == "");
    BOOST_CHECK_THROW(http_client{port()}, std::system_error);
}

BOOST_AUTO_TEST_CASE(stopping_ends_even_with_a_stuck_request) {
    options.publish_deadline = std::chrono::seconds(60);
    options.stop_grace = std::chrono::milliseconds(100);
    admin.publish_answer.reset();
    start();
    http_client waiting(port());
    waiting.send(post("/publish", R"({"topic":"t","msg":""})"));
    BOOST_TEST_REQUIRE(admin.publishes.try_acquire_for(std::chrono::seconds(5)));
    server->stop();
    server.reset();
    BOOST_TEST(waiting.read_all() == "");
}

BOOST_AUTO_TEST_CASE(start_errors_are_sentences) {
    start();
    conf.listeners[0].port = port(1);
    web::server second(conf, admin, stored(), log, directory);
    BOOST_CHECK_EXCEPTION(second.bind(), std::runtime_error, [](const std::exception& error) {
        return std::string_view(error.what()).find("Address already in use") != std::string_view::npos;
    });
    conf.listeners[0].http_dir = (directory / "missing").string();
    conf.listeners[0].where = {"nightjar.conf", 12};
    web::server third(conf, admin, stored(), log, directory);
    BOOST_CHECK_EXCEPTION(third.bind(), std::runtime_error, [](const std::exception& error) {
        return std::string_view(error.what()).ends_with("No such file or directory at nightjar.conf:12");
    });
}

BOOST_AUTO_TEST_CASE(each_listener_has_its_directory) {
    fs::create_directory(directory / "own");
    std::ofstream(directory / "own" / "index.html") << "own page";
    conf.listeners[1].http_dir = (directory / "own").string();
    start();
    const std::string_view get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    BOOST_TEST(http_client(port(0)).ask(get).body == "the page");
    BOOST_TEST(http_client(port(1)).ask(get).body == "own page");
}

BOOST_AUTO_TEST_SUITE_END()
