"""Frames that break RFC 6455, text frames and bad MQTT inside good frames close their sender only.

[MQTT-6.0.0-1]; reliability row 38.
"""

import struct

from harness import BrokerCase, MqttClient, WebSocketTransport, packets as mqtt
from harness.websocket import BINARY, CONTINUATION, PING, TEXT


class WebSocketMalformed(BrokerCase):
    nightjar_only = "mosquitto's library is more lenient"

    def refuse(self, raw, connected=True):
        websocket = self.websocket()
        if connected:
            MqttClient(WebSocketTransport(websocket)).connect("victim")
        try:
            websocket.socket.sendall(raw)
        except (ConnectionResetError, BrokenPipeError):
            pass
        websocket.wait_closed()
        websocket.close()

    def test_frames(self):
        frame = self.websocket().frame
        cases = {
            "text": frame(mqtt.PINGREQ, TEXT),
            "not masked": frame(mqtt.PINGREQ, masked=False),
            "reserved bit 1": frame(mqtt.PINGREQ, first_bits=0x40),
            "reserved bit 2": frame(mqtt.PINGREQ, first_bits=0x20),
            "reserved bit 3": frame(mqtt.PINGREQ, first_bits=0x10),
            "reserved opcode": frame(mqtt.PINGREQ, 3),
            "reserved control opcode": frame(b"", 11),
            "long ping": frame(b"x" * 126, PING),
            "fragmented ping": frame(b"x", PING, final=False),
            "continuation of nothing": frame(mqtt.PINGREQ, CONTINUATION),
            "new message inside a message": frame(mqtt.PINGREQ[:1], final=False) + frame(mqtt.PINGREQ, BINARY),
            "length of 2^63": b"\x82\xff" + struct.pack("!Q", 1 << 63) + b"mask" + b"x" * 100,
        }
        for name, raw in cases.items():
            for connected in (True, False):
                with self.subTest(name, connected=connected):
                    self.refuse(raw, connected)
        self.assert_healthy()

    def test_text_frame_that_holds_a_connect(self):
        self.refuse(self.websocket().frame(mqtt.connect("text"), TEXT), connected=False)

    def test_mqtt_inside(self):
        frame = self.websocket().frame
        for raw in (b"\xf0\x00", mqtt.publish("", b"x"), mqtt.publish("#", b"x"), b"\x30\x80\x80\x80\x80\x01",
                    mqtt.connect("again")):
            self.refuse(frame(raw))
        self.refuse(frame(mqtt.PINGREQ), connected=False)
        self.assert_healthy()

    def test_less_in_the_frame_than_announced(self):
        websocket = self.websocket()
        client = MqttClient(WebSocketTransport(websocket)).connect("short").subscribe(("ws/s", 0))
        raw = mqtt.publish("ws/s", b"x" * 4000)
        websocket.send(raw[:6])
        self.assert_healthy()
        websocket.send(raw[6:])
        client.expect(raw)

    def test_frame_of_huge_announced_size_costs_no_memory(self):
        before = self.broker.memory()
        sockets = [self.websocket() for _ in range(50)]
        for websocket in sockets:
            websocket.socket.sendall(b"\x82\xff" + struct.pack("!Q", 100 << 20) + b"mask" + b"x" * 1000)
        self.assert_healthy()
        self.assertLess(self.broker.memory() - before, 20 << 20)
