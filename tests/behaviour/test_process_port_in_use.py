"""A port that somebody else uses: an error that names it, exit status 1, and the store is left alone."""

import socket
from pathlib import Path

from harness import Broker, BrokerCase


class PortInUse(BrokerCase):
    nightjar_only = "mosquitto words it differently"
    autostart = False

    def check(self, port):
        with socket.create_server(("127.0.0.1", port)):
            self.broker.launch()
            self.assertEqual(self.broker.wait_exit(), 1)
        self.assertIn(str(port), self.broker.log())
        self.assertRegex(self.broker.log().lower(), "in use")

    def test_mqtt(self):
        self.check(self.broker.port)

    def test_websockets(self):
        self.check(self.broker.websocket_port)

    def test_http(self):
        self.check(self.broker.http_port)


class StoreInUse(BrokerCase):
    nightjar_only = "mosquitto does not lock its store"
    autostart = False

    def setUp(self):
        super().setUp()
        self.pid_file = Path(self.broker.directory, "nightjar.pid")
        self.broker.extra_conf = f"pid_file {self.pid_file}"
        self.broker.start()

    def test_two_brokers_never_share_a_store(self):
        second = Broker()
        self.addCleanup(second.close)
        second.extra_conf = self.broker.extra_conf
        second.launch(second.conf().replace(second.store, self.broker.store))
        self.assertNotEqual(second.wait_exit(), 0)
        self.assertGreater(second.process.returncode, 0)
        self.assertIn(self.broker.store.rstrip("/"), second.log())
        self.assertEqual(self.pid_file.read_text(), f"{self.broker.process.pid}\n")  # not the one that failed
        self.assert_healthy()
