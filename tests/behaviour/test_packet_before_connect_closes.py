"""Any packet but CONNECT on a new connection closes it, and nothing of it is carried out. [MQTT-3.1.0-1]"""

from harness import BrokerCase, packets as mqtt

FIRST_PACKETS = [
    mqtt.connack(), mqtt.publish("early", b"x", retain=True), mqtt.publish("early", b"x", 1, 1), mqtt.puback(1),
    mqtt.pubrec(1), mqtt.pubrel(1), mqtt.pubcomp(1), mqtt.subscribe(1, ("#", 0)), mqtt.suback(1, 0),
    mqtt.unsubscribe(1, "#"), mqtt.unsuback(1), mqtt.PINGREQ, mqtt.PINGRESP, mqtt.DISCONNECT, b"\x00\x00", b"\xf0\x00",
]


class PacketBeforeConnect(BrokerCase):
    def test_every_other_type(self):
        for raw in FIRST_PACKETS:
            with self.subTest(mqtt.describe(raw)):
                client = self.raw()
                client.send_until_closed(raw)
                client.expect_closed()
        reader = self.client("reader").subscribe(("early", 0))
        reader.expect_nothing()

    def test_a_connect_behind_it_is_not_read(self):
        client = self.raw()
        client.send_until_closed(mqtt.PINGREQ + mqtt.connect("late"))
        client.expect_closed()

    def test_other_protocols(self):
        for raw in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"r" * 60,
                    b"SSH-2.0-OpenSSH_9.2\r\n", b"\r\n\r\n"):
            with self.subTest(raw[:8]):
                client = self.raw()
                client.send_until_closed(raw)
                client.transport.close_write()
                client.expect_closed()
        self.assert_healthy()
