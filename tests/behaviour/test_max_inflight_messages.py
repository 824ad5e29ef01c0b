"""max_inflight_messages is the window of unacknowledged messages towards a client; the rest waits in order."""

import unittest

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto


class MaxInflightMessages(BrokerCase):
    extra_conf = "max_inflight_messages 3"

    @unittest.skipIf(is_mosquitto(), "mosquitto goes one beyond its window")
    def test_qos_1(self):
        reader = self.client("reader-1").subscribe(("window/1", 1))
        publisher = self.client("publisher")
        for number in range(8):
            publisher.publish("window/1", str(number), qos=1)
        waiting = [reader.expect_publish(payload=str(number), qos=1) for number in range(3)]
        reader.expect_nothing()
        for number in range(3, 8):
            reader.send(mqtt.puback(waiting.pop(0).packet_id))
            waiting.append(reader.expect_publish(payload=str(number), qos=1))
            reader.expect_nothing()
        self.assertEqual(len({message.packet_id for message in waiting}), 3)

    def test_qos_2_holds_its_place_until_pubcomp(self):
        reader = self.client("reader-2").subscribe(("window/2", 2))
        publisher = self.client("publisher")
        for number in range(4):
            publisher.publish("window/2", str(number), qos=2)
        first = [reader.expect_publish(payload=str(number), qos=2) for number in range(3)][0]
        reader.send(mqtt.pubrec(first.packet_id))
        reader.expect(mqtt.pubrel(first.packet_id))
        reader.expect_nothing()
        reader.send(mqtt.pubcomp(first.packet_id))
        reader.expect_publish(payload="3", qos=2)

    def test_qos_0_is_not_held_back(self):
        reader = self.client("reader-0").subscribe(("window/0", 1), ("window/free", 0))
        publisher = self.client("publisher")
        for number in range(4):
            publisher.publish("window/0", str(number), qos=1)
        for number in range(3):
            reader.expect_publish(payload=str(number), qos=1)
        publisher.publish("window/free", b"now")
        reader.expect(mqtt.publish("window/free", b"now"))

    def test_queued_messages_keep_to_the_window(self):
        self.client("away", clean=False).subscribe(("window/away", 1)).disconnect()
        publisher = self.client("publisher")
        for number in range(5):
            publisher.publish("window/away", str(number), qos=1)
        reader = self.client("away", clean=False, session_present=True)
        waiting = [reader.expect_publish(payload=str(number), qos=1) for number in range(3)]
        reader.expect_nothing()
        reader.send(*(mqtt.puback(message.packet_id) for message in waiting))
        for number in (3, 4):
            reader.take(payload=str(number), qos=1)
