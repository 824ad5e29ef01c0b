"""Wrong flags in the fixed header, and packet types that no client may send, close the sender.

[MQTT-2.2.2-1] [MQTT-2.2.2-2] [MQTT-3.6.1-1] [MQTT-3.3.1-4] [MQTT-3.3.1-2]; reliability row 29.
"""

import unittest

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto


class MalformedFlags(BrokerCase):
    def test_publish_qos_3(self):
        for flags in (6, 7, 14, 15):
            self.assert_refuses(bytes([0x30 | flags]) + mqtt.publish("flags/x", b"wrong", 1, 1)[1:])

    @unittest.skipIf(is_mosquitto(), "mosquitto accepts it")
    def test_dup_with_qos_0(self):
        self.assert_refuses(mqtt.publish("flags/x", b"wrong", 0, dup=True))

    def test_pubrel(self):
        for flags in set(range(16)) - {2}:
            self.assert_refuses(bytes([0x60 | flags]) + mqtt.pubrel(1)[1:])

    @unittest.skipIf(is_mosquitto(), "mosquitto does not look at these bits")
    def test_packets_without_flags(self):
        for raw in (mqtt.puback(1), mqtt.pubrec(1), mqtt.pubcomp(1), mqtt.PINGREQ, mqtt.DISCONNECT):
            for flags in range(1, 16):
                with self.subTest(mqtt.describe(raw), flags=flags):
                    self.assert_refuses(bytes([raw[0] | flags]) + raw[1:])

    @unittest.skipIf(is_mosquitto(), "mosquitto accepts some of them")
    def test_packets_that_only_a_server_sends(self):
        for raw in (mqtt.connack(), mqtt.suback(1, 0), mqtt.unsuback(1), mqtt.PINGRESP):
            with self.subTest(mqtt.describe(raw)):
                self.assert_refuses(raw)

    def test_reserved_types(self):
        for first in (0x00, 0x0F, 0xF0, 0xFF):
            self.assert_refuses(bytes([first, 0]))

    def test_packet_id_0(self):
        self.assert_refuses(mqtt.publish("flags/x", b"wrong", 1, 0))
        self.assert_refuses(mqtt.publish("flags/x", b"wrong", 2, 0))

    def tearDown(self):
        self.assert_healthy()
        super().tearDown()
