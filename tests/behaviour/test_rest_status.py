"""GET /mqtt/status/ (features A-16): all keys, with the values of this broker."""

from harness import BrokerCase


class RestStatus(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def test_fields(self):
        status = self.rest.get("/mqtt/status/").json()
        self.assertEqual(self.rest.get("/mqtt/status").status, 200)
        self.assertIs(status["connected"], True)
        self.assertEqual(status["ingest"], "running")
        self.assertEqual(status["broker"], "localhost")
        self.assertEqual(status["port"], self.broker.port)
        self.assertEqual(status["client_id"], "django-dht11-client")
        self.assertEqual(status["topics"], {"sensor_data": "dht11/sensor/data", "incidents": "dht11/incidents",
                                            "alerts": "dht11/alerts", "status": "dht11/status"})
        self.assertEqual(status["thresholds"], {"temperature": {"min": 5, "max": 35}, "humidity": {"min": 20, "max": 80}})
        self.assertIsInstance(status["version"], str)
        self.assertGreaterEqual(status["uptime"], 0)
        self.assertEqual(status["open_incidents"], 0)

    def test_clients_are_counted(self):
        before = self.rest.get("/mqtt/status/").json()["clients_connected"]
        clients = [self.client("one"), self.client("two")]
        self.wait_until(lambda: self.rest.get("/mqtt/status/").json()["clients_connected"] == before + 2, "two more clients")
        for client in clients:
            client.disconnect()
        self.wait_until(lambda: self.rest.get("/mqtt/status/").json()["clients_connected"] == before, "they are gone")
