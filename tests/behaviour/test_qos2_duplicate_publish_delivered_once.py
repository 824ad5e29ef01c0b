"""A QoS 2 PUBLISH that comes again with the same packet id before PUBREL is answered, not delivered, again.

[MQTT-4.3.3-2] [MQTT-4.3.3-1]; reliability rows 41 and 46.
"""

from harness import BrokerCase, packets as mqtt


class Qos2Duplicate(BrokerCase):
    def finish(self, client, packet_id):
        client.send(mqtt.pubrel(packet_id))
        client.expect(mqtt.pubcomp(packet_id))

    def check_once(self, reader, publisher, topic):
        """The reader got the message once: the next thing it gets is a later one."""
        reader.take(topic, b"once", 2)
        publisher.publish(topic, b"marker", qos=2)
        reader.take(topic, b"marker", 2)

    def test_on_one_connection(self):
        reader = self.client("reader").subscribe(("dup/one", 2))
        publisher = self.client("publisher")
        for dup in (False, True):
            publisher.send(mqtt.publish("dup/one", b"once", 2, 10, dup=dup))
            publisher.expect(mqtt.pubrec(10))
        self.finish(publisher, 10)
        self.check_once(reader, publisher, "dup/one")

    def test_over_a_reconnect(self):
        reader = self.client("reader").subscribe(("dup/two", 2))
        publisher = self.client("publisher-2", clean=False)
        publisher.send(mqtt.publish("dup/two", b"once", 2, 11))
        publisher.expect(mqtt.pubrec(11))
        publisher.close()
        publisher = self.client("publisher-2", clean=False, session_present=True)
        publisher.send(mqtt.publish("dup/two", b"once", 2, 11, dup=True))
        publisher.expect(mqtt.pubrec(11))
        self.finish(publisher, 11)
        self.check_once(reader, publisher, "dup/two")

    def test_pubrel_after_a_reconnect(self):
        reader = self.client("reader").subscribe(("dup/three", 2))
        publisher = self.client("publisher-3", clean=False)
        publisher.send(mqtt.publish("dup/three", b"once", 2, 12))
        publisher.expect(mqtt.pubrec(12))
        publisher.close()
        publisher = self.client("publisher-3", clean=False, session_present=True)
        self.finish(publisher, 12)
        self.check_once(reader, publisher, "dup/three")

    def test_never_seen_before_with_dup_set(self):
        reader = self.client("reader").subscribe(("dup/four", 2))
        publisher = self.client("publisher-4")
        publisher.send(mqtt.publish("dup/four", b"once", 2, 13, dup=True))
        publisher.expect(mqtt.pubrec(13))
        self.finish(publisher, 13)
        self.check_once(reader, publisher, "dup/four")

    def test_a_clean_session_forgets_the_id(self):
        reader = self.client("reader").subscribe(("dup/five", 0))
        publisher = self.client("publisher-5")
        publisher.send(mqtt.publish("dup/five", b"lost or not", 2, 14))
        publisher.expect(mqtt.pubrec(14))
        publisher.close()
        publisher = self.client("publisher-5")
        publisher.send(mqtt.publish("dup/five", b"new", 2, 14))
        publisher.expect(mqtt.pubrec(14))
        self.finish(publisher, 14)
        got = reader.expect_publish("dup/five")
        if got.payload == b"lost or not":
            got = reader.expect_publish("dup/five")
        self.assertEqual(got.payload, b"new")

    def test_a_flood_of_duplicates_costs_no_memory(self):
        reader = self.client("reader").subscribe(("dup/flood", 0))
        publisher = self.client("flooder")
        duplicate = mqtt.publish("dup/flood", b"x" * 100, 2, 15, dup=True)
        publisher.send(duplicate)
        publisher.expect(mqtt.pubrec(15))
        before = self.broker.memory()
        for _ in range(200):
            publisher.send_until_closed(duplicate * 100)
            answers = 0
            while answers < 100 and publisher.read_packet():
                answers += 1
            if answers < 100:
                break  # closing such a client is allowed
        self.assertLess(self.broker.memory() - before, 8 << 20)
        self.client("other").publish("dup/flood", b"marker")
        got = reader.expect_publish("dup/flood")
        if got.payload != b"marker":
            reader.expect(mqtt.publish("dup/flood", b"marker"))
        self.assert_healthy()
