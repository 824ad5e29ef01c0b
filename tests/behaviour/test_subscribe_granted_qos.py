"""SUBACK carries the packet id and one return code per filter, in order; delivery keeps to the granted QoS.

[MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-3.8.4-4] [MQTT-3.8.4-5] [MQTT-3.9.3-1]
"""

import unittest

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto


class SubscribeGrantedQos(BrokerCase):
    def test_several_filters(self):
        client = self.client("several")
        client.send(mqtt.subscribe(1234, ("g/a", 2), ("g/b", 0), ("g/c/#", 1), ("g/a", 1)))
        client.expect(mqtt.suback(1234, 2, 0, 1, 1))

    def test_many_filters(self):
        client = self.client("many")
        filters = [(f"many/{number}", number % 3) for number in range(1000)]
        client.subscribe(*filters)
        client.publish("many/999", b"x")
        client.expect(mqtt.publish("many/999", b"x"))

    def test_several_filters_are_as_several_packets(self):
        client = self.client("as-one").subscribe(("as/a", 0), ("as/b", 1))
        publisher = self.client("publisher")
        publisher.publish("as/a", b"1", qos=1)
        publisher.publish("as/b", b"2", qos=1)
        client.take("as/a", b"1", 0)
        client.take("as/b", b"2", 1)

    def test_delivery_qos_is_the_smaller_of_both(self):
        for granted in (0, 1, 2):
            for published in (0, 1, 2):
                with self.subTest(granted=granted, published=published):
                    reader = self.client("reader").subscribe(("min/x", granted))
                    self.client("publisher").publish("min/x", b"m", qos=published)
                    reader.take("min/x", b"m", min(granted, published))
                    reader.disconnect()

    @unittest.skipIf(is_mosquitto(), "mosquitto has shared subscriptions")
    def test_shared_subscriptions_are_refused_alone(self):
        client = self.client("shared")
        client.send(mqtt.subscribe(7, ("$share/g/a/#", 1), ("$shared/a", 1), ("a/b", 1)))
        client.expect(mqtt.suback(7, 0x80, 1, 1))
        self.broker.wait_log(r"shared asks for \$share/g/a/#: shared subscriptions are refused")

    def test_mqtt_3_1(self):
        client = self.client("old", level=3)
        client.subscribe(("old/x", 2))
        self.client("publisher", level=3).publish("old/x", b"1", qos=2)
        client.take("old/x", b"1", 2)
