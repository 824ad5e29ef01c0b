"""UNSUBSCRIBE ends exactly the named subscriptions and is always answered.

[MQTT-3.10.4-1] [MQTT-3.10.4-2] [MQTT-3.10.4-4] [MQTT-3.10.4-5] [MQTT-3.10.4-6]
"""

from harness import BrokerCase, packets as mqtt


class Unsubscribe(BrokerCase):
    def test_only_the_named_filter_goes(self):
        client = self.client("leaves").subscribe(("un/+", 0), ("un/a", 0), ("un/b", 0), ("un/#", 0))
        client.unsubscribe("un/+", "un/#", "un/a")
        publisher = self.client("publisher")
        publisher.publish("un/a", b"wrong")
        publisher.publish("un/b", b"right")
        client.expect(mqtt.publish("un/b", b"right"))
        client.expect_nothing()

    def test_unknown_filters(self):
        client = self.client("asks")
        client.send(mqtt.unsubscribe(700, "never/subscribed", "#", "a/+/b"))
        client.expect(mqtt.unsuback(700))

    def test_of_another_client(self):
        stays = self.client("stays").subscribe(("un/other", 0))
        self.client("leaves").subscribe(("un/other", 0)).unsubscribe("un/other")
        stays.publish("un/other", b"1")
        stays.expect(mqtt.publish("un/other", b"1"))

    def test_messages_in_flight_are_finished(self):
        client = self.client("finishes").subscribe(("un/flight", 2))
        self.client("publisher").publish("un/flight", b"1", qos=2)
        got = client.expect_publish("un/flight", b"1", 2)
        client.unsubscribe("un/flight")
        client.send(mqtt.pubrec(got.packet_id))
        client.expect(mqtt.pubrel(got.packet_id))
        client.send(mqtt.pubcomp(got.packet_id))
        client.expect_nothing()

    def test_subscribe_again(self):
        client = self.client("returns").subscribe(("un/again", 1))
        client.unsubscribe("un/again")
        client.subscribe(("un/again", 0))
        self.client("publisher").publish("un/again", b"1", qos=1)
        client.expect(mqtt.publish("un/again", b"1"))
