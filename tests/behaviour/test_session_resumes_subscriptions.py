"""A persistent session keeps its subscriptions while the client is away. [MQTT-3.1.2-4] [MQTT-3.1.2-5]"""

from harness import BrokerCase, packets as mqtt


class SessionResumesSubscriptions(BrokerCase):
    def test_subscriptions_live_on(self):
        client = self.client("resume", clean=False)
        client.subscribe(("resume/zero", 0), ("resume/+/one", 1), ("resume/two/#", 2), ("resume/left", 1))
        client.unsubscribe("resume/left")
        client.disconnect()
        client = self.client("resume", clean=False, session_present=True)
        publisher = self.client("publisher")
        for topic in ("resume/left", "resume/zero", "resume/a/one", "resume/two/b"):
            publisher.publish(topic, topic, qos=2)
        for topic, qos in (("resume/zero", 0), ("resume/a/one", 1), ("resume/two/b", 2)):
            client.take(topic, topic, qos)
        client.expect_nothing()

    def test_after_an_abrupt_end(self):
        self.client("abrupt", clean=False).subscribe(("abrupt/x", 1)).close()
        client = self.client("abrupt", clean=False, session_present=True)
        client.publish("abrupt/x", b"1", qos=0)
        client.expect(mqtt.publish("abrupt/x", b"1"))

    def test_retained_messages_are_not_sent_again(self):
        self.client("kept-r", clean=False).subscribe(("kept/r", 1)).disconnect()
        self.client("publisher").publish("kept/r", b"1", qos=1, retain=True)
        client = self.client("kept-r", clean=False, session_present=True)
        client.take("kept/r", b"1", 1)  # from the queue
        client.expect_nothing()
