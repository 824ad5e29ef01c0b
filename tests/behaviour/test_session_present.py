"""The session-present flag tells whether the broker kept a session.

[MQTT-3.2.2-1] clean, [MQTT-3.2.2-2] kept, [MQTT-3.2.2-3] not kept, [MQTT-3.2.2-4] refused, [MQTT-3.1.2-6] clean drops it.
"""

from harness import BrokerCase, packets as mqtt


class SessionPresent(BrokerCase):
    def test_clean_never_has_one(self):
        for _ in range(2):
            self.client("clean", session_present=False).disconnect()

    def test_kept_from_the_second_time(self):
        self.client("kept", clean=False, session_present=False).disconnect()
        self.client("kept", clean=False, session_present=True).disconnect()
        self.client("kept", clean=False, session_present=True).disconnect()

    def test_clean_connect_drops_it(self):
        self.client("dropped", clean=False).subscribe(("dropped/#", 1)).disconnect()
        self.client("dropped", clean=True, session_present=False).disconnect()
        again = self.client("dropped", clean=False, session_present=False)
        again.publish("dropped/x", b"1", qos=1)
        again.expect_nothing()

    def test_a_clean_session_is_not_kept(self):
        self.client("was-clean").subscribe(("was/clean", 1)).disconnect()
        again = self.client("was-clean", clean=False, session_present=False)
        again.publish("was/clean", b"1", qos=1)
        again.expect_nothing()

    def test_refused(self):
        self.client("present", clean=False).disconnect()
        client = self.raw()
        client.send(mqtt.connect("present", clean=False, level=9))
        client.expect(mqtt.connack(1, session_present=False))
        client.expect_closed()
