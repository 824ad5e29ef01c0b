"""plugin_opt_source json: values of any JSON, by pointers; the device's time, and a clock that is wrong (section 7 row 6)."""

import json
import time

from harness.sensors import SensorsCase


class SensorsJson(SensorsCase):
    extra_conf = """plugin builtin:sensors
plugin_opt_source json zigbee2mqtt/+ value=/temperature,temperature,°C value=/humidity,humidity,% time=/last_seen
plugin_opt_source json blanks/+ value=/v name=/n
plugin_opt_source json tele/all value=/data/0/w,power,W name=/id
plugin_opt_source measurement iot/measurements"""

    def test_values_of_one_message(self):
        self.ingest("zigbee2mqtt/porch", {"battery": 97, "temperature": 12.5, "humidity": 80, "linkquality": 40})
        for kind, value, unit in (("temperature", 12.5, "°C"), ("humidity", 80, "%")):
            sensor = self.sensor(device="porch", type=kind)
            self.assertEqual((sensor["unit"], sensor["last"]["value"]), (unit, value))

    def test_names_from_the_payload(self):
        for name, watts in (("washer", 400), ("dryer", 900), ("washer", 410)):
            self.ingest("tele/all", {"id": name, "data": [{"w": watts}]})
        self.assertEqual(self.values(self.sensor(device="washer")["id"]), [400, 410])
        self.assertEqual(self.values(self.sensor(device="dryer")["id"]), [900])

    def test_blanks_in_topics_and_names(self):
        for _ in range(2):
            self.ingest("blanks/a", {"v": 1, "n": "b c"})
            self.ingest("blanks/a b", {"v": 2, "n": "c"})
            self.broker.restart()
        self.assertEqual(self.values(self.sensor(device="b c")["id"]), [1, 1])
        self.assertEqual(self.values(self.sensor(device="c")["id"]), [2, 2])

    def test_the_time_of_the_device(self):
        then = int(time.time()) - 3600
        self.ingest("zigbee2mqtt/slow", {"temperature": 1, "last_seen": then * 1000})
        self.assertEqual(self.sensor(device="slow")["last"]["created_at"],
                         time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(then)))

    def test_a_wrong_clock_is_counted_and_not_believed(self):
        before = time.strftime("%Y-%m-%dT%H", time.gmtime(time.time() - 3600))
        self.ingest("iot/measurements", {"sensor_id": 8, "value": 1, "timestamp": "1970-01-01T00:01:00Z"})
        self.assertGreater(self.sensor(id=8)["last"]["created_at"], before)
        self.assertGreaterEqual(self.rest.get("/api/v1/ingest/rejected").json()["counts"]["bad_clock"], 1)

    def test_what_does_not_fit_is_in_the_list(self):
        self.ingest("zigbee2mqtt/odd", "offline")
        self.ingest("zigbee2mqtt/odd", {"temperature": "warm"})
        last = self.rest.get("/api/v1/ingest/rejected").json()["last"]
        self.assertEqual([(row["topic"], row["reason"]) for row in last[:2]],
                         [("zigbee2mqtt/odd", "not_a_number"), ("zigbee2mqtt/odd", "not_json")])
        self.assertIsNone(self.sensor(device="odd"))
