"""`enable_proxy_protocol`: who stands behind a proxy is known by its header, in front of MQTT, TLS, WebSockets and HTTP."""

import socket

from harness import BrokerCase, MqttClient, TcpTransport, packets as mqtt
from harness.broker import seconds
from harness.certificates import Certificates
from harness.crowd import raise_file_limit
from harness.proxy import PEER, SIGNATURE, tls_value, v1, v2, value
from harness.secured import SecuredCase, password_file
from harness.websocket import WebSocket, WebSocketTransport


class ProxyCase(BrokerCase):
    nightjar_only = "of mosquitto 2.1"

    def proxied(self, *pieces, port=None):
        """A connection that has sent these bytes, each piece by itself."""
        client = MqttClient(TcpTransport(port or self.broker.extra_port))
        self.addCleanup(client.close)
        for piece in pieces:
            client.send_until_closed(piece)
        return client

    def assert_known_as(self, who, *pieces):
        since = self.broker.log_size()
        client = self.proxied(*pieces).connect("known")
        self.broker.wait_log(rf"New connection from {who} on port \d+\.", since)
        self.broker.wait_log(rf"New client connected from {who} as known ", since)
        client.disconnect()

    def assert_refused(self, why, *pieces):
        since = self.broker.log_size()
        client = self.proxied(*pieces)
        client.expect_closed()
        self.broker.wait_log(rf"Client connection from 127\.0\.0\.1:\d+ on port \d+ denied: {why}\.", since)
        self.assert_healthy()


class Version1(ProxyCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nenable_proxy_protocol 1"

    def test_address_of_the_client(self):
        self.assert_known_as(r"203\.0\.113\.7:4711", v1())
        self.assert_known_as(r"2001:db8::1:4711", v1(("2001:db8::1", 4711)))

    def test_with_what_follows_in_one_piece_and_in_many(self):
        client = self.proxied(v1() + mqtt.connect("one-piece") + mqtt.PINGREQ)
        client.expect(mqtt.connack(0), mqtt.PINGRESP)
        self.assert_known_as(r"203\.0\.113\.7:4711", *(bytes([byte]) for byte in v1()))

    def test_unknown_is_the_proxy_itself(self):
        self.assert_known_as(r"127\.0\.0\.1:\d+", b"PROXY UNKNOWN\r\n")
        self.assert_known_as(r"127\.0\.0\.1:\d+", b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n")

    def test_wrong_headers(self):
        self.assert_refused("no PROXY v1 header", mqtt.connect("c"))
        self.assert_refused("no PROXY v1 header", v2())
        self.assert_refused("no PROXY v1 header", b"PROXY " + b"x" * 200)
        for line in (b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", b"PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n",
                     b"PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", b"PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
                     b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n", b"PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
                     b"PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n", b"PROXY \r\n"):
            self.assert_refused("its PROXY header is malformed", line)
        client = self.proxied(b"PROXY TC")
        client.transport.close_write()
        client.expect_closed()
        self.broker.wait_log("the connection ended in its PROXY header")

    def test_thousands_that_send_nothing(self):
        """Whoever has waited for longest makes room."""
        raise_file_limit(self, 6000)
        silent = [self.proxied() for _ in range(4200)]
        self.assert_known_as(r"203\.0\.113\.7:4711", v1())
        silent[0].expect_closed()
        self.broker.wait_log("denied: too many wait for their PROXY header")
        silent[-1].send(v1())
        silent[-1].connect("was silent")

    def test_no_header_in_time(self):
        client = self.proxied(b"PROXY TCP4 ")
        client.expect_closed(seconds(10))
        self.broker.wait_log("denied: no PROXY header in time")


class Version2(ProxyCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nenable_proxy_protocol 2"

    def test_address_of_the_client(self):
        self.assert_known_as(r"203\.0\.113\.7:4711", v2())
        self.assert_known_as(r"2001:db8::1:4711", v2(("2001:db8::1", 4711), family=0x21))
        self.assert_known_as(r"203\.0\.113\.7:4711", *(bytes([byte]) for byte in v2()))
        self.assert_known_as(r"203\.0\.113\.7:4711", v2(values=value(4, b"x" * 1500) + value(0xEA, b"\x00\xff")))

    def test_proxies_that_speak_for_themselves(self):
        for header in (v2(command=0x20), v2(command=0x20, family=0), v2(family=0), v2(family=0x31)):
            self.assert_known_as(r"127\.0\.0\.1:\d+", header)

    def test_wrong_headers(self):
        self.assert_refused("no PROXY v2 header", mqtt.connect("c"))
        self.assert_refused("no PROXY v2 header", v1())
        self.assert_refused("no PROXY v2 header", v2(values=value(4, b"x" * 3000)))
        for header in (v2(command=0x22), v2(command=0x11), v2(family=0x12), v2(family=0x41),
                       SIGNATURE + b"\x21\x11\x00\x0b" + b"x" * 11):
            self.assert_refused("its PROXY header is malformed", header)

    def test_values_that_reach_past_their_end(self):
        """CVE of mosquitto #3435."""
        inner = (b"\x22", b"\x22\x00", b"\x22\x00\x05abcd", b"\x22\xff\xff")
        for values in (b"\x04", b"\x04\x00", b"\x04\x00\x01", b"\x20\x00\x04\x05\x00\x00\x00", b"\x20\xff\xff\x05",
                       *(tls_value(0x05, 0, one) for one in inner), tls_value() + tls_value(),
                       tls_value(0x05, 0, value(0x22, b"a"), value(0x22, b"b")), tls_value(5, 0, value(0x22, b"a\0b"))):
            self.assert_refused("its PROXY header is malformed", v2(values=values))

    def test_a_proxy_that_looks_whether_we_are_there(self):
        since = self.broker.log_size()
        for _ in range(3):
            self.proxied().close()
        self.assert_healthy()
        self.assertNotIn("denied", self.broker.log()[since:])


class RequireTls(ProxyCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nenable_proxy_protocol 2\nproxy_protocol_v2_require_tls true"

    def test_without(self):
        for header in (v2(), v2(values=tls_value(0)), v2(command=0x20)):
            since = self.broker.log_size()
            self.proxied(header).expect_closed()
            self.broker.wait_log(r"Connection from \S+ rejected, client did not connect using TLS\.", since)

    def test_with(self):
        self.proxied(v2(values=tls_value(0x01))).connect("tls").disconnect()
        values = tls_value(0x01, 1, value(0x21, b"TLSv1.3"), value(0x23, b"TLS_AES_256_GCM_SHA384"))
        self.proxied(v2(values=values)).connect("tls").disconnect()
        self.broker.wait_log(r"Connection from 203\.0\.113\.7:4711 negotiated TLSv1.3 cipher TLS_AES_256_GCM_SHA384")


class Identity(ProxyCase):
    extra_conf = ("listener EXTRA_PORT 127.0.0.1\nenable_proxy_protocol 2\nrequire_certificate true\n"
                  "use_identity_as_username true\nlistener_allow_anonymous false")

    def test_common_name_is_the_user(self):
        since = self.broker.log_size()
        client = self.proxied(v2(values=tls_value(0x05, 0, value(0x22, "Zoë".encode()))))
        client.connect("c1", username="somebody", password=b"x").disconnect()
        self.broker.wait_log(r"as c1 \(.*u'Zoë'\)", since)

    def test_a_certificate_that_nobody_verified(self):
        for values in (b"", tls_value(0x01), tls_value(0x05, 1, value(0x22, b"eve")),
                       tls_value(0x04, 0, value(0x22, b"eve"))):
            since = self.broker.log_size()
            self.proxied(v2(values=values)).expect_closed()
            self.broker.wait_log("rejected, client did not provide a certificate", since)

    def test_a_certificate_without_a_name(self):
        client = self.proxied(v2(values=tls_value(0x05, 0)))
        client.send(mqtt.connect("c"))
        client.expect(mqtt.connack(4))
        client.expect_closed()


class Tls(ProxyCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates()
        cls.addClassCleanup(cls.certificates.close)
        lines = ["listener EXTRA_PORT 127.0.0.1", "enable_proxy_protocol 2", *cls.certificates.listener_lines()]
        cls.extra_conf = "\n".join(lines)
        super().setUpClass()

    def test_header_first_then_the_handshake(self):
        plain = TcpTransport(self.broker.extra_port)
        plain.send(v2())
        plain.socket = self.certificates.context().wrap_socket(plain.socket, server_hostname="localhost")
        client = MqttClient(plain)
        self.addCleanup(client.close)
        client.connect("behind-tls").disconnect()
        self.broker.wait_log(r"New client connected from 203\.0\.113\.7:4711 as behind-tls ")


class Web(ProxyCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nprotocol websockets\nenable_proxy_protocol 2"

    def test_websocket(self):
        for number in range(4):  # each worker once: the connection moves to where its session is
            made = WebSocket(self.broker.extra_port)
            self.addCleanup(made.close)
            made.socket.sendall(v2())
            made.handshake()
            MqttClient(WebSocketTransport(made)).connect(f"ws{number}").disconnect()
            self.broker.wait_log(rf"New client connected from 203\.0\.113\.7:4711 as ws{number} ")

    def test_http(self):
        with socket.create_connection(("127.0.0.1", self.broker.extra_port), timeout=seconds(5)) as connection:
            connection.sendall(v2() + b"GET /api/v1/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)
        self.broker.wait_log(r"HTTP GET /api/v1/version 200 from 203\.0\.113\.7:4711")


class Logins(SecuredCase, ProxyCase):
    broker_per_test = True
    extra_conf = "password_file FILES/users\nlistener EXTRA_PORT 127.0.0.1\nenable_proxy_protocol 2"
    files = {"users": password_file("ann")}

    def test_the_guard_counts_by_the_client(self):
        def fail(peer):
            client = self.proxied(v2(peer))
            client.send(mqtt.connect("a", username="ann", password=b"wrong"))
            client.expect(mqtt.connack(5))
        for _ in range(6):
            fail(PEER)
        self.broker.wait_log(r"Login failed from 203\.0\.113\.7:4711 for user 'ann' as client 'a'")
        self.proxied(v2(("198.51.100.9", 1))).connect("b", username="ann", password=b"ann's").disconnect()
