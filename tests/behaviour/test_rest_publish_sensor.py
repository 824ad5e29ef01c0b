"""POST /mqtt/publish/sensor/ (features A-19): publishes, stores, checks, and says what it did."""

import json

from harness import BrokerCase

TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$"


class RestPublishSensor(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def post(self, body, path="/mqtt/publish/sensor/"):
        return self.rest.post(path, body)

    def last(self, sensor):
        return self.rest.get(f"/api/monitoring/sensors/{sensor}/last/").json()

    def test_both_values(self):
        reader = self.client("reader").subscribe(("dht11/sensor/data", 2))
        answer = self.post({"temperature": 25, "humidity": 60})
        self.assertEqual(answer.status, 200, answer)
        body = answer.json()
        self.assertEqual((body["status"], body["topic"]), ("success", "dht11/sensor/data"))
        self.assertEqual((body["payload"]["temperature"], body["payload"]["humidity"]), (25, 60))
        self.assertRegex(body["payload"]["timestamp"], TIME)
        self.assertEqual(body["incidents"], [])
        self.assertEqual([self.last(sensor)["value"] for sensor in body["sensors"]], [25, 60])
        message = reader.take("dht11/sensor/data", qos=1)
        self.assertEqual(json.loads(message.payload), body["payload"])
        again = self.post({"temperature": 26, "humidity": 61}, "/mqtt/publish/sensor").json()
        self.assertEqual(again["sensors"], body["sensors"])

    def test_one_value(self):
        for field, value in (("temperature", 21.5), ("humidity", 55)):
            body = self.post({field: value, "device": "one"}).json()
            self.assertEqual(len(body["sensors"]), 1)
            self.assertEqual(self.last(body["sensors"][0])["value"], value)

    def test_device(self):
        reader = self.client("reader").subscribe(("dht11/salon/data", 1))
        body = self.post({"temperature": 20, "device": "salon"}).json()
        self.assertEqual(body["topic"], "dht11/salon/data")
        reader.take("dht11/salon/data", qos=1)

    def test_numeric_strings(self):
        body = self.post({"temperature": "25.5", "humidity": "60", "device": "text"}).json()
        self.assertEqual([self.last(sensor)["value"] for sensor in body["sensors"]], [25.5, 60])

    def test_out_of_range_opens_an_incident(self):
        body = self.post({"temperature": 40, "humidity": 60, "device": "hot"}).json()
        self.assertEqual(len(body["incidents"]), 1)
        self.assertEqual(self.rest.get("/mqtt/status/").json()["open_incidents"], 1)

    def test_bad_values(self):
        for body in ({}, {"temp": 1}, {"temperature": "warm"}, {"temperature": None}, {"temperature": True},
                     {"temperature": [1]}, {"temperature": {}}, {"temperature": "nan"}, {"temperature": 20, "device": "a/b"},
                     {"temperature": 20, "device": "#"}, {"temperature": 20, "device": ""}, {"temperature": 20, "device": 5},
                     [], "x", b"{", b"", b'{"temperature":NaN}', b'{"temperature":1e400}'):
            with self.subTest(body=body):
                self.assert_http_error(self.post(body), 400)
        self.assert_healthy()
