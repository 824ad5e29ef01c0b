"""The four packets of QoS 2, in both directions, and the packet ids in them.

[MQTT-4.3.3-1] [MQTT-4.3.3-2] [MQTT-2.3.1-6] [MQTT-2.3.1-7]
"""

from harness import BrokerCase, packets as mqtt


class Qos2Publish(BrokerCase):
    def test_exact_exchange(self):
        reader = self.client("reader").subscribe(("qos2/x", 2))
        publisher = self.client("publisher")
        publisher.send(mqtt.publish("qos2/x", b"hello", 2, 77))
        publisher.expect(mqtt.pubrec(77))
        publisher.send(mqtt.pubrel(77))
        publisher.expect(mqtt.pubcomp(77))
        got = reader.expect_publish("qos2/x", b"hello", 2)
        self.assertFalse(got.dup)
        reader.send(mqtt.pubrec(got.packet_id))
        reader.expect(mqtt.pubrel(got.packet_id))
        reader.send(mqtt.pubcomp(got.packet_id))
        reader.expect_nothing()

    def test_delivered_at_each_granted_qos(self):
        for qos in (0, 1, 2):
            with self.subTest(qos=qos):
                reader = self.client("reader").subscribe(("qos2/y", qos))
                self.client("publisher").publish("qos2/y", b"hello", qos=2)
                reader.take("qos2/y", b"hello", qos)
                reader.expect_nothing()
                reader.disconnect()

    def test_several_exchanges_at_once(self):
        reader = self.client("reader").subscribe(("qos2/z", 2))
        publisher = self.client("publisher")
        ids = (3, 1, 2)
        publisher.send(*(mqtt.publish("qos2/z", str(packet_id), 2, packet_id) for packet_id in ids))
        publisher.expect(*(mqtt.pubrec(packet_id) for packet_id in ids))
        publisher.send(*(mqtt.pubrel(packet_id) for packet_id in ids))
        publisher.expect(*(mqtt.pubcomp(packet_id) for packet_id in ids))
        messages = reader.take_many(3)
        self.assertEqual([(message.payload, message.qos) for message in messages],
                         [(str(packet_id).encode(), 2) for packet_id in ids])

    def test_an_id_is_free_again_after_pubcomp(self):
        reader = self.client("reader").subscribe(("qos2/free", 0))
        publisher = self.client("publisher")
        for number in range(3):
            publisher.send(mqtt.publish("qos2/free", str(number), 2, 5))
            publisher.expect(mqtt.pubrec(5))
            publisher.send(mqtt.pubrel(5))
            publisher.expect(mqtt.pubcomp(5))
            reader.expect(mqtt.publish("qos2/free", str(number)))
