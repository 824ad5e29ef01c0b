"""MQTT packets may be spread over frames in any way; answers are binary frames. [MQTT-6.0.0-2] [MQTT-6.0.0-1]"""

from harness import BrokerCase, MqttClient, WebSocketTransport, packets as mqtt
from harness.websocket import BINARY, CONTINUATION, PING, PONG


class WebSocketFraming(BrokerCase):
    def connected(self, client_id):
        websocket = self.websocket()
        client = MqttClient(WebSocketTransport(websocket)).connect(client_id)
        client.subscribe(("ws/echo", 1))
        return websocket, client

    def check_echo(self, client, payload=b"after"):
        client.send(mqtt.publish("ws/echo", payload))
        client.expect(mqtt.publish("ws/echo", payload))

    def test_a_byte_per_frame(self):
        websocket = self.websocket()
        for byte in mqtt.connect("bytes") + mqtt.subscribe(1, ("ws/echo", 0)) + mqtt.publish("ws/echo", b"hello"):
            websocket.send(bytes([byte]))
        client = MqttClient(WebSocketTransport(websocket))
        client.expect(mqtt.connack(0), mqtt.suback(1, 0), mqtt.publish("ws/echo", b"hello"))

    def test_several_packets_in_a_frame(self):
        websocket = self.websocket()
        raw = mqtt.publish("ws/echo", b"1") + mqtt.publish("ws/echo", b"2") + mqtt.publish("ws/echo", b"3")[:5]
        websocket.send(mqtt.connect("several") + mqtt.subscribe(1, ("ws/echo", 0)) + raw)
        websocket.send(mqtt.publish("ws/echo", b"3")[5:])
        client = MqttClient(WebSocketTransport(websocket))
        client.expect(mqtt.connack(0), mqtt.suback(1, 0), *(mqtt.publish("ws/echo", text) for text in (b"1", b"2", b"3")))

    def test_a_fragmented_message_with_a_ping_inside(self):
        websocket, client = self.connected("fragments")
        raw = mqtt.publish("ws/echo", b"fragmented")
        websocket.send(raw[:3], BINARY, final=False)
        websocket.send(raw[3:4], CONTINUATION, final=False)
        websocket.send(b"alive?", PING)
        websocket.send(raw[4:], CONTINUATION, final=True)
        frames = sorted([websocket.receive(), websocket.receive()])
        self.assertEqual(frames, [(BINARY, raw), (PONG, b"alive?")])
        self.check_echo(client)

    def test_empty_frames(self):
        websocket, client = self.connected("empty")
        websocket.send(b"")
        self.check_echo(client)

    def test_each_length_form(self):
        _, client = self.connected("lengths")
        for size in (0, 100, 110, 111, 112, 113, 114, 115, 116, 65510, 65530, 65535, 65536, 200000):
            self.check_echo(client, b"x" * size)

    def test_exchange_at_each_qos(self):
        reader = self.websocket_client("reader")
        reader.subscribe(("ws/qos", 2))
        publisher = self.websocket_client("publisher")
        for qos in (0, 1, 2):
            publisher.publish("ws/qos", b"m", qos=qos)
            reader.take("ws/qos", b"m", qos)

    def test_between_tcp_and_websocket(self):
        tcp = self.client("tcp").subscribe(("ws/both", 1))
        websocket = self.websocket_client("ws").subscribe(("ws/both", 1))
        tcp.send(mqtt.publish("ws/both", b"1"))
        for client in (tcp, websocket):
            client.expect(mqtt.publish("ws/both", b"1"))
