"""POST, PATCH and DELETE on /api/monitoring/sensors: declare, rename, thresholds, delete (features B-6, B-13, B-14, H5)."""

import json

from harness.reload import ReloadCase
from harness.sensors import SensorsCase

SENSORS = "/api/monitoring/sensors/"


class SensorChangesCase(SensorsCase):
    def patch(self, sensor, body):
        return self.rest.request("PATCH", f"{SENSORS}{sensor}/", body)

    def patched(self, sensor, body):
        """The sensor as it is then."""
        answer = self.patch(sensor, body)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def measure(self, sensor, value, **more):
        self.ingest("iot/measurements", {"sensor_id": sensor, "value": value, **more})

    def shown(self, sensor):
        return self.rest.get(f"{SENSORS}{sensor}/").json()


class Changes(SensorChangesCase):
    extra_conf = "plugin builtin:sensors\nplugin_opt_homeassistant true\nplugin_opt_threshold light 0 100\nplugin_opt_hysteresis level 5"

    def test_rename_lasts(self):
        self.measure(3, 2.57, type="light", unit="V")
        answer = self.patched(3, {"name": "Capteur Lumière Salon"})
        self.assertEqual((answer["id"], answer["name"], answer["unit"]), (3, "Capteur Lumière Salon", "V"))
        self.measure(3, 2.6, type="light", unit="mV")  # what it learns goes on, its name stays
        self.broker.kill()
        self.broker.start()
        now = self.shown(3)
        self.assertEqual((now["name"], now["unit"], now["count"]), ("Capteur Lumière Salon", "mV", 2))

    def test_thresholds_count_from_the_next_value(self):
        self.measure(4, 50, type="light")
        self.assertEqual(self.shown(4)["thresholds"], {"min": 0, "max": 100})
        self.assertEqual(self.patched(4, {"thresholds": {"max": 40}})["thresholds"], {"min": 0, "max": 40})
        self.assertEqual(self.shown(4)["status"], "ok")
        self.measure(4, 50, type="light")
        incident, = self.rest.get("/api/monitoring/incidents/?status=open&sensor=4").json()
        self.assertEqual((incident["max"], incident["value"]), (40, 50))
        self.patched(4, {"thresholds": {"min": None, "max": "60"}})
        self.measure(4, 50, type="light")
        self.assertEqual(self.shown(4)["status"], "ok")
        self.broker.restart()
        self.assertEqual(self.shown(4)["thresholds"], {"min": None, "max": 60})
        self.measure(4, 61, type="light")
        self.assertEqual(self.shown(4)["status"], "incident")
        self.assertEqual(self.patched(4, {"thresholds": None})["thresholds"], {"min": 0, "max": 100})

    def test_unit_type_and_place(self):
        self.ingest("iot/cellar/level", "12")
        sensor = self.sensor(device="cellar")["id"]
        changed = self.patched(sensor, {"unit": "cm", "type": "water", "device": "Keller"})
        self.assertEqual((changed["unit"], changed["type"], changed["device"]), ("cm", "water", "Keller"))
        self.ingest("iot/cellar/level", "13")  # the topic tells who it is
        self.broker.restart()
        self.ingest("iot/cellar/level", "14")
        self.assertEqual(self.values(sensor), [12, 13, 14])
        self.assertEqual(self.shown(sensor)["unit"], "cm")
        self.assertEqual([s["id"] for s in self.rest.get(SENSORS + "?place=Keller").json()], [sensor])

    def test_what_a_sensor_is_known_by_stays(self):
        self.ingest("dht11/salon/data", {"temperature": 20})
        sensor = self.sensor(device="salon", type="temperature")["id"]
        self.assert_http_error(self.patch(sensor, {"type": "heat"}), 409, "part_of_identity")
        self.assertEqual(self.shown(sensor)["type"], "temperature")

    def test_home_assistant_hears_of_it(self):
        self.measure(6, 1, type="voltage", unit="V")
        ha = self.client("ha").subscribe(("homeassistant/sensor/nightjar_6/config", 1))
        ha.take()
        self.patched(6, {"name": "Batterie"})
        self.assertEqual(json.loads(ha.take().payload)["name"], "Batterie")

    def test_bad_bodies_name_the_member(self):
        self.measure(7, 1, type="light")
        before = self.shown(7)
        for body, named in (({"nam": "x"}, "nam"), ({"id": 8}, "id"), ({"name": 5}, "name"), ({"name": ""}, "name"),
                            ({"name": "a\nb"}, "name"), ({"name": "x" * 201}, "name"), ({"unit": None}, "unit"),
                            ({"type": ""}, "type"), ({"device": []}, "device"), ({"thresholds": 5}, "thresholds"),
                            ({"thresholds": {"low": 5}}, "low"), ({"thresholds": {"min": "warm"}}, "min"),
                            ({"thresholds": {"min": 5, "max": 4}}, "thresholds"),
                            ({"thresholds": {"min": 500}}, "thresholds"), ({"name": "new", "color": "red"}, "color")):
            with self.subTest(body=body):
                self.assertIn(named, self.assert_http_error(self.patch(7, body), 400)["detail"])
        for body in ("", "[]", "{", '"x"', '{"thresholds":{"max":1e400}}', b'{"name":"\xff"}'):
            self.assert_http_error(self.patch(7, body), 400)
        self.assertEqual(self.shown(7), before)
        self.assert_http_error(self.patch(4711, {"name": "x"}), 404)
        self.assert_http_error(self.patch("x", {"name": "x"}), 400, "bad_id")

    def test_a_range_that_no_value_gets_far_enough_into(self):
        self.measure(11, 2, type="level")
        self.patched(11, {"thresholds": {"min": 0, "max": 10}})
        before = self.shown(11)
        for thresholds in ({"min": 0, "max": 9.5}, {"min": 1}, {"max": 5}):
            refused = self.assert_http_error(self.patch(11, {"name": "narrow", "thresholds": thresholds}), 400, "bad_field")
            low, high = thresholds.get("min", 0), thresholds.get("max", 10)
            self.assertIn(f"{low} to {high} is narrower", refused["detail"])
            self.assertIn("plugin_opt_hysteresis, which is 5 here", refused["detail"])
        self.assertEqual(self.shown(11), before)
        new = {"id": 12, "type": "level", "thresholds": {"min": 20, "max": 21}}
        self.assert_http_error(self.rest.post(SENSORS, new), 400, "bad_field")
        self.assert_http_error(self.rest.get(SENSORS + "12/"), 404)
        self.assertEqual(self.rest.post(SENSORS, {**new, "type": "light"}).status, 201)
        self.assert_http_error(self.patch(12, {"type": "level"}), 400, "bad_field")
        self.patched(12, {"thresholds": {"min": None}})  # a bound less
        self.patched(12, {"type": "level", "thresholds": None})

    def test_declare(self):
        answer = self.rest.post(SENSORS, {"id": 30, "name": "Salon", "type": "light", "thresholds": {"max": 5}})
        self.assertEqual((answer.status, answer.headers["Location"]), (201, SENSORS + "30/"), answer)
        self.assertEqual((answer.json()["name"], answer.json()["last"]), ("Salon", None))
        self.assert_http_error(self.rest.get(SENSORS + "30/last/"), 404, "no_measurement")
        self.assert_http_error(self.rest.post(SENSORS, {"id": 30}), 409, "already_exists")
        self.measure(30, 6)
        now = self.shown(30)
        self.assertEqual((now["name"], now["status"], now["topic"]), ("Salon", "incident", "iot/measurements"))
        for body in ({"name": "x"}, {"id": 0}, {"id": 1.5}, {"id": "x"}, {"id": 4294967296}, {"id": 31, "colour": 1}):
            self.assert_http_error(self.rest.post(SENSORS, body), 400)
        self.assertEqual(self.rest.post(SENSORS, {"id": "32"}).json()["name"], "unknown 32")

    def test_commands_come_over_rest_alone(self):
        self.measure(9, 1)
        self.ingest("$CONTROL/sensors", {"action": "change", "sensor": 9, "set": {"name": "no"}})
        self.assertEqual(self.shown(9)["name"], "unknown 9")


class Deleted(SensorChangesCase):
    extra_conf = "plugin builtin:sensors\nplugin_opt_homeassistant true"
    broker_per_test = True

    def delete(self, sensor):
        answer = self.rest.request("DELETE", f"{SENSORS}{sensor}/")
        self.assertEqual((answer.status, answer.body), (204, b""), answer)

    def test_sensor_and_values_are_gone(self):
        batch = [{"sensor_id": 3, "value": n} for n in range(1000)]
        self.ingest("iot/measurements", batch)
        self.measure(4, 1)
        self.delete(3)
        self.assert_http_error(self.rest.get(SENSORS + "3/"), 404)
        self.assert_http_error(self.rest.get(SENSORS + "3/measurements/"), 404)
        self.assertEqual([row["sensor"] for row in self.rest.get("/api/monitoring/measurements/").json()], [4])
        self.assert_http_error(self.rest.request("DELETE", SENSORS + "3/"), 404)
        self.broker.kill()  # also while the rest is being removed
        self.broker.start()
        self.assertEqual([sensor["id"] for sensor in self.sensors()], [4])
        self.assertEqual([row["sensor"] for row in self.rest.get("/api/monitoring/measurements/").json()], [4])

    def test_the_next_value_makes_a_new_one(self):
        self.ingest("iot/measurements", [{"sensor_id": 3, "value": n, "type": "light"} for n in range(600)])
        self.patched(3, {"name": "old", "thresholds": {"max": 1000}})
        self.delete(3)
        for value in range(300):
            self.client(f"c{value}").publish("iot/measurements", json.dumps({"sensor_id": 3, "value": value}), qos=1)
        for _ in range(2):
            now = self.shown(3)
            self.assertEqual((now["name"], now["type"], now["count"]), ("unknown 3", "unknown", 300))
            self.assertEqual(now["thresholds"], {"min": None, "max": None})
            self.assertEqual(sorted(self.values(3)), list(range(300)))
            hours = self.rest.get("/api/v1/series?sensor=3&step=3600").json()
            self.assertEqual(sum(step["count"] for step in hours), 300)
            self.broker.restart()

    def test_one_that_its_topic_tells_gets_another_number(self):
        given = []
        for value in (20, 21, 22):
            self.ingest("iot/attic/temp", str(value))
            given.append(self.sensor(device="attic")["id"])
            self.assertEqual(self.values(given[-1]), [value])
            self.delete(given[-1])
            if value == 21:
                self.broker.kill()
                self.broker.start()
        self.assertEqual(given, [100001, 100002, 100003])

    def test_what_was_retained_goes(self):
        self.measure(5, 1, type="voltage", unit="V")
        topics = ("sensors/5/state", "homeassistant/sensor/nightjar_5/config")
        watcher = self.client("watcher").subscribe(*((topic, 1) for topic in topics))
        watcher.take_many(2)
        self.delete(5)
        self.assertEqual([message.payload for message in watcher.take_many(2)], [b"", b""])
        self.client("late").subscribe(*((topic, 1) for topic in topics)).expect_nothing()

    def test_its_incidents_close(self):
        self.ingest("dht11/salon/data", {"temperature": 40})
        sensor = self.sensor(device="salon")["id"]
        self.rest.post("/api/monitoring/incidents/", {"sensor": sensor, "reason": "smoke"})
        self.assertEqual(len(self.rest.get("/api/monitoring/incidents/?status=open").json()), 2)
        self.delete(sensor)
        self.assertEqual(self.rest.get("/api/monitoring/incidents/?status=open").json(), [])
        for incident in self.rest.get(f"/api/monitoring/incidents/?status=closed&sensor={sensor}").json():
            history = self.rest.get(f"/api/monitoring/incidents/{incident['id']}/").json()["history"]
            self.assertEqual((history[-1]["status"], history[-1]["comment"]), ("closed", "the sensor was deleted"))
        self.assertEqual(self.rest.get("/mqtt/status/").json()["open_incidents"], 0)
        self.ingest("dht11/salon/data", {"temperature": 40})  # as on the first day
        self.assertEqual(len(self.rest.get("/api/monitoring/incidents/?status=open").json()), 1)


class NoNewSensors(SensorChangesCase):
    extra_conf = "plugin builtin:sensors\nplugin_opt_auto_create false\nplugin_opt_max_sensors 1"

    def test_only_what_was_declared(self):
        self.measure(1, 5)
        self.assertEqual(self.sensors(), [])
        self.assertEqual(self.rest.post(SENSORS, {"id": 1}).status, 201)
        self.measure(1, 5)
        self.assertEqual(self.values(1), [5])
        self.assert_http_error(self.rest.post(SENSORS, {"id": 2}), 409, "too_many_sensors")


class ChangeRights(SensorChangesCase):
    autostart = False

    def test_needs_the_right_to_write_to_control(self):
        self.start_with_acl("topic readwrite #\n")
        self.measure(3, 1)
        self.assert_http_error(self.patch(3, {"name": "x"}), 403, "denied")
        self.assert_http_error(self.rest.post(SENSORS, {"id": 4}), 403, "denied")
        self.assert_http_error(self.rest.request("DELETE", SENSORS + "3/"), 403, "denied")
        self.assertEqual(self.shown(3)["name"], "unknown 3")


class LimitsAndAnotherHysteresis(ReloadCase, SensorChangesCase):
    extra_conf = "plugin builtin:sensors\nplugin_opt_hysteresis level 1"
    narrow = (r"Warning: sensors: the limits of sensor 11, 0 to 4, are narrower than twice plugin_opt_hysteresis, which is 3 now: "
              r"no value could close an incident")

    def test_a_reload_and_a_start_tell(self):
        for sensor, high in ((11, 4), (12, 40)):
            self.measure(sensor, 2, type="level")
            self.patched(sensor, {"thresholds": {"min": 0, "max": high}})
        self.assertNotIn("narrower", self.broker.log())
        self.broker.extra_conf = self.broker.extra_conf.replace("level 1", "level 3")
        self.use(self.broker.conf())
        self.broker.wait_log(self.narrow)
        self.broker.stop()
        since = self.broker.log_size()
        self.broker.start()
        self.broker.wait_log(self.narrow, since)
        self.assertNotIn("sensor 12", self.broker.log()[since:])
