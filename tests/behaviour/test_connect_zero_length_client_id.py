"""A client without id gets one of its own when its session is clean, CONNACK 0x02 otherwise.

[MQTT-3.1.3-6] [MQTT-3.1.3-7] [MQTT-3.1.3-8] [MQTT-3.1.3-9]; MQTT 3.1 asks for 1 to 23 characters, of which more are taken.
"""

import unittest

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto


class ZeroLengthClientId(BrokerCase):
    def refused(self, client_id="", **options):
        client = self.raw()
        client.send(mqtt.connect(client_id, **options))
        client.expect(mqtt.connack(2))
        client.expect_closed()

    def test_two_clean_ones_are_two_clients(self):
        first, second = self.client(""), self.client("")
        for client in (first, second):
            client.subscribe(("anonymous/ids", 0))
        second.publish("anonymous/ids", b"hello")
        for client in (first, second):
            client.expect(mqtt.publish("anonymous/ids", b"hello"))

    def test_not_clean(self):
        self.refused(clean=False)

    @unittest.skipIf(is_mosquitto(), "mosquitto is lenient here")
    def test_mqtt_3_1_needs_an_id(self):
        self.refused(level=3)

