// GET /api/v1/trace: lines as they come, until the reader leaves, the hub ends, or nobody wants to know.
#include "web/server.hpp"

#include "fakes.hpp"
#include "http_client.hpp"

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <unistd.h>

using namespace nightjar;
using namespace nightjar::web::test;

namespace {

struct tracing : fixture {
    std::filesystem::path directory;
    std::unique_ptr<web::server> server;

    tracing() {
        std::string pattern = (std::filesystem::temp_directory_path() / "nightjar-trace-XXXXXX").string();
        directory = mkdtemp(pattern.data());
        std::ofstream(directory / "index.html") << "the page";
        conf.listeners.resize(1);
        conf.listeners[0].bind_address = "127.0.0.1";
        conf.listeners[0].port = 0;
        conf.listeners[0].protocol = config::listener_protocol::http_api;
    }
    ~tracing() {
        if (server) server->stop();
        std::filesystem::remove_all(directory);
    }
    std::uint16_t start() {
        server = std::make_unique<web::server>(conf, admin, stored(), log, directory, options);
        server->bind();
        server->start();
        return server->addresses().at(0).port;
    }
    void wait_until(bool on) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (admin.traces.on() != on && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        BOOST_REQUIRE(admin.traces.on() == on);
    }
    void say(std::string_view client) {
        admin.traces.note({client, {}, {}}, {}, "e", [](auto&, bool) {});
    }
};

std::string request(std::string_view query, std::string_view version = "1.1") {
    return fmt::format("GET /api/v1/trace?{} HTTP/{}\r\nHost: localhost\r\n\r\n", query, version);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(trace_, tracing)

BOOST_AUTO_TEST_CASE(lines_come_in_chunks_until_the_end) {
    http_client client(start());
    client.send(request("client=c%2F1"));
    wait_until(true);
    say("c/1");
    say("other");
    admin.traces.end();
    const auto all = client.read_all();
    BOOST_TEST(all.starts_with("HTTP/1.1 200 OK\r\n"), all);
    BOOST_TEST(all.find("Content-Type: application/x-ndjson\r\n") != std::string::npos);
    BOOST_TEST(all.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    BOOST_TEST(all.find("\"event\":\"e\",\"client\":\"c/1\"}\n\r\n") != std::string::npos, all);
    BOOST_TEST(all.find("other") == std::string::npos);
    BOOST_TEST(all.ends_with("\r\n0\r\n\r\n"), all);
}

BOOST_AUTO_TEST_CASE(http_1_0_gets_them_bare) {
    http_client client(start());
    client.send(request("client=c", "1.0"));
    wait_until(true);
    say("c");
    admin.traces.end();
    const auto all = client.read_all();
    BOOST_TEST(all.find("chunked") == std::string::npos);
    BOOST_TEST(all.ends_with("\"client\":\"c\"}\n"), all);
}

BOOST_AUTO_TEST_CASE(it_ends_when_the_reader_goes) {
    const auto port = start();
    {
        http_client client(port);
        client.send(request("topic=a/%23"));
        wait_until(true);
    }
    wait_until(false);
}

BOOST_AUTO_TEST_CASE(silence_is_broken_by_empty_lines) {
    options.stream_pause = std::chrono::milliseconds(5);
    http_client client(start());
    client.send(request("client=c", "1.0"));
    client.wait_for("\r\n\r\n\n\n"); // throws if they do not come
    admin.traces.end();
    BOOST_TEST(client.read_all().ends_with("\n\n"));
}

BOOST_AUTO_TEST_CASE(it_stops_with_the_server) {
    http_client client(start());
    client.send(request("client=c"));
    wait_until(true);
    admin.traces.end(); // as the administrator does
    server->stop();
    BOOST_TEST(client.read_all().ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(the_wish_is_read) {
    http_client client(start());
    client.send(request("address=::1&payload=true&rate=7"));
    wait_until(true);
    const auto wishes = admin.wishes();
    BOOST_REQUIRE(wishes.size() == 1U);
    BOOST_TEST((wishes[0].by == trace::wish::kind::address));
    BOOST_TEST(wishes[0].what == "::1");
    BOOST_TEST(wishes[0].payload);
    BOOST_TEST(wishes[0].lines_per_second == 7U);
}

BOOST_AUTO_TEST_CASE(wrong_wishes_are_told) {
    http_client client(start());
    for (const auto* query : {"", "client=", "client=a&topic=b", "topic=a/%23/b", "client=a&payload=yes",
                              "client=a&rate=0", "client=a&rate=100001", "client=a&rate=x", "client=%zz"}) {
        const auto answer = client.ask(request(query));
        BOOST_TEST(answer.status == 400, query);
    }
    BOOST_TEST(!admin.traces.on());
}

BOOST_AUTO_TEST_CASE(too_many_are_refused) {
    const auto port = start();
    std::vector<std::unique_ptr<trace::follower>> others;
    for (std::size_t i = 0; i < trace::hub::most_followers; ++i) others.push_back(admin.traces.follow({}));
    http_client client(port);
    BOOST_TEST(client.ask(request("client=c")).status == 429);
}

BOOST_AUTO_TEST_CASE(who_may_not_ask_gets_nothing) {
    admin.anonymous = false;
    http_client client(start());
    BOOST_TEST(client.ask(request("client=c")).status == 401);
    BOOST_TEST(!admin.traces.on());
}

BOOST_AUTO_TEST_CASE(head_opens_no_trace) {
    http_client client(start());
    const auto answer = client.ask("HEAD /api/v1/trace?client=c HTTP/1.1\r\nHost: localhost\r\n\r\n", false);
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(!admin.traces.on());
}

BOOST_AUTO_TEST_SUITE_END()
