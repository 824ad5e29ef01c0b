"""5,000 clients that begin a handshake and then say nothing delay a proper client by less than a second: CONNECT, TLS,
WebSocket, and TLS below a WebSocket."""

import ssl
import time

from harness import MqttClient, TcpTransport, WebSocketTransport, packets as mqtt, seconds
from harness.crowd import connect_all, raise_file_limit
from harness.tls_case import TlsCase, TlsTransport
from harness.websocket import WebSocket

CROWD = 5000
ROUNDS = 5


class StalledHandshakes(TlsCase):
    broker_per_test = True
    log_types = "error"

    @classmethod
    def setUpClass(cls):
        raise_file_limit(cls, CROWD + 1000)
        super().setUpClass()

    def stall(self, port, *beginnings):
        """The crowd at this port, each with one of these first bytes."""
        crowd = connect_all(CROWD, port, lambda number: f"127.0.8.{number % 250 + 1}")
        for connection in crowd:
            self.addCleanup(connection.close)
        pending = list(enumerate(crowd))
        while pending:
            left = []
            for number, connection in pending:
                try:
                    connection.send(beginnings[number % len(beginnings)])
                except BlockingIOError:
                    left.append((number, connection))
                except (ConnectionResetError, BrokenPipeError):
                    pass  # its time is over already
            pending = left

    def assert_prompt(self, connect):
        """Proper clients come, publish and go, each within a second."""
        for number in range(ROUNDS):
            start = time.monotonic()
            client = connect(f"proper-{number}")
            client.publish("a", b"b", 1)
            client.disconnect()
            self.assertLess(time.monotonic() - start, seconds(1))

    def hello(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.certificates.context().wrap_bio(incoming, outgoing, server_hostname="localhost")
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            return outgoing.read()

    def over_tcp(self, client_id):
        return MqttClient(TcpTransport(self.broker.port)).connect(client_id)

    def over_tls(self, client_id):
        return MqttClient(TlsTransport(self.tls_port, self.certificates.context())).connect(client_id)

    def over_websocket(self, client_id):
        return MqttClient(WebSocketTransport(WebSocket(self.broker.websocket_port).handshake())).connect(client_id)

    def over_wss(self, client_id):
        return self.wss_client(client_id)

    def test_connect(self):
        packet = mqtt.connect("stalled", username="name", password="secret")
        self.stall(self.broker.port, b"\x10", packet[:1] + b"\xff\xff\xff\x7f", packet[:-1], packet[:5])
        self.assert_prompt(self.over_tcp)

    def test_tls(self):
        hello = self.hello()
        self.stall(self.tls_port, hello[:1], hello[:5], hello[:-1], hello)
        self.assert_prompt(self.over_tls)
        self.assert_prompt(self.over_tcp)

    def test_websocket(self):
        request = WebSocket(self.broker.websocket_port).request
        self.stall(self.broker.websocket_port, b"G", request[:20], request[:-1])
        self.assert_prompt(self.over_websocket)
        self.assert_prompt(self.over_tcp)

    def test_websocket_without_connect(self):
        request = WebSocket(self.broker.websocket_port).request
        self.stall(self.broker.websocket_port, request)
        self.assert_prompt(self.over_websocket)

    def test_tls_below_websocket(self):
        hello = self.hello()
        self.stall(self.wss_port, hello[:5], hello)
        self.assert_prompt(self.over_wss)
        self.assert_prompt(self.over_websocket)
