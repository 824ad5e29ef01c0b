"""Packet sequences that once crashed other brokers (reliability rows 30, 31, 33 and 34): the broker stays well.

Shared subscriptions may be granted or refused; both are fine here.
"""

from harness import BrokerCase, packets as mqtt


class SubscriptionCrashReplays(BrokerCase):
    def play(self, *raw_packets, client_id="replay"):
        """Sends all of it, then reads until a ping is answered or the connection ends."""
        client = self.client(client_id)
        client.send_until_closed(b"".join(raw_packets) + mqtt.PINGREQ)
        while True:
            raw = client.read_packet()
            if raw in (b"", mqtt.PINGRESP):
                break
        client.close()

    def test_shared_and_plain_subscription_mixed(self):
        mix = (mqtt.subscribe(1, ("$share/sharename/test", 1)), mqtt.subscribe(2, ("test", 0)), mqtt.unsubscribe(7, "test"))
        for _ in range(3):
            self.play(*mix)
            self.play(mqtt.publish("test", b"payload"), client_id="other")
            self.play(*mix)
        self.assert_healthy()

    def test_subscribe_after_unsubscribe(self):
        self.play(mqtt.subscribe(0x1234, ("drash/1/#", 0), ("erash/2/#", 0), ("crash/3/#", 0)),
                  mqtt.unsubscribe(0x1234, "drash/1/#"))
        self.play(mqtt.subscribe(1, ("crash/3/#", 0)), mqtt.publish("crash/3/x", b"1"))
        self.assert_healthy()

    def test_incomplete_shared_filters(self):
        for name in ("$share", "$share/", "$share/ab", "$share/ab/", "$share//t", "$share/+/t", "$share/#/t", "$share/g/#"):
            with self.subTest(name):
                self.play(mqtt.subscribe(1, (name, 0)), mqtt.publish("t", b"1"), mqtt.publish("$share/ab", b"1"),
                          mqtt.unsubscribe(2, name))
        self.assert_healthy()

    def test_many_shared_and_plain_subscriptions(self):
        clients = [self.client(f"many-{number}") for number in range(32)]
        for client in clients:
            client.send(mqtt.subscribe(1, ("$share/g/t", 1), ("t", 1)), mqtt.PINGREQ)
        for client in clients:
            while client.read_packet() not in (b"", mqtt.PINGRESP):
                pass
        self.client("publisher").publish("t", b"1", qos=1)
        self.assert_healthy()
