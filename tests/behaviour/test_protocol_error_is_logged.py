"""The log names who was closed for a protocol error, in one line, whatever bytes a client puts into its names.

Lines in mosquitto's wording: people grep for them. Reliability row 61: no control character reaches the log.
"""

import re
import unittest

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto


class ProtocolErrorIsLogged(BrokerCase):
    def test_connect_and_disconnect_lines(self):
        client = self.client("logged", keepalive=45)
        port = client.transport.socket.getsockname()[1]
        self.broker.wait_log(rf"New client connected from 127\.0\.0\.1:{port} as logged \(p2, c1, k45\)\.")
        client.disconnect()
        self.broker.wait_log(r"Client logged.* disconnected\.")

    def test_malformed_packet(self):
        self.assert_refuses(b"\x36\x00", client_id="culprit")
        self.broker.wait_log(r"culprit.*(disconnected|closed|refused)")

    @unittest.skipIf(is_mosquitto(), "mosquitto calls such a client <unknown>")
    def test_before_connect(self):
        client = self.raw()
        port = client.transport.socket.getsockname()[1]
        client.send_until_closed(mqtt.PINGREQ)
        client.expect_closed()
        self.broker.wait_log(rf"Client <unknown> \[127\.0\.0\.1:{port}\]: packet before CONNECT\.")

    @unittest.skipIf(is_mosquitto(), "mosquitto calls such a client <unknown>")
    def test_refused_connect(self):
        client = self.raw()
        port = client.transport.socket.getsockname()[1]
        client.send(mqtt.connect("level-9", level=9))
        client.expect(mqtt.connack(1))
        self.broker.wait_log(rf"Client <unknown> \[127\.0\.0\.1:{port}\]: unacceptable protocol version\.")

    @unittest.skipIf(is_mosquitto(), "mosquitto closes clients with such names")
    def test_control_characters_are_escaped(self):
        for client_id in ("a\nb: forged line", "red\x1b[31mred", "back\rspace", "bell\x07"):
            client = self.raw()
            client.send(mqtt.connect(client_id), mqtt.publish("control\x1b[2Jtopic\n1", b"x", 1, 1))
            if client.read_packet():
                client.read_packet()  # accepted or refused: both are fine
            client.close()
        self.assert_healthy()
        self.assertNotRegex(self.broker.log(), "[\x00-\x08\x0b-\x1f\x7f]")
        self.assertFalse(re.search("^b: forged line", self.broker.log(), re.MULTILINE))
