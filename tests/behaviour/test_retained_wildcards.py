"""A new subscription with wildcards gets each matching retained message once, never one whose topic starts with `$`.

[MQTT-3.3.1-6] [MQTT-4.7.2-1]
"""

from harness import BrokerCase, MqttClient, TcpTransport

TOPICS = ["wild", "wild/a", "wild/a/b", "wild/a/c", "wild/b", "wild/b/b", "wild//b", "/wild", "wilder/a", "wild/"]

CASES = {
    "wild/#": ["wild", "wild/a", "wild/a/b", "wild/a/c", "wild/b", "wild/b/b", "wild//b", "wild/"],
    "wild/+": ["wild/a", "wild/b", "wild/"],
    "wild/+/b": ["wild/a/b", "wild/b/b", "wild//b"],
    "+/a": ["wild/a", "wilder/a"],
    "wild/a/#": ["wild/a", "wild/a/b", "wild/a/c"],
    "wild/a/b/#": ["wild/a/b"],
    "wild/a": ["wild/a"],
    "/+": ["/wild"],
    "+/wild": ["/wild"],
    "+": ["wild"],
    "+/+/b": ["wild/a/b", "wild/b/b", "wild//b"],
    "wild/x/#": [],
    "#": TOPICS,
}


class RetainedCase(BrokerCase):
    topics = []

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        publisher = MqttClient(TcpTransport(cls.broker.port)).connect("publisher")
        for topic in cls.topics:
            publisher.publish(topic, topic, qos=1, retain=True)
        publisher.disconnect()

    def own_topics(self, reader):
        """Topics of what comes before a message to itself, which is live and so marks the end."""
        reader.publish("no/such/topic", b"end")
        topics = []
        while True:
            got = reader.take()
            if got.payload == b"end":
                return topics
            self.assertFalse(got.topic.startswith("$"))
            self.assertTrue(got.retain)
            if not got.topic.startswith(("dht11/", "sensors/")):  # what a built-in plugin keeps there
                topics.append(got.topic)


class RetainedWildcards(RetainedCase):
    topics = TOPICS

    def test_each_filter(self):
        for name, wanted in CASES.items():
            with self.subTest(name):
                reader = self.client("reader")
                reader.subscribe((name, 0), ("no/such/topic", 0))
                topics = self.own_topics(reader)
                self.assertEqual(sorted(topics), sorted(wanted))
                reader.disconnect()


class ManyRetained(RetainedCase):
    """More than are looked at in one go: what is published after the SUBSCRIBE still comes behind all of them."""

    topics = [f"many/{n // 100}/{n % 100}" for n in range(3000)]

    def test_all_come_once_and_first(self):
        for name, wanted in {"many/#": self.topics, "many/+/7": self.topics[7::100], "+/7/+": self.topics[700:800]}.items():
            for qos in (0, 1):
                with self.subTest(name, qos=qos):
                    reader = self.client("reader")
                    reader.subscribe((name, qos), ("no/such/topic", 0))
                    self.assertEqual(sorted(self.own_topics(reader)), sorted(wanted))
                    reader.disconnect()

    def test_a_kept_session_gets_them(self):
        reader = self.client("kept", clean=False)
        reader.subscribe(("many/#", 1), ("no/such/topic", 0))
        self.assertEqual(sorted(self.own_topics(reader)), sorted(self.topics))
        reader.disconnect()
