"""What was acknowledged is on disk: after kill -9 nothing acknowledged is missing and QoS 2 comes no second time.

The broker promises it for PUBACK, PUBREC, PUBCOMP and the SUBACK of a persistent session (reliability, promise 1).
"""

from harness import BrokerCase, packets as mqtt


class AcknowledgedSurvivesKill(BrokerCase):
    nightjar_only = "mosquitto acknowledges before it saves"
    broker_per_test = True

    def crash(self):
        self.broker.kill()
        self.broker.start()

    def test_retained(self):
        publisher = self.client("publisher")
        publisher.publish("kill/a", b"old", qos=1, retain=True)
        publisher.publish("kill/b", b"gone", qos=1, retain=True)
        publisher.publish("kill/a", b"new", qos=2, retain=True)
        publisher.publish("kill/b", b"", qos=1, retain=True)
        self.crash()
        reader = self.client("reader").subscribe(("kill/+", 0))
        reader.expect(mqtt.publish("kill/a", b"new", retain=True))
        reader.expect_nothing()

    def test_subscription_and_queue(self):
        self.client("sleeper", clean=False).subscribe(("kill/queue", 2)).close()
        publisher = self.client("publisher")
        for number in range(20):
            publisher.publish("kill/queue", str(number), qos=1 + number % 2)
        self.crash()
        sleeper = self.client("sleeper", clean=False, session_present=True)
        self.assertEqual([(message.payload, message.qos) for message in sleeper.take_many(20)],
                         [(str(number).encode(), 1 + number % 2) for number in range(20)])

    def test_unsubscribe(self):
        client = self.client("leaver", clean=False).subscribe(("kill/stay", 1), ("kill/leave", 1))
        client.unsubscribe("kill/leave")
        self.crash()
        client = self.client("leaver", clean=False, session_present=True)
        publisher = self.client("publisher")
        publisher.publish("kill/leave", b"wrong", qos=1)
        publisher.publish("kill/stay", b"right", qos=1)
        client.take("kill/stay", b"right", 1)

    def test_messages_in_flight_come_again(self):
        reader = self.client("reader", clean=False).subscribe(("kill/flight", 1))
        self.client("publisher").publish("kill/flight", b"1", qos=1)
        reader.expect_publish("kill/flight", b"1", 1)
        self.crash()
        self.client("reader", clean=False, session_present=True).take("kill/flight", b"1", 1)

    def test_qos_2_publish_is_delivered_once(self):
        self.client("reader", clean=False).subscribe(("kill/two", 2)).close()
        publisher = self.client("publisher", clean=False)
        publisher.send(mqtt.publish("kill/two", b"once", 2, 9))
        publisher.expect(mqtt.pubrec(9))
        self.crash()
        publisher = self.client("publisher", clean=False, session_present=True)
        publisher.send(mqtt.publish("kill/two", b"once", 2, 9, dup=True))
        publisher.expect(mqtt.pubrec(9))
        publisher.send(mqtt.pubrel(9))
        publisher.expect(mqtt.pubcomp(9))
        self.crash()
        publisher = self.client("publisher", clean=False, session_present=True)
        publisher.publish("kill/two", b"marker", qos=2)
        reader = self.client("reader", clean=False, session_present=True)
        self.assertEqual([message.payload for message in reader.take_many(2)], [b"once", b"marker"])

    def test_a_dropped_session_stays_dropped(self):
        self.client("dropped", clean=False).subscribe(("kill/dropped", 1)).disconnect()
        self.client("dropped", clean=True).disconnect()
        self.crash()
        self.client("dropped", clean=False, session_present=False)
