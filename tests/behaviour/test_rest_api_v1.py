"""mosquitto 2.1's own three answers under /api/v1 (features B-12)."""

from harness import BrokerCase


class RestApiV1(BrokerCase):
    nightjar_only = "Debian 12's mosquitto has no HTTP API"

    def test_version(self):
        answer = self.rest.get("/api/v1/version")
        self.assertEqual(answer.status, 200)
        self.assertRegex(answer.body, rb"\d+\.\d+")
        self.assertNotIn(b"<", answer.body)

    def test_systree(self):
        tree = self.rest.get("/api/v1/systree").json()
        self.assertTrue(tree)
        self.assertTrue(all(name.startswith("$SYS/broker/") for name in tree))
        self.client("counted")
        self.wait_until(lambda: self.rest.get("/api/v1/systree").json()["$SYS/broker/clients/connected"] >= 1, "a client")

    def test_listeners(self):
        listeners = self.rest.get("/api/v1/listeners").json()["listeners"]
        found = {listener["port"]: listener["protocol"] for listener in listeners}
        self.assertEqual(found, {self.broker.port: "mqtt", self.broker.websocket_port: "websockets",
                                 self.broker.http_port: "httpapi"})
        self.assertTrue(all(listener["allow_anonymous"] is True and listener["tls"] is False for listener in listeners))
