"""A PUBLISH whose topic breaks a rule closes its sender and reaches nobody.

[MQTT-3.3.2-1] [MQTT-3.3.2-2] [MQTT-4.7.1-1] [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-1.5.3-1] [MQTT-1.5.3-2];
reliability rows 24, 26, 27 and 28.
"""

from harness import BrokerCase, packets as mqtt

BAD_TOPICS = {
    "empty": b"", "hash": b"#", "plus": b"+", "wildcard inside": b"a/+/b", "hash at the end": b"a/#", "glued": b"a+b",
    "NUL": b"a\x00b", "only NUL": b"\x00", "bad UTF-8": b"\xc3\x28", "stray continuation": b"a\x80",
    "surrogate": b"\xed\xa0\x80", "surrogate pair": b"\xed\xa0\xbd\xed\xb8\x80", "overlong": b"\xc0\xaf",
    "overlong NUL": b"\xc0\x80", "beyond Unicode": b"\xf4\x90\x80\x80", "five bytes": b"\xf8\x88\x80\x80\x80",
    "cut short": b"a\xe2\x82", "0xff": b"\xff",
}


class PublishTopicRules(BrokerCase):
    def test_bad_topics(self):
        watcher = self.client("watcher").subscribe(("#", 0))
        for name, topic in BAD_TOPICS.items():
            for qos in (0, 1, 2):
                with self.subTest(name, qos=qos):
                    self.assert_refuses(mqtt.publish(topic, b"wrong", qos, 1 if qos else None, retain=True))
        self.client("publisher").publish("rules/marker", b"1")
        while True:
            got = watcher.expect_publish()
            self.assertNotEqual(got.payload, b"wrong")
            if got.topic == "rules/marker":
                break
        self.assert_healthy()

    def test_good_topics(self):
        client = self.client("good")
        for topic in ("/", "//", " ", "a b", "é", "温度/🌡", "\ufeff", "a" * 65535, "x/" * 99 + "x"):
            with self.subTest(topic[:10]):
                client.subscribe((topic, 0))
                client.publish(topic, b"1")
                client.expect(mqtt.publish(topic, b"1"))
                client.unsubscribe(topic)

    def test_topics_that_start_with_a_dollar_harm_nobody(self):
        for topic in ("$", "$/", "$foo", "$SYS", "$SYS/x", "$share/a/b", "$CONTROL/x"):
            with self.subTest(topic):
                client = self.client("dollar")
                client.send(mqtt.publish(topic, b"x", 1, 1, retain=True), mqtt.PINGREQ)
                client.read_packet()
                client.close()
        self.assert_healthy()

    def test_sys_cannot_be_written(self):
        watcher = self.client("watcher").subscribe(("$SYS/forged", 0), ("rules/marker", 0))
        client = self.client("forger")
        client.send_until_closed(mqtt.publish("$SYS/forged", b"wrong", retain=True) + mqtt.publish("rules/marker", b"1"))
        client.close()
        self.client("publisher").publish("rules/marker", b"1")
        self.assertEqual(watcher.expect_publish().topic, "rules/marker")
        self.client("late").subscribe(("$SYS/forged", 0)).expect_nothing()
