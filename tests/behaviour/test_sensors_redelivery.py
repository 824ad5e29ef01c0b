"""A value that comes again with DUP, because its PUBACK was lost, is stored once (features section 7 row 5)."""

import json

from harness import packets as mqtt
from harness.sensors import SensorsCase


class SensorsRedelivery(SensorsCase):
    def value(self, sensor, number):
        return json.dumps({"sensor_id": sensor, "type": "light", "value": number})

    def test_on_the_same_connection(self):
        client = self.client("again", clean=False)
        for dup in (False, True, True):
            client.send(mqtt.publish("iot/measurements", self.value(1, 5), 1, 9, dup=dup))
            client.expect(mqtt.puback(9))
        self.assertEqual(self.values(1), [5])

    def test_after_a_reconnect(self):
        client = self.client("gone", clean=False)
        for number in range(1, 11):
            client.send(mqtt.publish("iot/measurements", self.value(2, number), 1, number))
        for number in range(1, 11):
            client.expect(mqtt.puback(number))  # "lost"
        client.close()
        client = self.client("gone", session_present=True, clean=False)
        for number in range(1, 11):
            client.send(mqtt.publish("iot/measurements", self.value(2, number), 1, number, dup=True))
            client.expect(mqtt.puback(number))
        self.assertEqual(self.values(2), list(range(1, 11)))

    def test_closed_before_the_answer(self):
        client = self.client("rude", clean=False)
        client.send(*(mqtt.publish("iot/measurements", self.value(3, n), 1, n) for n in range(1, 101)))
        client.close()
        client = self.client("rude", session_present=True, clean=False)
        for number in range(1, 101):
            client.send(mqtt.publish("iot/measurements", self.value(3, number), 1, number, dup=True))
            client.expect(mqtt.puback(number))
        self.assertEqual(sorted(self.values(3)), list(range(1, 101)))

    def test_a_used_packet_id_is_a_new_value(self):
        client = self.client("reuse", clean=False)
        for number, dup in ((1, False), (2, False), (3, True)):
            client.send(mqtt.publish("iot/measurements", self.value(4, number), 1, 9, dup=dup))
            client.expect(mqtt.puback(9))
        self.assertEqual(self.values(4), [1, 2, 3])

    def test_another_client_with_the_same_id_and_payload(self):
        for name in ("one", "two"):
            client = self.client(name, clean=False)
            client.send(mqtt.publish("iot/measurements", self.value(5, 7), 1, 9, dup=name == "two"))
            client.expect(mqtt.puback(9))
        self.assertEqual(self.values(5), [7, 7])

    def test_subscribers_hear_it_as_often_as_it_comes(self):
        watcher = self.client("watcher").subscribe(("iot/measurements", 1))
        client = self.client("loud", clean=False)
        for dup in (False, True):
            client.send(mqtt.publish("iot/measurements", self.value(6, 1), 1, 9, dup=dup))
            client.expect(mqtt.puback(9))
            watcher.take("iot/measurements")
