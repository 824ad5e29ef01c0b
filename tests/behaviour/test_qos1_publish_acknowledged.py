"""A QoS 1 PUBLISH is answered by PUBACK with its packet id and delivered. [MQTT-4.3.2-2] [MQTT-3.3.4-1] [MQTT-2.3.1-6]"""

from harness import BrokerCase, packets as mqtt


class Qos1Publish(BrokerCase):
    def test_acknowledged_with_the_same_id(self):
        client = self.client("publisher")
        for packet_id in (1, 2, 255, 256, 65535, 1):
            client.send(mqtt.publish("qos1/nobody", b"x", 1, packet_id))
            client.expect(mqtt.puback(packet_id))

    def test_acknowledgements_come_in_order(self):
        client = self.client("publisher")
        client.send(*(mqtt.publish("qos1/nobody", b"x", 1, packet_id) for packet_id in range(1, 501)))
        client.expect(*(mqtt.puback(packet_id) for packet_id in range(1, 501)))

    def test_delivered_at_each_granted_qos(self):
        for qos in (0, 1, 2):
            with self.subTest(qos=qos):
                reader = self.client("reader").subscribe(("qos1/x", qos))
                self.client("publisher").publish("qos1/x", b"hello", qos=1)
                got = reader.take("qos1/x", b"hello", min(qos, 1))
                self.assertFalse(got.dup)
                reader.expect_nothing()
                reader.disconnect()

    def test_packet_ids_in_both_directions_are_independent(self):
        client = self.client("echo").subscribe(("qos1/echo", 1))
        client.send(mqtt.publish("qos1/echo", b"x", 1, 1))
        got = []
        for _ in range(2):
            got.append(client.read_packet())
        self.assertIn(mqtt.puback(1), got)
        echo = mqtt.Publish(next(raw for raw in got if raw != mqtt.puback(1)))
        client.send(mqtt.puback(echo.packet_id))
        client.expect_nothing()

    def test_a_resend_is_a_publish_like_another(self):
        reader = self.client("reader").subscribe(("qos1/dup", 1))
        client = self.client("publisher")
        client.send(mqtt.publish("qos1/dup", b"x", 1, 9, dup=True))
        client.expect(mqtt.puback(9))
        self.assertFalse(reader.take("qos1/dup", b"x", 1).dup)
