"""Control frames: a ping is answered with its payload, a close with a close; a lost WebSocket sends the will."""

import struct

from harness import BrokerCase, MqttClient, WebSocketTransport, packets as mqtt
from harness.websocket import BINARY, CLOSE, PING, PONG


class WebSocketPingClose(BrokerCase):
    def test_ping(self):
        websocket = self.websocket()
        for payload in (b"", b"x", b"y" * 125):
            websocket.send(payload, PING)
            self.assertEqual(websocket.receive(), (PONG, payload))

    def test_unasked_pong_is_ignored(self):
        websocket = self.websocket()
        websocket.send(b"x", PONG)
        websocket.send(mqtt.connect("pongs"))
        self.assertEqual(websocket.receive(), (BINARY, mqtt.connack(0)))

    def test_close_is_answered(self):
        websocket = self.websocket()
        websocket.send(mqtt.connect("closes"))
        self.assertEqual(websocket.receive(), (BINARY, mqtt.connack(0)))
        websocket.send(struct.pack("!H", 1000), CLOSE)
        self.assertEqual(websocket.receive()[0], CLOSE)
        websocket.wait_closed()

    def test_will(self):
        watcher = self.client("watcher").subscribe(("ws/will/#", 0))
        polite, rude = self.websocket(), self.websocket()
        for name, websocket in (("polite", polite), ("rude", rude)):
            MqttClient(WebSocketTransport(websocket)).connect(name, will=(f"ws/will/{name}", b"gone", 0, False))
        polite.send(struct.pack("!H", 1001), CLOSE)
        watcher.expect(mqtt.publish("ws/will/polite", b"gone"))
        rude.close()
        watcher.expect(mqtt.publish("ws/will/rude", b"gone"))

    def test_mqtt_disconnect_ends_the_websocket(self):
        websocket = self.websocket()
        MqttClient(WebSocketTransport(websocket)).connect("leaves")
        websocket.send(mqtt.DISCONNECT)
        websocket.wait_closed()

    def test_takeover_between_transports(self):
        over_websocket = self.websocket_client("same", clean=False).subscribe(("ws/same", 1))
        over_tcp = self.client("same", clean=False, session_present=True)
        over_websocket.expect_closed()
        again = self.websocket_client("same", clean=False, session_present=True)
        over_tcp.expect_closed()
        self.client("publisher").publish("ws/same", b"1", qos=1)
        again.take("ws/same", b"1", 1)
