"""POST /mqtt/disconnect/ and /mqtt/connect/: the plugin pauses, the broker does not (features A-17, A-18, A-19)."""

import json
import time

from harness.sensors import SensorsCase


class SensorsPause(SensorsCase):
    def ingestion(self):
        status = self.rest.get("/mqtt/status/").json()
        return status["connected"], status["ingest"]

    def test_pause_and_resume(self):
        watcher = self.client("watcher").subscribe(("dht11/status", 1), ("dht11/sensor/data", 1))
        self.assertEqual(json.loads(watcher.take("dht11/status").payload)["status"], "online")
        answer = self.rest.post("/mqtt/disconnect/", {})
        self.assertEqual((answer.status, answer.json()), (200, {"connected": False, "status": "disconnected"}))
        self.assertEqual(self.ingestion(), (False, "paused"))
        self.assertEqual(json.loads(watcher.take("dht11/status").payload)["status"], "offline")
        self.assertIn("sensors_ingest_paused 1", self.rest.get("/metrics").body.decode())
        self.ingest("dht11/sensor/data", {"temperature": 40})
        watcher.take("dht11/sensor/data")  # still routed
        self.assertIsNone(self.sensor(device="sensor", type="temperature"))
        self.assert_http_error(self.rest.post("/mqtt/publish/sensor/", {"temperature": 40}), 409, "paused")
        watcher.take("dht11/sensor/data")
        for _ in range(2):  # idempotent
            answer = self.rest.post("/mqtt/connect/", {"broker": "localhost", "port": self.broker.port})
            self.assertEqual((answer.status, answer.json()), (200, {"connected": True, "status": "connected"}))
        self.assertEqual(self.ingestion(), (True, "running"))
        self.assertEqual(json.loads(watcher.take("dht11/status").payload)["status"], "online")
        self.ingest("dht11/sensor/data", {"temperature": 20})
        self.assertEqual(self.sensor(device="sensor", type="temperature")["last"]["value"], 20)

    def test_another_broker_is_a_bridges_work(self):
        for body in ({"broker": "broker.emqx.io"}, {"port": 1}, {"broker": "localhost", "port": "x"}):
            self.assert_http_error(self.rest.post("/mqtt/connect/", body), 409, "is_broker")

    def test_bad_bodies(self):
        for body in ("[]", "{", '{"minutes":0}', '{"minutes":"soon"}', '{"minutes":1.5}'):
            self.assert_http_error(self.rest.post("/mqtt/disconnect/", body), 400)
        self.assertEqual(self.ingestion(), (True, "running"))


class PauseAndSilence(SensorsCase):
    extra_conf = "worker_threads 1\nplugin builtin:sensors\nplugin_opt_offline_after 3"

    def test_silence_counts_from_the_end_of_the_pause(self):
        def is_told():
            return any(i["kind"] == "offline" for i in self.rest.get("/api/monitoring/incidents/").json())

        watcher = self.client("watcher").subscribe(("sensors/3/state", 0))
        device = self.client("device")
        for value in (1, 2):
            device.publish("iot/measurements", json.dumps({"sensor_id": 3, "value": value}), qos=1)
        while json.loads(watcher.expect_publish("sensors/3/state").payload)["value"] != 2:
            pass  # the second one comes with a tick, which has seen the sensor
        self.assertEqual(self.rest.post("/mqtt/disconnect/").status, 200)
        began = time.monotonic()
        self.wait_until(lambda: time.monotonic() - began > 4, "longer than offline_after", 10)
        self.assertFalse(is_told())
        self.assertEqual(self.rest.post("/mqtt/connect/").status, 200)
        ended = time.monotonic()
        self.wait_until(is_told, "it is silent now", 10)
        self.assertGreater(time.monotonic() - ended, 2)


class PauseRights(SensorsCase):
    autostart = False

    def test_needs_the_right_to_write_to_control(self):
        self.start_with_acl("topic readwrite #\n")
        for path in ("/mqtt/disconnect/", "/mqtt/connect/"):
            self.assert_http_error(self.rest.post(path, {}), 403, "denied")
