"""The will is published when a connection ends without DISCONNECT, once, as the CONNECT said.

[MQTT-3.1.2-8] [MQTT-3.1.2-9] [MQTT-3.1.2-16] [MQTT-3.1.2-17]
"""

from harness import BrokerCase, packets as mqtt


class WillIsSent(BrokerCase):
    def watcher(self, topic):
        return self.client("watcher").subscribe((topic, 2))

    def test_each_qos(self):
        for qos in (0, 1, 2):
            with self.subTest(qos=qos):
                watcher = self.watcher(f"will/{qos}")
                self.client("dies", will=(f"will/{qos}", b"gone", qos, False)).close()
                got = watcher.take(f"will/{qos}", b"gone", qos)
                self.assertFalse(got.retain)
                watcher.expect_nothing()
                watcher.disconnect()

    def test_retained_will(self):
        watcher = self.watcher("will/retained")
        self.client("dies", will=("will/retained", b"kept", 1, True)).close()
        self.assertFalse(watcher.take("will/retained", b"kept", 1).retain)
        late = self.client("late").subscribe(("will/retained", 0))
        late.expect(mqtt.publish("will/retained", b"kept", retain=True))

    def test_will_that_is_not_retained_leaves_nothing(self):
        watcher = self.watcher("will/passing")
        self.client("dies", will=("will/passing", b"x", 1, False)).close()
        watcher.take("will/passing")
        self.client("late").subscribe(("will/passing", 0)).expect_nothing()

    def test_empty_payload(self):
        watcher = self.watcher("will/empty")
        self.client("dies", will=("will/empty", b"", 0, False)).close()
        watcher.take("will/empty", b"", 0)

    def test_half_closed_connection(self):
        watcher = self.watcher("will/half")
        client = self.client("dies", will=("will/half", b"gone", 0, False))
        client.transport.close_write()
        watcher.take("will/half", b"gone", 0)

    def test_after_a_protocol_error(self):
        watcher = self.watcher("will/error")
        client = self.client("errs", will=("will/error", b"gone", 0, False))
        client.send(b"\xf0\x00")
        client.expect_closed()
        watcher.take("will/error", b"gone", 0)

    def test_of_a_persistent_session(self):
        watcher = self.watcher("will/session")
        self.client("stays", clean=False, will=("will/session", b"gone", 1, False)).close()
        watcher.take("will/session", b"gone", 1)
        self.client("stays", clean=False, session_present=True).disconnect()
        watcher.expect_nothing()

    def test_is_queued_for_a_session_that_is_away(self):
        self.client("away", clean=False).subscribe(("will/away", 1)).disconnect()
        watcher = self.watcher("will/away")
        self.client("dies", will=("will/away", b"gone", 1, False)).close()
        watcher.take("will/away")
        self.client("away", clean=False, session_present=True).take("will/away", b"gone", 1)
