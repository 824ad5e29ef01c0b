"""Without a conf: loopback only, ports 1883, 9001 and 8000, anonymous allowed (mosquitto-compat section 2)."""

import os
import socket
import subprocess

from harness import BrokerCase, MqttClient, TcpTransport, WebSocket
from harness.broker import program
from harness.rest import Rest

PORTS = (1883, 9001, 8000)


def busy():
    """The first of the ports that somebody else uses."""
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                return port
    return None


class ConfDefaults(BrokerCase):
    nightjar_only = "mosquitto opens port 1883 only"
    autostart = False

    def launch_without_conf(self):
        broker = self.broker
        environment = {**os.environ, "HOME": broker.directory, "XDG_DATA_HOME": broker.directory,
                       "MOSQUITTO_PERSISTENCE_LOCATION": broker.store}
        with open(broker.directory + "/log", "ab") as log:
            broker.process = subprocess.Popen([program()], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                              cwd=broker.directory, env=environment)
        self.wait_until(lambda: not broker.alive() or all(broker.accepts(port) for port in PORTS), "the ports accept")
        self.assertTrue(broker.alive(), "the broker ended")

    @staticmethod
    def other_address():
        """An address of this machine that is not loopback; None without one."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # sends nothing, chooses an address
                return probe.getsockname()[0]
            except OSError:
                return None

    def test_loopback_only(self):
        if busy():
            self.skipTest(f"port {busy()} is in use on this machine")
        self.launch_without_conf()
        client = MqttClient(TcpTransport(1883)).connect("anonymous")
        client.expect_nothing()
        client.close()
        websocket = WebSocket(9001)
        websocket.handshake()
        websocket.close()
        self.assertEqual(Rest(8000).get("/").status, 200)
        address = self.other_address()
        if address and not address.startswith("127."):
            for port in PORTS:
                with self.assertRaises(OSError):
                    socket.create_connection((address, port), timeout=2)
