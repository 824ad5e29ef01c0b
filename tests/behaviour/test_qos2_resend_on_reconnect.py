"""A QoS 2 exchange goes on where it stood: PUBLISH with DUP before PUBREC, PUBREL after it. [MQTT-4.4.0-1]"""

from harness import BrokerCase, packets as mqtt


class Qos2Resend(BrokerCase):
    def received(self, client_id, topic):
        reader = self.client(client_id, clean=False).subscribe((topic, 2))
        self.client("publisher").publish(topic, b"x", qos=2)
        return reader, reader.expect_publish(topic, b"x", 2).packet_id

    def again(self, client_id):
        return self.client(client_id, clean=False, session_present=True)

    def test_before_pubrec(self):
        reader, packet_id = self.received("before", "resend2/a")
        reader.close()
        reader = self.again("before")
        reader.expect(mqtt.publish("resend2/a", b"x", 2, packet_id, dup=True))
        reader.send(mqtt.pubrec(packet_id))
        reader.expect(mqtt.pubrel(packet_id))
        reader.send(mqtt.pubcomp(packet_id))
        reader.expect_nothing()

    def test_after_pubrec(self):
        reader, packet_id = self.received("after", "resend2/b")
        reader.send(mqtt.pubrec(packet_id))
        reader.expect(mqtt.pubrel(packet_id))
        reader.close()
        for _ in range(2):
            reader = self.again("after")
            reader.expect(mqtt.pubrel(packet_id))
            reader.expect_nothing()
            reader.close()
        reader = self.again("after")
        reader.expect(mqtt.pubrel(packet_id))
        reader.send(mqtt.pubcomp(packet_id))
        reader.disconnect()
        self.again("after").expect_nothing()

    def test_repeated_pubrec(self):
        reader, packet_id = self.received("repeats", "resend2/c")
        for _ in range(2):
            reader.send(mqtt.pubrec(packet_id))
            reader.expect(mqtt.pubrel(packet_id))
        reader.send(mqtt.pubcomp(packet_id))
        reader.expect_nothing()

    def test_mixed_states_keep_their_order(self):
        reader = self.client("mixed", clean=False).subscribe(("resend2/m", 2))
        publisher = self.client("publisher")
        for payload in (b"1", b"2", b"3"):
            publisher.publish("resend2/m", payload, qos=2)
        ids = [reader.expect_publish("resend2/m", payload, 2).packet_id for payload in (b"1", b"2", b"3")]
        reader.send(mqtt.pubrec(ids[0]))
        reader.expect(mqtt.pubrel(ids[0]))
        reader.close()
        reader = self.again("mixed")
        reader.expect(mqtt.pubrel(ids[0]), mqtt.publish("resend2/m", b"2", 2, ids[1], dup=True),
                      mqtt.publish("resend2/m", b"3", 2, ids[2], dup=True))
