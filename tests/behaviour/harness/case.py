"""The base of every test: one broker per class, clients that are closed afterwards, a health check after each test."""

import time
import unittest

from . import packets
from .broker import Broker, is_mosquitto, seconds
from .mqtt_client import MqttClient, TcpTransport
from .rest import Rest
from .websocket import WebSocket, WebSocketTransport


class BrokerCase(unittest.TestCase):
    extra_conf = ""        # lines added to the broker's conf
    log_types = "all"
    nightjar_only = ""     # why the test means nothing with another broker
    broker_per_test = False
    autostart = True       # False: every test launches its own self.broker, which may end by itself
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        if cls.nightjar_only and is_mosquitto():
            raise unittest.SkipTest(cls.nightjar_only)
        if not cls.broker_per_test and cls.autostart:
            cls.broker = cls._started()
            cls.addClassCleanup(cls.broker.close)

    @classmethod
    def _started(cls):
        broker = Broker(cls.extra_conf, cls.log_types)
        try:
            return broker.start()
        except AssertionError:
            broker.close()
            raise

    def setUp(self):
        if self.broker_per_test or not self.autostart:
            self.broker = self._started() if self.autostart else Broker(self.extra_conf, self.log_types)
            self.addCleanup(self.broker.close)
        else:
            # The broker is the class's: what an earlier test caused is not what this one waits for.
            self.broker.test_began = self.broker.log_size()

    def tearDown(self):
        if self.autostart:
            self.assertTrue(self.broker.process is None or self.broker.alive(), "the broker is dead")

    def raw(self):
        """A TCP connection that has sent nothing yet."""
        client = MqttClient(TcpTransport(self.broker.port))
        self.addCleanup(client.close)
        return client

    def client(self, client_id, session_present=False, **options):
        """A connected client over TCP."""
        return self.raw().connect(client_id, session_present, **options)

    def websocket(self, **options):
        """A WebSocket that has finished its handshake."""
        websocket = WebSocket(self.broker.websocket_port, **options)
        self.addCleanup(websocket.close)
        websocket.handshake()
        return websocket

    def websocket_client(self, client_id, **options):
        return MqttClient(WebSocketTransport(self.websocket())).connect(client_id, **options)

    @property
    def rest(self):
        return Rest(self.broker.http_port)

    def assert_healthy(self):
        """The broker serves others: a control client publishes to itself."""
        self.assertTrue(self.broker.alive(), "the broker is dead")
        control = self.client("control")
        control.subscribe(("control/health", 0))
        control.publish("control/health", b"well")
        control.expect(packets.publish("control/health", b"well"))
        control.disconnect()

    def assert_refuses(self, raw, client_id="victim", **connect_options):
        """A connected client that sends these bytes is closed without any answer, and only that client."""
        client = self.client(client_id, **connect_options)
        client.send_until_closed(raw)
        try:
            client.expect_closed()
        except AssertionError as error:
            raise AssertionError(f"{packets.describe(raw)}: {error}")
        client.close()

    def assert_http_error(self, response, status, error=None):
        """The error body that every REST answer has: a code in snake_case and a sentence."""
        self.assertEqual(response.status, status, response)
        body = response.json()
        self.assertRegex(body["error"], r"^[a-z0-9_]+$")
        self.assertIsInstance(body["detail"], str)
        self.assertTrue(body["detail"])
        if error is not None:
            self.assertEqual(body["error"], error)
        return body

    def wait_until(self, condition, what, timeout=5):
        """Polls until condition() gives something true, and returns it."""
        end = time.monotonic() + seconds(timeout)
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"not in time: {what}")
            time.sleep(0.01)
