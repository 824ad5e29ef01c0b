"""Several subscriptions of one client that match: the message comes once, at the highest granted QoS. [MQTT-3.3.5-1]"""

from harness import BrokerCase, packets as mqtt


class OverlappingSubscriptions(BrokerCase):
    nightjar_only = "mosquitto delivers once per subscription, or at the first one's QoS"

    def check(self, filters, granted):
        reader = self.client("reader").subscribe(*filters)
        publisher = self.client("publisher")
        for payload in (b"1", b"2"):
            publisher.publish("over/lap/x", payload, qos=2)
            reader.take("over/lap/x", payload, granted)
        reader.expect_nothing()
        reader.disconnect()

    def test_in_any_order(self):
        filters = [("over/lap/x", 0), ("over/+/x", 2), ("over/#", 1), ("+/lap/#", 0)]
        for first in range(len(filters)):
            with self.subTest(first=filters[first]):
                self.check(filters[first:] + filters[:first], 2)

    def test_without_the_best_one(self):
        self.check([("over/lap/x", 0), ("over/#", 1)], 1)
        self.check([("over/lap/+", 1), ("over/+/+", 0)], 1)

    def test_after_one_is_gone(self):
        reader = self.client("loses").subscribe(("over/gone", 2), ("over/+", 0))
        reader.unsubscribe("over/gone")
        self.client("publisher").publish("over/gone", b"1", qos=2)
        reader.expect(mqtt.publish("over/gone", b"1"))

    def test_queued_once(self):
        self.client("away", clean=False).subscribe(("over/away", 1), ("over/#", 2)).disconnect()
        self.client("publisher").publish("over/away", b"1", qos=2)
        reader = self.client("away", clean=False, session_present=True)
        reader.take("over/away", b"1", 2)
        reader.expect_nothing()
