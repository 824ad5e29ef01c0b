"""The WebSocket handshake: subprotocol `mqtt` is required, any path is taken, anything wrong gets an HTTP error.

[MQTT-6.0.0-3] [MQTT-6.0.0-4]; RFC 6455 section 4; features E-7.
"""

from harness import BrokerCase, WebSocket, packets as mqtt
from harness.websocket import HandshakeRefused


class WebSocketHandshake(BrokerCase):
    nightjar_only = "mosquitto's library answers differently"

    def refuse(self, change, *statuses):
        websocket = WebSocket(self.broker.websocket_port)
        websocket.request = change(websocket.request)
        try:
            websocket.handshake()
            self.fail(f"accepted: {websocket.request}")
        except HandshakeRefused as refused:
            self.assertIn(refused.status, statuses)
        finally:
            websocket.close()

    def test_any_path(self):
        for path in ("/", "/mqtt", "/ws/deep/er?x=1&y=%20", "/" + "p" * 500):
            with self.subTest(path[:20]):
                websocket = self.websocket(path=path)
                self.assertEqual(websocket.answer.get("sec-websocket-protocol"), "mqtt")

    def test_subprotocol_in_a_list(self):
        websocket = self.websocket(protocol="chat, mqtt ,other")
        self.assertEqual(websocket.answer["sec-websocket-protocol"], "mqtt")

    def test_old_subprotocol(self):
        websocket = self.websocket(protocol="mqttv3.1")
        self.assertEqual(websocket.answer["sec-websocket-protocol"], "mqttv3.1")

    def test_wrong_subprotocol(self):
        for protocol in ("chat", "mqtt5", "xmqtt", "MQTTX", ""):
            with self.subTest(protocol):
                self.refuse(lambda request: request.replace(b"Protocol: mqtt", b"Protocol: " + protocol.encode()), 400)

    def test_no_subprotocol(self):
        self.refuse(lambda request: request.replace(b"Sec-WebSocket-Protocol: mqtt\r\n", b""), 400)

    def test_no_key(self):
        self.refuse(lambda request: request.replace(b"Sec-WebSocket-Key", b"X-Key"), 400)

    def test_wrong_version(self):
        self.refuse(lambda request: request.replace(b"Version: 13", b"Version: 8"), 400, 426)

    def test_wrong_method(self):
        self.refuse(lambda request: request.replace(b"GET", b"POST"), 400, 405)


    def test_request_in_pieces(self):
        websocket = WebSocket(self.broker.websocket_port)
        self.addCleanup(websocket.close)
        for index in range(len(websocket.request)):
            websocket.socket.sendall(websocket.request[index:index + 1])
        websocket.read_handshake()
        websocket.send(mqtt.connect("pieces"))
        self.assertEqual(websocket.receive(), (2, mqtt.connack(0)))

    def test_not_on_the_http_listener(self):
        websocket = WebSocket(self.broker.http_port)
        self.addCleanup(websocket.close)
        with self.assertRaises(HandshakeRefused):
            websocket.handshake()

    def tearDown(self):
        self.assert_healthy()
        super().tearDown()
