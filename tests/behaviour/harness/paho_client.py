"""paho-mqtt's Python client with calls that wait for their event, each with a deadline."""

import queue
import threading

import paho.mqtt.client as paho

from .broker import seconds


class PahoClient:
    def __init__(self, port, client_id, transport="tcp", clean=True, will=None, tls=None, host="127.0.0.1"):
        self.messages = queue.Queue()
        self._connected, self._disconnected, self._subscribed = (threading.Event() for _ in range(3))
        self.client = paho.Client(client_id, clean_session=clean, transport=transport)
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = lambda *_: self._disconnected.set()
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = lambda _client, _data, message: self.messages.put(message)
        if will is not None:
            self.client.will_set(*will)
        if tls is not None:
            self.client.tls_set_context(tls)
        self.client.connect(host, port, keepalive=30)
        self.client.loop_start()
        self._wait(self._connected, "CONNACK")

    @staticmethod
    def _wait(event, what):
        if not event.wait(seconds(10)):
            raise AssertionError(f"paho: no {what} in time")
        event.clear()

    def _on_connect(self, _client, _data, flags, code):
        self.session_present = bool(flags["session present"])
        self.code = code
        self._connected.set()

    def _on_subscribe(self, _client, _data, _packet_id, granted):
        self.granted = list(granted)
        self._subscribed.set()

    def subscribe(self, *filters):
        self.client.subscribe(list(filters))
        self._wait(self._subscribed, "SUBACK")
        return self.granted

    def publish(self, topic, payload, qos=0, retain=False):
        """Returns when the exchange that the QoS asks for is finished."""
        info = self.client.publish(topic, payload, qos, retain)
        info.wait_for_publish(seconds(10))
        if not info.is_published():
            raise AssertionError(f"paho: QoS {qos} was not finished in time")

    def next(self):
        try:
            return self.messages.get(timeout=seconds(10))
        except queue.Empty:
            raise AssertionError("paho: no message in time")

    def disconnect(self):
        self.client.disconnect()
        self._wait(self._disconnected, "end of the connection")
        self.client.loop_stop()

    def drop(self):
        """Loses the connection without DISCONNECT."""
        self.client.loop_stop()
        socket = self.client.socket()
        if socket is not None:
            socket.close()
