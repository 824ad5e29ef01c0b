#include "broker/net/tls_session.hpp"

#include "tests/unit/net/tls_fixture.hpp"

using namespace nightjar;
using namespace nightjar::net;
using namespace nightjar::net::test;

BOOST_FIXTURE_TEST_SUITE(tls_session_, session_fixture)

BOOST_AUTO_TEST_CASE(bytes_go_both_ways) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        open(listener());
        tls_client client(ends[1], nullptr, version);
        BOOST_TEST((shake_hands(client).status == tls_status::wants_read));
        BOOST_TEST(session->established());
        BOOST_TEST(session->description().starts_with(version == TLS1_2_VERSION ? "TLSv1.2, " : "TLSv1.3, "));
        BOOST_TEST(client.write("hello") == 5);
        BOOST_TEST(read_all() == "hello");
        BOOST_TEST(session->write("good day").size == 8U);
        BOOST_TEST(client.read() == "good day");
    }
}

BOOST_AUTO_TEST_CASE(what_one_step_leaves_is_pending) {
    open(listener());
    tls_client client(ends[1]);
    shake_hands(client);
    client.write("abc");
    client.write("def");
    char one = 0;
    BOOST_TEST(session->read({&one, 1}).size == 1U);
    BOOST_TEST(one == 'a');
    BOOST_TEST(session->has_pending());
    BOOST_TEST(read_all(1) == "bcdef");
    BOOST_TEST(!session->has_pending());
}

BOOST_AUTO_TEST_CASE(a_full_socket_takes_the_same_bytes_again) {
    open(listener());
    tls_client client(ends[1]);
    shake_hands(client);
    client.read(); // tickets
    std::string all, got;
    for (int i = 0; i < 200'000; ++i) all += std::to_string(i) + ' ';
    std::string_view left = all;
    bool blocked = false;
    while (got.size() < all.size()) {
        const std::string copy(left.substr(0, 16'384)); // they may lie elsewhere each time
        const auto step = copy.empty() ? tls_step{tls_status::wants_write, 0} : session->write(copy);
        BOOST_REQUIRE((step.status == tls_status::done || step.status == tls_status::wants_write));
        left.remove_prefix(step.size);
        if (step.status == tls_status::done) continue;
        blocked = true;
        const auto piece = client.read();
        BOOST_REQUIRE(!piece.empty());
        got += piece;
    }
    BOOST_TEST(blocked);
    BOOST_TEST((got == all));
}

BOOST_AUTO_TEST_CASE(a_handshake_in_single_bytes) {
    open(listener());
    int wire[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, wire) == 0);
    tls_client client(wire[1]);
    const auto carry = [](int from, int to, std::size_t at_once) {
        std::string bytes(at_once, '\0');
        const auto size = ::recv(from, bytes.data(), bytes.size(), MSG_DONTWAIT);
        return size > 0 && ::send(to, bytes.data(), static_cast<std::size_t>(size), MSG_DONTWAIT) == size;
    };
    char waste = 0;
    for (int i = 0; i < 5000 && !session->established(); ++i) {
        client.handshake();
        carry(wire[0], ends[1], 1);
        BOOST_REQUIRE((session->read({&waste, 1}).status == tls_status::wants_read));
        carry(ends[1], wire[0], 65'536);
    }
    BOOST_TEST(session->established());
    ::close(wire[0]);
    ::close(wire[1]);
}

BOOST_AUTO_TEST_CASE(garbage_is_named) {
    using namespace std::string_view_literals;
    for (const auto garbage : {"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test"sv, "GET / HTTP/1.1\r\n\r\n"sv}) {
        open(listener());
        BOOST_TEST(::send(ends[1], garbage.data(), garbage.size(), 0) > 0);
        char waste[16];
        BOOST_TEST((session->read(waste).status == tls_status::failed));
        BOOST_TEST(session->reason() == "TLS handshake failed: what the client sends is not TLS");
        BOOST_TEST((session->read(waste).status == tls_status::failed));
        BOOST_TEST((session->write("x").status == tls_status::failed));
    }
}

BOOST_AUTO_TEST_CASE(a_handshake_that_is_cut_off) {
    open(listener());
    tls_client client(ends[1]);
    client.handshake(); // its hello
    char waste[16];
    session->read(waste);
    std::string unread(65'536, '\0');
    while (::recv(ends[1], unread.data(), unread.size(), MSG_DONTWAIT) > 0) {}
    ::close(std::exchange(ends[1], -1));
    BOOST_TEST((session->read(waste).status == tls_status::closed));
    BOOST_TEST(session->reason() == "connection closed by client in the TLS handshake");
}

BOOST_AUTO_TEST_CASE(both_ways_to_leave) {
    open(listener());
    tls_client polite(ends[1]);
    shake_hands(polite);
    polite.say_goodbye();
    char waste[16];
    BOOST_TEST((session->read(waste).status == tls_status::closed));
    open(listener());
    tls_client rude(ends[1]);
    shake_hands(rude);
    rude.read(); // tickets; unread bytes would make it a reset
    ::close(std::exchange(ends[1], -1));
    BOOST_TEST((session->read(waste).status == tls_status::closed));
    BOOST_TEST(session->reason() == "connection closed by client");
}

BOOST_AUTO_TEST_CASE(the_number_of_a_closed_socket_is_not_used) {
    open(listener());
    tls_client client(ends[1]);
    shake_hands(client);
    session->close();
    BOOST_TEST((session->write("x").status == tls_status::failed));
    client.read();
    BOOST_TEST(client.read() == ""); // the good-bye
    session->close();
}

BOOST_AUTO_TEST_CASE(identity_of_a_client) {
    open(asking_for_certificates());
    const auto sensor = make_identity("sensor 7", &authority, -60, 3600, "Home");
    tls_client client(ends[1], &sensor);
    shake_hands(client);
    BOOST_TEST(session->identity().common_name == "sensor 7");
    BOOST_TEST(session->identity().subject == "CN=sensor 7,O=Home");
}

BOOST_AUTO_TEST_CASE(identities_that_do_not_count) {
    open(listener()); // asks for none
    const auto sensor = make_identity("sensor", &authority);
    tls_client client(ends[1], &sensor);
    shake_hands(client);
    BOOST_TEST(session->identity().common_name.empty());
    BOOST_TEST(session->identity().subject.empty());
    open(asking_for_certificates());
    const auto nul = make_identity(std::string("admin\0.example", 14), &authority);
    tls_client sly(ends[1], &nul);
    shake_hands(sly);
    BOOST_TEST(session->established());
    BOOST_TEST(session->identity().common_name.empty());
}

BOOST_AUTO_TEST_CASE(certificates_that_are_refused) {
    const auto refusal = [&](const config::listener& l, const identity* own) {
        open(l);
        tls_client client(ends[1], own);
        const auto step = shake_hands(client);
        return step.status == tls_status::failed ? session->reason() : "accepted";
    };
    const std::string failed = "TLS handshake failed: ", refused = failed + "the client's certificate is refused: ";
    BOOST_TEST(refusal(asking_for_certificates(), nullptr) == failed + "the client has shown no certificate");
    const auto stranger = make_identity("strange authority", nullptr);
    const auto foreign = make_identity("sensor", &stranger);
    BOOST_TEST(refusal(asking_for_certificates(), &foreign).starts_with(refused + "unable to"));
    const auto old = make_identity("sensor", &authority, -86'400, -60);
    BOOST_TEST(refusal(asking_for_certificates(), &old) == refused + "certificate has expired");
    auto lenient = asking_for_certificates();
    lenient.tls.ignore_client_dates = true;
    BOOST_TEST(refusal(lenient, &old) == "accepted");
    const auto revoked = make_identity("sensor", &authority), good = make_identity("sensor", &authority);
    write_crl("crl.pem", revoked);
    auto strict = asking_for_certificates();
    strict.tls.crlfile = path("crl.pem");
    BOOST_TEST(refusal(strict, &revoked) == refused + "certificate revoked");
    BOOST_TEST(refusal(strict, &good) == "accepted");
}

BOOST_AUTO_TEST_CASE(versions_below_the_minimum) {
    auto l = listener();
    l.tls.minimum = config::tls_version::v1_3;
    open(l);
    tls_client client(ends[1], nullptr, TLS1_2_VERSION);
    BOOST_TEST((shake_hands(client).status == tls_status::failed));
    BOOST_TEST(session->reason() == "TLS handshake failed: unsupported protocol");
}

BOOST_AUTO_TEST_CASE(application_protocols) {
    open(listener());
    tls_client mqtt(ends[1], nullptr, TLS1_3_VERSION, "\x02h2\x04mqtt");
    shake_hands(mqtt);
    BOOST_TEST(mqtt.protocol() == "mqtt");
    open(listener());
    tls_client other(ends[1], nullptr, TLS1_3_VERSION, "\x02h2");
    shake_hands(other);
    BOOST_TEST(session->established());
    BOOST_TEST(other.protocol() == "");
    auto web = listener();
    web.protocol = config::listener_protocol::websockets;
    open(web);
    tls_client browser(ends[1], nullptr, TLS1_3_VERSION, "\x02h2\x08http/1.1");
    shake_hands(browser);
    BOOST_TEST(browser.protocol() == "http/1.1");
}

BOOST_AUTO_TEST_SUITE_END()
