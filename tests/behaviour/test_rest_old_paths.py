"""What the old dashboard's page asked for: /latest/, /api/, /api/post/ (features A-23)."""

import json

from harness import BrokerCase

TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$"


class OldPaths(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def test_nothing_yet(self):
        self.assert_http_error(self.rest.get("/latest/"), 404)
        self.assertEqual(self.rest.get("/api/").json(), {"data": []})

    def test_posted_with_the_short_names(self):
        for body in ({"temp": 20, "hum": 50}, {"temp": 25.5, "hum": 60}):
            answer = self.rest.post("/api/post/", body)
            self.assertEqual((answer.status, answer.json()["topic"]), (200, "dht11/sensor/data"))
        for path in ("/latest/", "/latest"):
            latest = self.rest.get(path).json()
            self.assertEqual((latest["temperature"], latest["humidity"]), (25.5, 60))
            self.assertRegex(latest["timestamp"], TIME)
        listed = self.rest.get("/api/").json()["data"]
        self.assertEqual([(row["temp"], row["hum"]) for row in listed], [(25.5, 60), (20, 50)])
        self.assertRegex(listed[0]["dt"], TIME)

    def test_the_device_that_was_heard_of_last(self):
        sender = self.client("sender")
        sender.publish("dht11/cellar/data", b'{"temperature":12,"humidity":70}', qos=1)
        sender.publish("dht11/roof/data", b'{"temperature":30}', qos=1)
        latest = self.rest.get("/latest/").json()
        self.assertEqual((latest["temperature"], latest["humidity"]), (30, None))

    def test_wrong_bodies(self):
        for body in ({}, {"temperature": 20}, {"temp": "warm"}, [], b"{"):
            with self.subTest(body=body):
                self.assert_http_error(self.rest.post("/api/post/", body), 400)


class Merged(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def test_a_device_whose_humidity_is_anothers_too(self):
        sender = self.client("sender")
        said = [("loft", 20, 50), ("shed", 21, 51)]
        for device, temperature, humidity in said:
            sender.publish(f"dht11/{device}/data", json.dumps({"temperature": temperature, "humidity": humidity}), qos=1)
        ids = {(s["device"], s["type"]): s["id"] for s in self.rest.get("/api/monitoring/sensors/").json()}
        for kind in ("humidity", "temperature"):
            merged = self.rest.post(f"/api/monitoring/sensors/{ids['loft', kind]}/merge", {"into": ids["shed", kind]})
            self.assertEqual(merged.status, 200)
            for device, temperature, humidity in (("loft", 22, 52), ("shed", 23, 53), ("loft", 24, 54)):
                sender.publish(f"dht11/{device}/data", json.dumps({"temperature": temperature, "humidity": humidity}), qos=1)
                latest = self.rest.get("/latest/").json()
                self.assertEqual((latest["temperature"], latest["humidity"]), (temperature, humidity))
