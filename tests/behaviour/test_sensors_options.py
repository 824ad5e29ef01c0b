"""Options of the sensors plugin: thresholds, sources, log_topic, client id (features A-30 to A-32, C-5, E-3)."""

import json

from harness.sensors import SensorsCase


class SensorsOptions(SensorsCase):
    extra_conf = """plugin builtin:sensors
plugin_opt_temp_max 30
plugin_opt_threshold light - 100
plugin_opt_threshold 7 10 20
plugin_opt_source plain home/+/+
plugin_opt_source measurement home/json
plugin_opt_client_id my-sensors
plugin_opt_log_topic django/mqtt"""

    def alert(self, topic, payload):
        watcher = self.client("watcher").subscribe(("dht11/alerts", 1))
        self.ingest(topic, payload)
        alert = json.loads(watcher.take("dht11/alerts").payload)
        watcher.disconnect()
        return alert

    def test_changed_bound(self):
        alert = self.alert("home/room/temp", "31")
        self.assertEqual((alert["type"], alert["max"]), ("temperature", 30))
        self.assertEqual(self.rest.get("/mqtt/status/").json()["thresholds"]["temperature"]["max"], 30)

    def test_threshold_of_a_type(self):
        self.assertEqual(self.alert("home/room/light", "101")["max"], 100)

    def test_threshold_of_a_sensor(self):
        alert = self.alert("home/json", {"sensor_id": 7, "type": "light", "value": 5})
        self.assertEqual((alert["sensor"], alert["min"], alert["max"]), (7, 10, 20))

    def test_given_sources_replace_the_defaults(self):
        before = len(self.sensors())
        self.ingest("iot/measurements", {"sensor_id": 55, "type": "light", "value": 1})
        self.assertEqual(len(self.sensors()), before)

    def test_client_id(self):
        self.assertEqual(self.rest.get("/mqtt/status/").json()["client_id"], "my-sensors")

    def test_log_topic(self):
        self.client("logged").publish("django/mqtt", b"Hello \x1b[31m" + b"x" * 1000, qos=1)
        line = self.broker.wait_log(r"^.*django/mqtt.*Hello.*$")[0]
        self.assertNotIn("\x1b", line)
        self.assertLess(line.count("x"), 300)
