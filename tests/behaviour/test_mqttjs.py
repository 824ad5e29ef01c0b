"""MQTT.js (npm `mqtt`) over TCP and WebSockets: QoS 0, 1, 2, retained, will, session resume."""

import fcntl
import pathlib
import subprocess

from harness import BrokerCase, seconds

HERE = pathlib.Path(__file__).resolve().parent


def install():
    """npm ci, once, also when two test runs begin together."""
    with open(HERE / "package-lock.json") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (HERE / "node_modules/mqtt/package.json").exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True, capture_output=True, timeout=50)


class MqttJs(BrokerCase):
    broker_per_test = True

    @classmethod
    def setUpClass(cls):
        install()
        super().setUpClass()

    def check(self, url):
        result = subprocess.run(["node", "mqttjs_round_trip.js", url], cwd=HERE, capture_output=True, text=True,
                                timeout=seconds(20))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_tcp(self):
        self.check(f"mqtt://127.0.0.1:{self.broker.port}")

    def test_websockets(self):
        self.check(f"ws://127.0.0.1:{self.broker.websocket_port}/mqtt")
