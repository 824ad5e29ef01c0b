"""A request head that trickles in is ended within about ten seconds; others are served meanwhile (slowloris)."""

import socket
import time

from harness import BrokerCase, seconds


class HttpSlowHead(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def test_trickle(self):
        slow = [socket.create_connection(("127.0.0.1", port))
                for port in (self.broker.http_port, self.broker.websocket_port) for _ in range(10)]
        head = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"z" * 1000
        started = time.monotonic()
        for position in range(len(head)):
            slow = [connection for connection in slow if self.still_open(connection, head[position:position + 1])]
            if not slow:
                break
            self.assertLess(time.monotonic() - started, seconds(14), f"{len(slow)} connections are still open")
            self.assertEqual(self.rest.get("/mqtt/status/").status, 200)
            slow[0].settimeout(0.2)
            try:
                slow[0].recv(1)  # the rhythm: wakes at once when the broker closes
            except (socket.timeout, ConnectionResetError):
                pass
        self.assertGreater(time.monotonic() - started, 3)
        self.assert_healthy()

    @staticmethod
    def still_open(connection, byte):
        connection.setblocking(False)
        try:
            connection.send(byte)
            connection.recv(4096, socket.MSG_PEEK)
            return False  # an answer or the end
        except BlockingIOError:
            return True
        except (ConnectionResetError, BrokenPipeError):
            return False
