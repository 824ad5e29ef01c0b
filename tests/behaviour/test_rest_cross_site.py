"""A request with the Origin of another site is refused before it does anything (features H3, H4)."""

from harness import BrokerCase
from harness.rest import Rest


class RestCrossSite(BrokerCase):
    nightjar_only = "mosquitto has no REST"
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nprotocol http_api\nhttp_origin http://friend.example"

    def post(self, port, origin):
        return Rest(port).post("/publish", {"topic": "cross/site", "msg": "x"},
                               {"Origin": origin, "Content-Type": "text/plain"})

    def test_other_sites(self):
        watcher = self.client("watcher").subscribe(("cross/site", 0))
        port = self.broker.http_port
        for origin in ("http://evil.example", "null", f"http://127.0.0.1:{port}.evil.example", f"http://127.0.0.1:{port}1"):
            with self.subTest(origin):
                self.assert_http_error(self.post(port, origin), 403)
        watcher.expect_nothing()
        self.assertEqual(self.rest.get("/mqtt/status/", {"Origin": "http://evil.example"}).status, 403)

    def test_own_origin(self):
        port = self.broker.http_port
        self.assertEqual(self.post(port, f"http://127.0.0.1:{port}").status, 200)

    def test_what_a_listed_origins_scripts_may_read(self):
        rest, friend = Rest(self.broker.extra_port), {"Origin": "http://friend.example"}
        for topic in ("kept/a", "kept/b"):
            self.client("keeper").publish(topic, b"1", qos=1, retain=True)
        for answer, names in ((rest.get("/api/v1/retained?limit=1", friend), ("Link", "X-Total-Count")),
                              (rest.get("/api/monitoring/sensors", friend), ("ETag",)),
                              (rest.request("PUT", "/api/v1/retained", headers=friend), ("Allow",)),
                              (rest.post("/api/monitoring/sensors/", {"id": 3}, friend), ("Location",))):
            exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
            for name in names:
                self.assertIsNotNone(answer.headers[name], (name, answer))
                self.assertIn(name, exposed)
            self.assertIn("Retry-After", exposed)
        self.assertIsNone(self.rest.get("/api/monitoring/sensors").headers["Access-Control-Expose-Headers"])

    def test_what_a_listed_origins_scripts_may_send(self):
        friend = {"Origin": "http://friend.example", "Access-Control-Request-Method": "GET"}
        answer = Rest(self.broker.extra_port).request("OPTIONS", "/api/v1/clients", headers=friend)
        self.assertEqual(answer.headers["Access-Control-Allow-Headers"], "Authorization, Content-Type, If-None-Match")
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "http://friend.example")

    def test_listed_origin(self):
        self.assertEqual(self.post(self.broker.extra_port, "http://friend.example").status, 200)
        self.assertEqual(self.post(self.broker.extra_port, "http://friend.example.evil").status, 403)
        self.assertEqual(self.post(self.broker.http_port, "http://friend.example").status, 403)
