"""Hysteresis, values in a row, silence, reminders, escalation, and a reload that changes them (features A-31, A-40, A-45)."""

import json
import signal

from harness.sensors import SensorsCase


class IncidentsRules(SensorsCase):
    broker_per_test = True
    extra_conf = """plugin builtin:sensors
plugin_opt_hysteresis temperature 2
plugin_opt_open_after 2
plugin_opt_close_after light 2
plugin_opt_threshold light - 100
plugin_opt_offline_after 200001 1
plugin_opt_offline_after 7 1
plugin_opt_reminder 1
plugin_opt_escalate_after 4"""

    def value(self, sensor, kind, value):
        self.ingest("iot/measurements", {"sensor_id": sensor, "type": kind, "value": value})

    def open(self):
        return self.rest.get("/mqtt/status/").json()["open_incidents"]

    def test_values_in_a_row_and_hysteresis(self):
        for value, expected in ((40, 0), (20, 0), (40, 0), (40, 1), (34, 1), (33, 0)):
            self.value(1, "temperature", value)
            self.assertEqual(self.open(), expected, value)
        for value, expected in ((200, 0), (200, 1), (50, 1), (200, 1), (50, 1), (50, 0)):
            self.value(2, "light", value)
            self.assertEqual(self.open(), expected, value)

    def test_silence(self):
        watcher = self.client("watcher").subscribe(("dht11/alerts", 1))
        self.value(7, "light", 5)
        alert = json.loads(watcher.take("dht11/alerts").payload)
        self.assertEqual((alert["alert_type"], alert["sensor"], alert["kind"]), ("offline", 7, "offline"))
        self.value(7, "light", 5)
        while alert["alert_type"] != "closed":  # a reminder may come first
            alert = json.loads(watcher.take("dht11/alerts").payload)
        self.assertEqual(alert["sensor"], 7)

    def test_who_has_never_spoken_is_not_silent(self):
        row = {"sensor": 7, "value": 1, "created_at": "2024-01-28T15:07:55Z"}
        self.assertEqual(self.rest.post("/api/v1/measurements", row).json()["stored"], 1)
        self.value(200001, "light", 5)
        self.wait_until(lambda: self.open() == 1, "the other one is silent")
        row, = self.rest.get("/api/monitoring/incidents/").json()
        self.assertEqual(row["sensor"], 200001)

    def test_reminded_and_escalated_until_acknowledged(self):
        watcher = self.client("watcher").subscribe(("dht11/alerts", 1))
        for _ in range(2):
            self.value(1, "temperature", 40)
        seen = {}
        while len(seen) < 3:
            alert = json.loads(watcher.take("dht11/alerts").payload)
            seen.setdefault(alert["alert_type"], alert["severity"])
        self.assertEqual(seen, {"created": "warning", "reminder": "warning", "escalated": "critical"})
        number = alert["incident_id"]
        path = f"/api/monitoring/incidents/{number}/"
        self.wait_until(lambda: self.rest.get(path).json()["escalation_level"] >= 1, "the level is on disk")
        self.rest.post(f"/api/monitoring/incidents/{number}/ack/")
        while alert["alert_type"] != "acknowledged":
            alert = json.loads(watcher.take("dht11/alerts").payload)
        watcher.expect_nothing()

    def test_a_reload_changes_the_rules(self):
        conf = self.broker.directory + "/broker.conf"
        with open(conf, "a") as file:
            file.write("\nplugin_opt_open_after 1\nplugin_opt_temp_max 10\n")
        self.broker.process.send_signal(signal.SIGHUP)
        self.broker.wait_log("The new configuration counts")
        self.value(1, "temperature", 11)
        self.assertEqual(self.open(), 1)
