"""A topic or filter may have 200 levels; one with many more closes its sender, and nothing else (rows 24 and 25)."""

from harness import BrokerCase, packets as mqtt

DEEP = "/" * 65535


class TopicLevels(BrokerCase):
    def test_200_levels(self):
        topic = "/".join(["x"] * 200)
        client = self.client("deep").subscribe((topic, 0))
        client.publish(topic, b"1", retain=True)
        client.expect(mqtt.publish(topic, b"1"))
        client.publish(topic, b"", retain=True)
        client.expect(mqtt.publish(topic, b""))

    def test_200_wildcards(self):
        client = self.client("wild").subscribe(("/".join(["+"] * 200), 0))
        topic = "/".join("abc"[number % 3] for number in range(200))
        client.publish(topic, b"1")
        client.expect(mqtt.publish(topic, b"1"))

    def test_more(self):
        for topic in ("/".join(["x"] * 205), "/" * 1000, DEEP, "+/" * 1000):
            with self.subTest(topic[:5], length=len(topic)):
                self.assert_refuses(mqtt.subscribe(1, (topic, 0)))
                self.assert_healthy()
        for topic in ("/".join(["x"] * 205), DEEP):
            with self.subTest(topic[:5], length=len(topic)):
                self.assert_refuses(mqtt.publish(topic, b"x", 1, 1, retain=True))
                self.assert_healthy()

    def test_unsubscribe_harms_nobody(self):
        client = self.client("leaves")
        client.send_until_closed(mqtt.unsubscribe(1, DEEP))
        client.read_packet()
        self.assert_healthy()
