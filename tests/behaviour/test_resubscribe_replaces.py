"""Subscribing again replaces the subscription, without a gap, and sends the retained messages again. [MQTT-3.8.4-3]"""

from harness import BrokerCase, packets as mqtt


class ResubscribeReplaces(BrokerCase):
    def test_qos_is_replaced(self):
        client = self.client("changes").subscribe(("again/x", 2))
        client.subscribe(("again/x", 0))
        publisher = self.client("publisher")
        publisher.publish("again/x", b"1", qos=2)
        client.expect(mqtt.publish("again/x", b"1"))
        client.subscribe(("again/x", 1))
        publisher.publish("again/x", b"2", qos=2)
        client.take("again/x", b"2", 1)
        client.expect_nothing()

    def test_retained_messages_are_sent_again(self):
        self.client("publisher").publish("again/kept", b"1", retain=True)
        client = self.client("reads")
        for _ in range(3):
            client.subscribe(("again/kept", 0))
            client.expect(mqtt.publish("again/kept", b"1", retain=True))

    def test_one_unsubscribe_is_enough(self):
        client = self.client("leaves")
        for _ in range(3):
            client.subscribe(("again/leave", 0))
        client.unsubscribe("again/leave")
        client.publish("again/leave", b"wrong")
        client.expect_nothing()
