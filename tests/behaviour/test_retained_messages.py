"""A retained message is kept, replaced and cleared; the retain flag is on only for a new subscription.

[MQTT-3.3.1-5] [MQTT-3.3.1-6] [MQTT-3.3.1-8] [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11] [MQTT-3.3.1-12]
"""

from harness import BrokerCase, packets as mqtt


class RetainedMessages(BrokerCase):
    def late(self, topic, qos=0):
        return self.client("late").subscribe((topic, qos))

    def test_kept_for_later_subscribers(self):
        self.client("publisher").publish("retained/a", b"1", retain=True)
        for _ in range(2):
            reader = self.late("retained/a")
            reader.expect(mqtt.publish("retained/a", b"1", retain=True))
            reader.expect_nothing()

    def test_replaced(self):
        publisher = self.client("publisher")
        publisher.publish("retained/b", b"1", retain=True)
        publisher.publish("retained/b", b"2", retain=True, qos=1)
        reader = self.late("retained/b", 1)
        got = reader.take("retained/b", b"2", 1)
        self.assertTrue(got.retain)
        reader.expect_nothing()

    def test_cleared_by_an_empty_payload(self):
        publisher = self.client("publisher")
        publisher.publish("retained/c", b"1", qos=1, retain=True)
        watcher = self.client("watcher").subscribe(("retained/c", 0))
        watcher.expect(mqtt.publish("retained/c", b"1", retain=True))
        publisher.publish("retained/c", b"", qos=1, retain=True)
        watcher.expect(mqtt.publish("retained/c", b""))
        self.late("retained/c").expect_nothing()

    def test_the_flag_is_off_for_those_who_were_there(self):
        watcher = self.client("watcher").subscribe(("retained/d", 0))
        self.client("publisher").publish("retained/d", b"1", retain=True)
        watcher.expect(mqtt.publish("retained/d", b"1"))

    def test_a_message_without_the_flag_changes_nothing(self):
        publisher = self.client("publisher")
        publisher.publish("retained/e", b"kept", retain=True)
        publisher.publish("retained/e", b"passing", qos=1)
        publisher.publish("retained/e", b"", qos=1)
        reader = self.late("retained/e")
        reader.expect(mqtt.publish("retained/e", b"kept", retain=True))
        reader.expect_nothing()

    def test_qos_is_the_smaller_of_both(self):
        publisher = self.client("publisher")
        for qos in (0, 1, 2):
            publisher.publish(f"retained/q{qos}", b"x", qos=qos, retain=True)
        for granted in (0, 1, 2):
            for qos in (0, 1, 2):
                with self.subTest(granted=granted, published=qos):
                    reader = self.late(f"retained/q{qos}", granted)
                    got = reader.take(f"retained/q{qos}", b"x", min(granted, qos))
                    self.assertTrue(got.retain)
                    reader.disconnect()

    def test_own_publish(self):
        client = self.client("self")
        client.publish("retained/self", b"1", retain=True, qos=2)
        client.subscribe(("retained/self", 0))
        client.expect(mqtt.publish("retained/self", b"1", retain=True))

    def test_large_payload(self):
        self.client("publisher").publish("retained/large", b"x" * 300000, retain=True, qos=1)
        self.late("retained/large").expect(mqtt.publish("retained/large", b"x" * 300000, retain=True))

    def test_clearing_what_is_not_there(self):
        self.client("publisher").publish("retained/none", b"", qos=1, retain=True)
        self.late("retained/none").expect_nothing()
