"""A will topic obeys the rules of a topic name: a CONNECT with a bad one is refused. [MQTT-3.1.3-10] [MQTT-4.7.1-1]"""

from harness import BrokerCase, packets as mqtt


class WillTopicRules(BrokerCase):
    def refuse(self, topic):
        client = self.raw()
        client.send_until_closed(mqtt.connect("bad-will", will=(topic, b"x", 0, False)))
        answer = client.read_packet()
        if answer:
            self.assertNotEqual(answer, mqtt.connack(0))
            client.expect_closed()

    def test_bad_topics(self):
        for topic in ("", "will/#", "+/will", b"\xc3\x28", b"a\x00b", b"\xed\xa0\x80", "/" * 65535):
            with self.subTest(topic=topic[:10]):
                self.refuse(topic)
        self.assert_healthy()

    def test_will_to_sys_reaches_nobody(self):
        watcher = self.client("watcher").subscribe(("$SYS/broker/version", 0), ("marker", 0))
        seen = []
        client = self.raw()
        client.send_until_closed(mqtt.connect("forger", will=("$SYS/broker/version", b"forged", 0, True)))
        client.read_packet()
        client.close()
        self.broker.wait_log("forger|refused|closed")
        self.client("publisher").publish("marker", b"1")
        while not seen or seen[-1].topic != "marker":
            seen.append(watcher.expect_publish())
        self.assertNotIn(b"forged", [message.payload for message in seen])
