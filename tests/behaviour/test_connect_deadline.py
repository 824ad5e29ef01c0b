"""A connection that does not finish its CONNECT within 5 s is closed, however busy it pretends to be.

[MQTT-3.1.4-1] "a reasonable amount of time"; reliability rows 3 and 5. Others are served meanwhile, and the idle
connections cost no processor time.
"""

import socket
import time

from harness import BrokerCase, packets as mqtt, seconds


class ConnectDeadline(BrokerCase):
    nightjar_only = "mosquitto waits much longer"

    def test_silent_half_and_trickling_connections(self):
        started = time.monotonic()
        connect = mqtt.connect("late", will=("w", b"p" * 100, 0, False))
        silent, half, trickle = self.raw(), self.raw(), self.raw()
        silent_websocket = socket.create_connection(("127.0.0.1", self.broker.websocket_port))
        self.addCleanup(silent_websocket.close)
        websocket = self.websocket()
        half.send(connect[:-1])
        busy_before = self.broker.cpu_seconds()
        closed_at = self.trickle(trickle, connect, started)
        self.assertGreater(closed_at, 3.5)
        for client in (silent, half):
            client.expect_closed(seconds(5))
        websocket.wait_closed()
        self.assertLess(time.monotonic() - started, seconds(9))
        self.assertLess(self.broker.cpu_seconds() - busy_before, seconds(0.5))
        silent_websocket.settimeout(seconds(10))
        silent_websocket.recv(4096)  # an HTTP listener has its own, longer deadline; here only: it ends
        self.assert_healthy()

    def trickle(self, client, connect, started):
        """Sends a byte every quarter of a second until the broker closes; returns after how long it did."""
        for byte in connect:
            client.send_until_closed(bytes([byte]))
            try:
                if client.transport.receive(0.25) == b"":
                    return time.monotonic() - started
            except socket.timeout:
                pass
            if time.monotonic() - started > seconds(9):
                break
        self.fail("a connection that sends a byte now and then is not closed")
