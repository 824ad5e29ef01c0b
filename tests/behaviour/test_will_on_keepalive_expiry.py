"""A client that is silent for one and a half keepalives is closed and its will sent; keepalive 0 is never closed.

[MQTT-3.1.2-23] [MQTT-3.1.2-24]; only what the client sends counts.
"""

import select
import time

from harness import BrokerCase, packets as mqtt, seconds


class WillOnKeepaliveExpiry(BrokerCase):
    @staticmethod
    def readable(client, timeout):
        return bool(select.select([client.transport.socket], [], [], timeout)[0])

    def test_keepalive(self):
        watcher = self.client("watcher", keepalive=0).subscribe(("keepalive/#", 0))
        unlimited = self.client("unlimited", keepalive=0, will=("keepalive/unlimited", b"wrong", 0, False))
        busy = self.client("busy", keepalive=2, will=("keepalive/busy", b"wrong", 0, False))
        silent = self.client("silent", keepalive=2, will=("keepalive/silent", b"late", 0, False))
        started = time.monotonic()
        while not self.readable(silent, 0.25):
            busy.expect_nothing()
            self.assertLess(time.monotonic() - started, seconds(7), "not closed")
        self.assertGreater(time.monotonic() - started, 2.5)
        silent.expect_closed()
        watcher.expect(mqtt.publish("keepalive/silent", b"late"))
        busy.expect_nothing()
        unlimited.expect_nothing()
        self.broker.wait_log("silent.*(disconnect|closed|timeout)")

    def test_what_a_client_receives_does_not_keep_it_alive(self):
        listener = self.client("listener", keepalive=1).subscribe(("keepalive-2/x", 0))
        publisher = self.client("publisher")
        started = time.monotonic()
        while True:
            publisher.publish("keepalive-2/x", b"1")
            if self.readable(listener, 0.1) and not listener.read_packet():
                break
            self.readable(publisher, 0.1)  # publish some ten times a second
            self.assertLess(time.monotonic() - started, seconds(7), "not closed")
        self.assertGreater(time.monotonic() - started, 1.2)
