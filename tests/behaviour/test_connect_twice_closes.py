"""A second CONNECT on one connection is a protocol violation; the will of the first one is sent. [MQTT-3.1.0-2]"""

import unittest

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto


class ConnectTwice(BrokerCase):
    def test_second_connect(self):
        self.assert_refuses(mqtt.connect("victim"))
        self.assert_refuses(mqtt.connect("another-id"))
        self.assert_healthy()

    @unittest.skipIf(is_mosquitto(), "mosquitto forgets the will here")
    def test_will_is_sent(self):
        watcher = self.client("watcher").subscribe(("twice/will", 0))
        client = self.client("twice", will=("twice/will", b"gone", 0, False))
        client.send(mqtt.connect("twice", will=("twice/will", b"second", 0, False)))
        client.expect_closed()
        watcher.expect(mqtt.publish("twice/will", b"gone"))
