"""Log lines are those of mosquitto 2.0.11, letter by letter: people grep for them. Runs against both."""

import re
import socket
import struct

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto


class LogLines(BrokerCase):
    extra_conf = "max_packet_size 5000"
    broker_per_test = True  # no lines of the clients before

    def setUp(self):
        super().setUp()
        self.broker.wait_log(r"version \S+ running$")

    def lines(self, since, last):
        """The lines without their time, from `since` to the one that is `last`."""
        self.broker.wait_log(rf"^\d+: {re.escape(last)}$", since)
        lines = re.findall(r"^\d+: (.*)$", self.broker.log()[since:], re.MULTILINE)
        own = ("New connection", "Client <unknown> closed its connection.")  # of the harness, which looks at the ports
        return [line for line in lines[:lines.index(last) + 1] if not line.startswith(own)]

    def connected(self, client_id, **options):
        client = self.client(client_id, **options)
        self.broker.wait_log(f"Sending CONNACK to {client_id} ")
        return client, self.broker.log_size()

    def assert_lines(self, since, *expected):
        self.assertEqual(self.lines(since, expected[-1]), list(expected))

    def test_connect_and_disconnect(self):
        since = self.broker.log_size()
        client = self.client("c1", clean=False, keepalive=10, username="joe", will=("a/will", "gone", 1, True))
        port = client.transport.socket.getsockname()[1]
        client.disconnect()
        self.assert_lines(since, f"New client connected from 127.0.0.1:{port} as c1 (p2, c0, k10, u'joe').",
                          "Will message specified (4 bytes) (r1, q1).", "\ta/will", "Sending CONNACK to c1 (0, 0)",
                          "Received DISCONNECT from c1", "Client c1 disconnected.")
        since = self.broker.log_size()
        client = self.client("c1", session_present=True, clean=False)
        port = client.transport.socket.getsockname()[1]
        self.assert_lines(since, f"New client connected from 127.0.0.1:{port} as c1 (p2, c0, k60).",
                          "No will message specified.", "Sending CONNACK to c1 (1, 0)")

    def test_new_connection(self):
        since = self.broker.log_size()
        port = self.client("tcp").transport.socket.getsockname()[1]
        self.broker.wait_log(rf"^\d+: New connection from 127\.0\.0\.1:{port} on port {self.broker.port}\.$", since)

    def test_version_3_1(self):
        since = self.broker.log_size()
        client = self.client("old", level=3)
        port = client.transport.socket.getsockname()[1]
        self.assert_lines(since, f"New client connected from 127.0.0.1:{port} as old (p1, c1, k60).")

    def test_subscribe_and_unsubscribe(self):
        client, since = self.connected("s")
        client.subscribe(("a/x", 0), ("b/#", 2))
        client.unsubscribe("a/x")
        client.unsubscribe("never/there")
        client.send(mqtt.PINGREQ)
        self.assert_lines(since, "Received SUBSCRIBE from s", "\ta/x (QoS 0)", "s 0 a/x", "\tb/# (QoS 2)", "s 2 b/#",
                          "Sending SUBACK to s", "Received UNSUBSCRIBE from s", "\ta/x", "s a/x",
                          "Sending UNSUBACK to s", "Received UNSUBSCRIBE from s", "\tnever/there", "s never/there",
                          "Sending UNSUBACK to s", "Received PINGREQ from s", "Sending PINGRESP to s")

    def test_publish(self):
        client, since = self.connected("p")
        client.publish("p/0", b"x")
        client.publish("p/1", b"xy", qos=1)
        client.publish("p/2", b"", qos=2, retain=True)
        client.publish("$SYS/x", b"x", qos=1)
        self.assert_lines(since, "Received PUBLISH from p (d0, q0, r0, m0, 'p/0', ... (1 bytes))",
                          "Received PUBLISH from p (d0, q1, r0, m1, 'p/1', ... (2 bytes))",
                          "Sending PUBACK to p (m1, rc0)",
                          "Received PUBLISH from p (d0, q2, r1, m2, 'p/2', ... (0 bytes))",
                          "Sending PUBREC to p (m2, rc0)", "Received PUBREL from p (Mid: 2)",
                          "Sending PUBCOMP to p (m2)", "Denied PUBLISH from p (d0, q1, r0, m3, '$SYS/x', ... (1 bytes))",
                          "Sending PUBACK to p (m3, rc135)")

    def test_delivery(self):
        client, _ = self.connected("d")
        client.subscribe(("d/#", 2))
        since = self.broker.log_size()
        other = self.client("e")
        for qos in (0, 1, 2):
            other.publish(f"d/{qos}", b"x", qos=qos)
            client.take(qos=qos)
            if qos == 1:  # which may come later than the next PUBLISH
                self.broker.wait_log(r"Received PUBACK from d", since)
        self.broker.wait_log(r"Received PUBCOMP from d", since)
        lines = re.findall(r"^\d+: ((?:Sending|Received) .* d \(.*)$", self.broker.log()[since:], re.MULTILINE)
        self.assertEqual(lines, ["Sending PUBLISH to d (d0, q0, r0, m0, 'd/0', ... (1 bytes))",
                                 "Sending PUBLISH to d (d0, q1, r0, m1, 'd/1', ... (1 bytes))",
                                 "Received PUBACK from d (Mid: 1, RC:0)",
                                 "Sending PUBLISH to d (d0, q2, r0, m2, 'd/2', ... (1 bytes))",
                                 "Received PUBREC from d (Mid: 2)", "Sending PUBREL to d (m2)",
                                 "Received PUBCOMP from d (Mid: 2, RC:0)"])

    def ended(self, client_id, raw, *expected):
        """How the log ends for a client that sends this; a line of our own says more and is left out."""
        client, since = self.connected(client_id)
        client.send_until_closed(raw)
        client.wait_closed()
        lines = [line for line in self.lines(since, expected[-1]) if not line.startswith(f"Client {client_id} [")]
        self.assertEqual(lines, list(expected))

    def test_protocol_errors(self):
        error = "Client {} disconnected due to protocol error."
        self.ended("wildcard", mqtt.publish("a/#", b"x"), error.format("wildcard"))
        self.ended("length", b"\x30\x80\x80\x80\x80\x01", error.format("length"))
        self.ended("reserved", b"\xf0\x00", error.format("reserved"))
        self.ended("id-0", mqtt.publish("a", b"x", 1, 0), error.format("id-0"))

    def test_malformed_packets(self):
        error = "Client {} disconnected due to malformed packet."
        self.ended("no-filter", b"\x82\x02\x00\x01", "Received SUBSCRIBE from no-filter", error.format("no-filter"))
        self.ended("utf8", mqtt.publish(b"a/\xff\xfe", b"x"), error.format("utf8"))
        self.ended("filter", mqtt.subscribe(1, ("a/#/b", 1)), "Received SUBSCRIBE from filter",
                   "Invalid subscription string from 127.0.0.1, disconnecting.", error.format("filter"))

    def test_oversize_packet(self):
        self.ended("large", mqtt.publish("a", bytes(6000)), "Client large disconnected due to oversize packet.")

    def test_second_connect(self):
        self.ended("twice", mqtt.connect("twice"), "Bad client twice sending multiple CONNECT messages.",
                   "Client twice disconnected due to protocol error.")

    def test_connection_lost(self):
        for name, linger in (("left", None), ("reset", struct.pack("ii", 1, 0))):
            client, since = self.connected(name)
            if linger:
                client.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            client.close()
            self.assert_lines(since, f"Client {name} closed its connection.")

    def test_keep_alive(self):
        _, since = self.connected("silent", keepalive=1)
        self.broker.wait_log(r"^\d+: Client silent has exceeded timeout, disconnecting\.$", since, timeout=10)

    def test_taken_over(self):
        first, since = self.connected("taken")
        self.client("taken")
        first.wait_closed()
        lines = self.lines(since, "Sending CONNACK to taken (0, 0)")
        self.assertEqual(lines[0], "Client taken already connected, closing old connection.")
        self.assertFalse([line for line in lines if "disconnected" in line or "closed its" in line], lines)

    def test_refused_connects(self):
        unknown = "Client <unknown> disconnected due to protocol error."
        for raw, expected in (
                (mqtt.connect("v9", level=9), ["Invalid protocol version 9 in CONNECT from 127.0.0.1.",
                                               "Sending CONNACK to 127.0.0.1 (0, 1)", unknown]),
                (mqtt.connect("x", name="MQTX"), ['Invalid protocol "MQTX" in CONNECT from 127.0.0.1.', unknown]),
                (mqtt.connect("", clean=False), ["Sending CONNACK to 127.0.0.1 (0, 2)", unknown]),
                (mqtt.publish("a", b"x"), [unknown])):
            since = self.broker.log_size()
            client = self.raw()
            client.send_until_closed(raw)
            client.wait_closed()
            lines = [line for line in self.lines(since, unknown) if not line.startswith("Client <unknown> [")]
            self.assertEqual(lines, expected)

    def test_of_our_own_a_line_says_who_it_was(self):
        if is_mosquitto():
            self.skipTest("a line of our own")
        client, since = self.connected("who")
        port = client.transport.socket.getsockname()[1]
        client.send_until_closed(mqtt.publish("a/#", b"x"))
        client.wait_closed()
        self.broker.wait_log(rf"^\d+: Client who \[127\.0\.0\.1:{port}\]: invalid topic name\.$", since)


class ConnectionMessages(BrokerCase):
    extra_conf = "connection_messages false"

    def test_nothing_of_connections(self):
        client = self.client("quiet")
        client.disconnect()
        self.client("quiet").send_until_closed(mqtt.publish("a/#", b"x"))
        last = self.client("last")
        last.subscribe(("last", 0))
        self.broker.wait_log("last 0 last")
        self.assertNotRegex(self.broker.log(), "New connection|New client connected|quiet disconnected|protocol error")


class NotAuthorised(BrokerCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nlistener_allow_anonymous false" if not is_mosquitto() else ""

    def test_line(self):
        if is_mosquitto():
            self.skipTest("2.0.11 has no listener_allow_anonymous")
        from harness import MqttClient, TcpTransport
        client = MqttClient(TcpTransport(self.broker.extra_port))
        self.addCleanup(client.close)
        client.send(mqtt.connect("x"))
        client.expect(mqtt.connack(5))
        self.broker.wait_log(r"^\d+: Sending CONNACK to 127\.0\.0\.1 \(0, 5\)$")
        self.broker.wait_log(r"^\d+: Client <unknown> disconnected, not authorised\.$")


class StartAndStop(BrokerCase):
    broker_per_test = True

    def test_lines(self):
        self.client("stays")
        self.broker.stop()
        name = "mosquitto" if is_mosquitto() else "nightjar"
        for line in (f"Warning: (Mosquitto|nightjar) should not be run as root/administrator\\.",
                     rf"{name} version \S+ starting", r"Config loaded from \S+/broker\.conf\.",
                     rf"Opening ipv4 listen socket on port {self.broker.port}\.",
                     rf"Opening websockets listen socket on port {self.broker.websocket_port}\.",
                     rf"{name} version \S+ running", rf"{name} version \S+ terminating"):
            self.assertRegex(self.broker.log(), rf"(?m)^\d+: {line}$")
        self.assertNotIn("Client stays", self.broker.log())
