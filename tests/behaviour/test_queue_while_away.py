"""QoS 1 and 2 messages wait for a persistent session and come in order; QoS 0 ones do not.

[MQTT-3.1.2-5] [MQTT-4.6.0-6]
"""

from harness import BrokerCase
from harness.broker import is_mosquitto


class QueueWhileAway(BrokerCase):
    def test_in_order(self):
        self.client("away", clean=False).subscribe(("queue/#", 2)).disconnect()
        publisher = self.client("publisher")
        for number in range(60):
            publisher.publish(f"queue/{number % 3}", str(number), qos=1 + number % 2)
        reader = self.client("away", clean=False, session_present=True)
        messages = reader.take_many(60)
        self.assertEqual([(message.topic, message.payload, message.qos) for message in messages],
                         [(f"queue/{number % 3}", str(number).encode(), 1 + number % 2) for number in range(60)])
        self.assertFalse([message.payload for message in messages if message.dup or message.retain])
        reader.expect_nothing()
        reader.disconnect()
        self.client("away", clean=False, session_present=True).expect_nothing()

    def test_qos_0_is_not_queued(self):
        self.client("away-0", clean=False).subscribe(("queue-0/granted", 0), ("queue-0/sent", 2)).disconnect()
        publisher = self.client("publisher")
        publisher.publish("queue-0/granted", b"wrong", qos=2)
        publisher.publish("queue-0/sent", b"wrong", qos=0)
        publisher.publish("queue-0/sent", b"marker", qos=1)
        if not is_mosquitto():  # the worker of the session may hear of all three after the acknowledgement
            self.wait_until(lambda: self.rest.get("/api/v1/clients/away-0").json()["queued"] == 1, "the marker waits")
        self.client("away-0", clean=False, session_present=True).take("queue-0/sent", b"marker", 1)

    def test_retain_flag_is_off(self):
        self.client("away-r", clean=False).subscribe(("queue-r", 1)).disconnect()
        self.client("publisher").publish("queue-r", b"kept", qos=1, retain=True)
        reader = self.client("away-r", clean=False, session_present=True)
        self.assertFalse(reader.take("queue-r", b"kept", 1).retain)

    def test_large_and_empty_payloads(self):
        self.client("away-l", clean=False).subscribe(("queue-l", 1)).disconnect()
        publisher = self.client("publisher")
        payloads = [b"", b"x" * 100000, bytes(range(256)), b"y" * 127, b"z" * 128]
        for payload in payloads:
            publisher.publish("queue-l", payload, qos=1)
        reader = self.client("away-l", clean=False, session_present=True)
        for payload in payloads:
            reader.take("queue-l", payload, 1)
