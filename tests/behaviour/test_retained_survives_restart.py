"""Retained messages, subscriptions and queued messages are there again after a clean stop and start."""

from harness import BrokerCase, packets as mqtt


class RetainedSurvivesRestart(BrokerCase):
    broker_per_test = True

    def test_retained(self):
        publisher = self.client("publisher")
        publisher.publish("restart/kept", b"1", qos=1, retain=True)
        publisher.publish("restart/qos0", b"0", retain=True)
        publisher.publish("restart/cleared", b"1", qos=1, retain=True)
        publisher.publish("restart/cleared", b"", qos=1, retain=True)
        publisher.disconnect()
        self.broker.restart()
        reader = self.client("reader").subscribe(("restart/+", 1))
        got = sorted((message.topic, message.payload, message.qos) for message in reader.take_many(2))
        self.assertEqual(got, [("restart/kept", b"1", 1), ("restart/qos0", b"0", 0)])
        reader.expect_nothing()

    def test_session_and_its_queue(self):
        self.client("sleeper", clean=False).subscribe(("restart/queue", 2), ("restart/live", 0)).disconnect()
        self.client("clean").subscribe(("restart/queue", 2))
        publisher = self.client("publisher")
        for number in range(5):
            publisher.publish("restart/queue", str(number), qos=1 + number % 2)
        publisher.disconnect()
        self.broker.restart()
        self.client("clean", clean=False, session_present=False)
        sleeper = self.client("sleeper", clean=False, session_present=True)
        self.assertEqual([(message.payload, message.qos) for message in sleeper.take_many(5)],
                         [(str(number).encode(), 1 + number % 2) for number in range(5)])
        self.client("publisher").publish("restart/live", b"live")
        sleeper.expect(mqtt.publish("restart/live", b"live"))
