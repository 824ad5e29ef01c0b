"""An unknown protocol level is answered by CONNACK 0x01, then the connection closes.

[MQTT-3.1.2-2] [MQTT-3.2.2-4] [MQTT-3.2.2-5]. MQTT 5 is such a level as long as the broker does not speak it.
"""

import unittest

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto


class ProtocolLevelRefused(BrokerCase):
    def check(self, level, **options):
        client = self.raw()
        client.send(mqtt.connect("levels", level=level, **options))
        client.expect(mqtt.connack(1))
        client.expect_closed()

    def test_unknown_levels_of_mqtt(self):
        for level in (0, 1, 2, 6, 7, 100, 127):
            with self.subTest(level=level):
                self.check(level)

    def test_unknown_levels_of_mqisdp(self):
        for level in (0, 2, 6):
            with self.subTest(level=level):
                self.check(level, name="MQIsdp")

    @unittest.skipIf(is_mosquitto(), "mosquitto speaks MQTT 5")
    def test_mqtt_5(self):
        connect = mqtt.string("MQTT") + b"\x05\x02\x00\x3c\x00" + mqtt.string("five")
        client = self.raw()
        client.send(mqtt.packet(0x10, connect))
        client.expect(mqtt.connack(1))
        client.expect_closed()

    def tearDown(self):
        self.assert_healthy()
        super().tearDown()
