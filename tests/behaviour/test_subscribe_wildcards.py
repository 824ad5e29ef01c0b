"""Which topics a filter matches. [MQTT-4.7.1-2] [MQTT-4.7.1-3] [MQTT-4.7.2-1] [MQTT-4.7.3-4]"""

from harness import BrokerCase, packets as mqtt

TOPICS = ["a", "a/b", "a/b/c", "/", "/a", "a/", "a//b", "//", "A/b", "$own", "$own/a", "a b/c", "ä/ö"]

CASES = {
    "#": ["a", "a/b", "a/b/c", "/", "/a", "a/", "a//b", "//", "A/b", "a b/c", "ä/ö"],
    "+": ["a"],
    "+/+": ["a/b", "/", "/a", "a/", "A/b", "a b/c", "ä/ö"],
    "a/#": ["a", "a/b", "a/b/c", "a/", "a//b"],
    "a/+": ["a/b", "a/"],
    "a/+/c": ["a/b/c"],
    "+/b/#": ["a/b", "a/b/c", "A/b"],
    "/#": ["/", "/a", "//"],
    "/+": ["/", "/a"],
    "+/": ["/", "a/"],
    "+/+/+": ["a/b/c", "a//b", "//"],
    "a//b": ["a//b"],
    "a/+/b": ["a//b"],
    "a": ["a"],
    "A/b": ["A/b"],
    "+/#": ["a", "a/b", "a/b/c", "/", "/a", "a/", "a//b", "//", "A/b", "a b/c", "ä/ö"],
    "$own/#": ["$own", "$own/a"],
    "$own/+": ["$own/a"],
    "a b/+": ["a b/c"],
    "ä/ö": ["ä/ö"],
}


class SubscribeWildcards(BrokerCase):
    def test_each_filter(self):
        publisher = self.client("publisher")
        for name, wanted in CASES.items():
            with self.subTest(name):
                reader = self.client("reader")
                reader.subscribe((name, 0), ("z/end", 0))
                publisher.send(*(mqtt.publish(topic, b"live") for topic in TOPICS), mqtt.publish("z/end", b"end"))
                self.assertEqual(self.live_topics(reader), wanted)
                reader.disconnect()

    @staticmethod
    def live_topics(reader):
        topics = []
        while True:
            got = reader.expect_publish()
            if got.payload == b"end":
                return topics
            if got.payload == b"live":
                topics.append(got.topic)
