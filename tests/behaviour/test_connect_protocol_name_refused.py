"""A wrong protocol name never gets a connection; many of them cost no memory (reliability rows 6).

[MQTT-3.1.2-1]: the broker may answer CONNACK 0x01 or just close.
"""

from harness import BrokerCase, packets as mqtt


class ProtocolNameRefused(BrokerCase):
    def refuse(self, name):
        client = self.raw()
        client.send_until_closed(mqtt.connect("names", name=name))
        answer = client.read_packet()
        if answer:
            self.assertEqual(answer, mqtt.connack(1))
            client.expect_closed()
        client.close()

    def test_wrong_names(self):
        for name in ("", "M", "MQTX", "mqtt", "MQTT5", "MQIsdpX", "x" * 200, "y" * 65535, b"MQ\x00T", b"\xc3\x28QT"):
            with self.subTest(name=name[:10]):
                self.refuse(name)
        self.assert_healthy()

    def test_many_do_not_leak(self):
        for _ in range(200):
            self.refuse("z" * 65535)
        before = self.broker.memory()
        for _ in range(800):
            self.refuse("z" * 65535)
        self.assertLess(self.broker.memory() - before, 16 << 20)
