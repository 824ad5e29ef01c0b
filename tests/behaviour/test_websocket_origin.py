"""A page of another site cannot open a WebSocket: Origin must be the listener's own or one of websockets_origin.

Features H4; reliability section 5. A client without Origin is no browser and is let in.
"""

from harness import BrokerCase, WebSocket
from harness.websocket import HandshakeRefused


class WebSocketOrigin(BrokerCase):
    nightjar_only = "mosquitto lets every origin in"
    extra_conf = """listener EXTRA_PORT 127.0.0.1
protocol websockets
websockets_origin http://friend.example
websockets_origin https://friend.example:8443"""

    def status(self, port, **options):
        websocket = WebSocket(port, **options)
        try:
            websocket.handshake()
            return 101
        except HandshakeRefused as refused:
            return refused.status
        finally:
            websocket.close()

    def test_own_origin_and_none(self):
        port = self.broker.websocket_port
        self.assertEqual(self.status(port), 101)
        self.assertEqual(self.status(port, origin=f"http://127.0.0.1:{port}"), 101)
        self.assertEqual(self.status(port, origin=f"http://localhost:{port}", host=f"localhost:{port}"), 101)

    def test_other_origins(self):
        port = self.broker.websocket_port
        for origin in ("http://evil.example", f"http://127.0.0.1:{port}.evil.example", f"http://127.0.0.1:{port}0",
                       "http://127.0.0.1", f"http://127.0.0.1:{port - 1}", "null", "", f"127.0.0.1:{port}",
                       f"http://localhost:{port}"):
            with self.subTest(origin):
                self.assertEqual(self.status(port, origin=origin), 403)

    def test_another_host_name_for_a_loopback_port(self):
        port = self.broker.websocket_port
        status = self.status(port, origin=f"http://evil.example:{port}", host=f"evil.example:{port}")
        self.assertIn(status, (403, 421))

    def test_listed_origins(self):
        port = self.broker.extra_port
        for origin in ("http://friend.example", "https://friend.example:8443"):
            self.assertEqual(self.status(port, origin=origin), 101)
        for origin in ("http://friend.exampl", "http://friend.example.evil", "https://friend.example",
                       "http://friend.example:8443", "http://evil.example"):
            with self.subTest(origin):
                self.assertEqual(self.status(port, origin=origin), 403)

    def test_a_list_holds_for_its_listener_only(self):
        self.assertEqual(self.status(self.broker.websocket_port, origin="http://friend.example"), 403)
