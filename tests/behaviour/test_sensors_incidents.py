"""A value beyond its threshold opens an incident, one that is back closes it (features A-8, A-35, A-37, A-40)."""

import json

from harness.sensors import SensorsCase

KEYS = {"incident_id", "status", "sensor", "device", "type", "value", "min", "max", "max_temp", "min_temp", "max_hum",
        "counter", "escalation_level", "reason", "opened_at", "acknowledged_at", "closed_at", "timestamp"}


class SensorsIncidents(SensorsCase):
    broker_per_test = True

    def watcher(self, *topics):
        return self.client("watcher").subscribe(*((topic, 1) for topic in topics))

    def take(self, watcher, topic):
        message = watcher.take(topic)
        return json.loads(message.payload) if message.payload else None

    def dht11(self, temperature, humidity=60):
        self.ingest("dht11/sensor/data", {"temperature": temperature, "humidity": humidity})

    def test_opened_and_closed(self):
        watcher = self.watcher("dht11/incidents")
        self.dht11(40)
        opened = watcher.take("dht11/incidents", qos=1)
        self.assertFalse(opened.retain)
        incident = json.loads(opened.payload)
        self.assertEqual(KEYS - set(incident), set())
        self.assertEqual((incident["status"], incident["sensor"], incident["device"], incident["type"]),
                         ("open", 100001, "sensor", "temperature"))
        self.assertEqual((incident["value"], incident["min"], incident["max"], incident["counter"]), (40, 5, 35, 1))
        self.assertEqual((incident["closed_at"], incident["acknowledged_at"]), (None, None))
        self.assertEqual(self.rest.get("/mqtt/status/").json()["open_incidents"], 1)
        self.dht11(25)
        closed = self.take(watcher, "dht11/incidents")
        self.assertEqual((closed["incident_id"], closed["status"]), (incident["incident_id"], "closed"))
        self.assertIsNotNone(closed["closed_at"])
        self.assertEqual(self.rest.get("/mqtt/status/").json()["open_incidents"], 0)
        self.client("late").subscribe(("dht11/incidents", 0)).expect_nothing()

    def test_retained_copy_while_open(self):
        watcher = self.watcher("dht11/incidents/+")
        self.dht11(2)
        message = watcher.take()
        incident = json.loads(message.payload)
        self.assertEqual(message.topic, f"dht11/incidents/{incident['incident_id']}")
        late = self.client("late").subscribe((message.topic, 0))
        got = late.take(message.topic)
        self.assertTrue(got.retain)
        self.assertEqual(json.loads(got.payload)["status"], "open")
        self.dht11(20)
        while watcher.take(message.topic).payload:
            pass  # the copy may have been renewed before it was cleared
        self.client("later").subscribe((message.topic, 0)).expect_nothing()

    def test_alerts(self):
        watcher = self.watcher("dht11/alerts")
        self.dht11(36, 90)
        alerts = [self.take(watcher, "dht11/alerts") for _ in range(2)]
        self.assertEqual([alert["alert_type"] for alert in alerts], ["created", "created"])
        self.assertEqual({alert["type"] for alert in alerts}, {"temperature", "humidity"})
        for key in ("incident_id", "sensor", "value", "min", "max", "severity", "timestamp"):
            self.assertIn(key, alerts[0])
        self.dht11(20, 90)
        closed = self.take(watcher, "dht11/alerts")
        temperature = next(alert for alert in alerts if alert["type"] == "temperature")
        self.assertEqual((closed["alert_type"], closed["incident_id"]), ("closed", temperature["incident_id"]))

    def test_bounds_are_inside(self):
        watcher = self.watcher("dht11/alerts")
        for temperature, humidity in ((5, 20), (35, 80), (20, 50)):
            self.dht11(temperature, humidity)
        self.dht11(35.01, 80)
        alert = self.take(watcher, "dht11/alerts")
        self.assertEqual((alert["type"], alert["value"]), ("temperature", 35.01))

    def test_one_open_incident_per_sensor(self):
        watcher = self.watcher("dht11/alerts")
        for temperature in (40, 41, 42):
            self.dht11(temperature)
        self.ingest("dht11/other/data", {"temperature": 50})
        first, second = (self.take(watcher, "dht11/alerts") for _ in range(2))
        self.assertNotEqual(first["sensor"], second["sensor"])
        self.assertEqual(second["value"], 50)
        self.assertEqual(self.rest.get("/mqtt/status/").json()["open_incidents"], 2)

    def test_a_new_breach_is_a_new_incident(self):
        watcher = self.watcher("dht11/alerts")
        for temperature in (40, 20, 40):
            self.dht11(temperature)
        alerts = [self.take(watcher, "dht11/alerts") for _ in range(3)]
        self.assertEqual([alert["alert_type"] for alert in alerts], ["created", "closed", "created"])
        self.assertEqual(alerts[0]["incident_id"], alerts[1]["incident_id"])
        self.assertNotEqual(alerts[0]["incident_id"], alerts[2]["incident_id"])

    def test_survives_a_crash_and_closes_later(self):
        watcher = self.watcher("dht11/incidents")
        self.dht11(40)
        incident = self.take(watcher, "dht11/incidents")
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.rest.get("/mqtt/status/").json()["open_incidents"], 1)
        retained = self.client("late").subscribe((f"dht11/incidents/{incident['incident_id']}", 0)).take()
        self.assertEqual(json.loads(retained.payload)["incident_id"], incident["incident_id"])
        watcher = self.watcher("dht11/incidents")
        self.dht11(41)
        self.dht11(20)
        closed = self.take(watcher, "dht11/incidents")
        self.assertEqual((closed["incident_id"], closed["status"]), (incident["incident_id"], "closed"))

    def test_measurements_and_plain_values_have_thresholds_by_type(self):
        watcher = self.watcher("dht11/alerts")
        self.ingest("iot/measurements", {"sensor_id": 9, "type": "temperature", "value": 50})
        self.ingest("iot/livingroom/humi", "10")
        self.ingest("iot/livingroom/light", "10000")
        alerts = [self.take(watcher, "dht11/alerts") for _ in range(2)]
        self.assertEqual([(alert["type"], alert["value"]) for alert in alerts], [("temperature", 50), ("humidity", 10)])
        self.assertEqual(alerts[0]["sensor"], 9)
