"""POST /api/monitoring/sensors/ID/merge: a sensor becomes part of another one, with all that it has and all that comes
(features B-6)."""

import json
import random
import signal
import threading
import time

from harness.rest import Rest
from harness.sensors import SensorsCase

SENSORS = "/api/monitoring/sensors/"


class MergeCase(SensorsCase):
    broker_per_test = True

    def measure(self, sensor, *values, **more):
        client = self.client("meter")
        for value in values:
            client.publish("iot/measurements", json.dumps({"sensor_id": sensor, "value": value, "type": "light", **more}),
                           qos=1)
        client.disconnect()

    def merge(self, sensor, into):
        return self.rest.post(f"{SENSORS}{sensor}/merge/", {"into": into})

    def merged(self, sensor, into):
        """The other one as it is then."""
        answer = self.merge(sensor, into)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def rows(self, path):
        return [(row["sensor"], row["value"]) for row in self.rest.get(path).json()]


class Merge(MergeCase):
    extra_conf = ("plugin builtin:sensors\nplugin_opt_homeassistant true\nplugin_opt_state_topic sensors/%i/state\n"
                  "plugin_opt_threshold light - 100")

    def test_values_stand_in_the_order_in_which_they_came(self):
        for value in range(1, 7):
            self.measure(3 if value % 2 else 7, value)
        target = self.merged(7, 3)
        self.assertEqual((target["id"], target["count"], target["last"]["value"]), (3, 6, 6))
        for _ in range(2):
            self.assertEqual(self.values(3), [1, 2, 3, 4, 5, 6])
            self.assertEqual({row[0] for row in self.rows("/api/monitoring/measurements")}, {3})
            self.assertEqual([s["id"] for s in self.sensors()], [3])
            self.assertEqual(sum(p["count"] for p in self.rest.get("/api/v1/series?sensor=3&step=3600").json()), 6)
            self.assertEqual(sum(p["count"] for p in self.rest.get("/api/v1/series?sensor=3&step=1").json()), 6)
            self.assertEqual(self.rest.get(SENSORS + "3/stats?n=10").json()["mean"], 3.5)
            refused = self.assert_http_error(self.rest.get(SENSORS + "7/"), 404)
            self.assertIn("merged into sensor 3", refused["detail"])
            self.broker.kill()
            self.broker.start()

    def test_page_by_page(self):
        for value in range(30):
            self.measure(7 if value % 3 else 3, value)
        self.merged(7, 3)
        for order in ("asc", "desc"):
            seen, path = [], f"{SENSORS}3/measurements/?limit=4&order={order}"
            while path:
                answer = self.rest.get(path)
                seen += [row["value"] for row in answer.json()]
                link = answer.headers["Link"]
                path = link and link[1:link.index(">")]
            self.assertEqual(seen, list(range(30)) if order == "asc" else list(range(30))[::-1])

    def test_what_still_comes_feeds_the_other(self):
        self.ingest("iot/hall/temp", "20")
        self.ingest("iot/attic/temp", "30")
        hall, attic = self.sensor(device="hall")["id"], self.sensor(device="attic")["id"]
        self.measure(3, 1)
        self.measure(7, 2)
        state = self.client("state").subscribe(("sensors/#", 1), ("homeassistant/#", 1))
        self.merged(hall, attic)
        self.merged(7, 3)
        for start in range(2):
            self.ingest("iot/hall/temp", str(21 + start))
            self.measure(7, 3 + start)
            self.broker.kill()
            self.broker.start()
        self.assertEqual(self.values(attic), [20, 30, 21, 22])
        self.assertEqual(self.values(3), [1, 2, 3, 4])
        self.assertEqual(sorted(s["id"] for s in self.sensors()), sorted([3, attic]))
        state.close()

    def test_nothing_of_it_stays_retained(self):
        self.measure(3, 1)
        self.measure(7, 2)
        self.merged(7, 3)
        topics = [row["topic"] for row in self.rest.get("/api/v1/retained").json()]
        self.assertIn("homeassistant/sensor/nightjar_3/config", topics)
        self.assertFalse([topic for topic in topics if "nightjar_7" in topic or topic == "sensors/7/state"], topics)

    def test_incidents_go_along(self):
        self.measure(3, 1)
        self.measure(7, 101)
        self.merged(7, 3)
        incident, = self.rest.get("/api/monitoring/incidents/?sensor=3").json()
        self.assertEqual((incident["sensor"], incident["status"], incident["type"]), (3, "closed", "light"))
        step = self.rest.get(f"/api/monitoring/incidents/{incident['id']}").json()["history"][-1]
        self.assertEqual(step["comment"], "the sensor was merged into 3")
        self.assertEqual(self.sensor(id=3)["status"], "ok")
        for path in ("/api/monitoring/incidents/?sensor=7", "/incident/archive/list/?sensor=7&limit=1"):
            self.assertIn("merged into sensor 3", self.assert_http_error(self.rest.get(path), 404)["detail"])
        self.measure(7, 102)
        opened, = self.rest.get("/api/monitoring/incidents/?sensor=3&status=open").json()
        self.assertEqual(opened["sensor"], 3)

    def test_one_after_the_other_and_then_delete(self):
        for sensor in (3, 7, 8):
            self.measure(sensor, sensor)
        self.merged(8, 7)
        self.merged(7, 3)
        self.assertEqual(self.values(3), [3, 7, 8])
        self.assertEqual(self.rest.request("DELETE", SENSORS + "3/").status, 204)
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.sensors(), [])
        self.assertEqual(self.rows("/api/monitoring/measurements"), [])
        self.measure(8, 80)
        self.assertEqual(self.values(8), [80])
        self.assertEqual(self.rest.get(SENSORS + "3/").status, 404)

    def test_one_unit(self):
        self.measure(3, 1, unit="V")
        self.measure(7, 2)
        self.merged(7, 3)
        self.measure(7, 3, unit="mV")
        self.measure(3, 4, unit="mV")
        self.measure(7, 5, unit="V")
        self.measure(7, 6)
        rows = self.rest.get(SENSORS + "3/measurements/?order=asc").json()
        self.assertEqual([(row["value"], row["unit"]) for row in rows], [(1, "V"), (2, "V"), (5, "V"), (6, "V")])
        self.assertEqual(self.rest.get("/api/v1/ingest/rejected").json()["counts"], {"other_unit": 2})

    def test_ids_of_new_sensors_after_a_reload(self):
        self.measure(4294967294, 20)
        self.ingest("iot/hall/light", "20")
        self.merged(self.sensor(device="hall")["id"], 4294967294)
        self.broker.process.send_signal(signal.SIGHUP)
        self.broker.wait_log("The new configuration counts")
        for place in ("attic", "cellar", "roof"):
            self.ingest(f"iot/{place}/light", "20")
        self.assertEqual([s["id"] for s in self.sensors()], [100002, 100003, 100004, 4294967294])

    def unmerge(self, sensor):
        return self.rest.request("DELETE", f"{SENSORS}{sensor}/merge/")

    def test_taken_out_again(self):
        self.ingest("iot/hall/light", "20")
        hall = self.sensor(device="hall")["id"]
        self.measure(3, 1)
        self.measure(7, 2)
        for part in (7, hall):
            self.assertEqual(self.merged(part, 3)["id"], 3)
        self.ingest("iot/hall/light", "21")
        self.measure(7, 3)
        self.assertEqual(self.rest.get(SENSORS + "3/").json()["parts"], [7, hall])
        answer = self.unmerge(7)
        self.assertEqual((answer.status, answer.json()["id"], answer.json()["count"]), (200, 7, 1), answer)
        topics = [row["topic"] for row in self.rest.get("/api/v1/retained").json()]
        self.assertIn("homeassistant/sensor/nightjar_7/config", topics)
        self.assertEqual(self.unmerge(hall).status, 200)
        self.assert_http_error(self.unmerge(7), 404, "not_merged")
        self.assert_http_error(self.unmerge(9), 404, "not_merged")
        self.assert_http_error(self.unmerge("x"), 400, "bad_id")
        for more in range(2):
            self.ingest("iot/hall/light", str(22 + more))
            self.measure(7, 4 + more)
            self.measure(3, 10 + more)
            self.broker.kill()
            self.broker.start()
        self.assertEqual(self.values(hall), [20, 22, 23])
        self.assertEqual(self.values(7), [2, 4, 5])
        self.assertEqual(self.values(3), [1, 21, 3, 10, 11])  # with what came while it had the others
        self.assertEqual(self.rest.get(SENSORS + "3/").json()["parts"], [])

    def test_what_its_device_says_then_is_said_of_it(self):
        device = self.client("device")
        device.publish("iot/hall/light", b"20", qos=1)
        self.measure(3, 1)
        hall = self.sensor(device="hall")["id"]
        self.merged(hall, 3)
        device.publish("iot/hall/light", b"21", qos=1)
        self.assertEqual(self.unmerge(hall).status, 200)
        watcher = self.client("watcher").subscribe((f"sensors/{hall}/state", 0))
        state = watcher.expect_publish(f"sensors/{hall}/state")
        self.assertEqual((state.retain, json.loads(state.payload)["value"]), (True, 20))
        device.publish("iot/hall/light", b"nan", qos=1)
        said = [self.rest.get(f"{SENSORS}{id}/").json()["live"]["not_a_number"] for id in (3, hall)]
        self.assertEqual(said, [0, 1])

    def test_past_values_too(self):
        self.measure(3, 1)
        self.measure(7, 2)
        self.merged(7, 3)
        line = {"sensor": 7, "value": 0, "created_at": "2024-01-28T15:07:55Z"}
        self.assertEqual(self.rest.post("/api/v1/measurements", json.dumps(line)).json()["stored"], 1)
        self.assertEqual(sorted(self.values(3)), [0, 1, 2])

    def test_refusals(self):
        self.measure(3, 1, unit="V")
        self.measure(4, 1, unit="mV")
        self.ingest("iot/hall/temp", "20")
        hall = self.sensor(device="hall")["id"]
        before = self.sensors()
        for sensor, into, status, error in ((3, 3, 409, "same_sensor"), (3, 9, 404, "unknown_sensor"), (9, 3, 404, None),
                                            (3, 4, 409, "other_unit"), (hall, 3, 409, "other_type"), (3, 0, 400, None),
                                            (3, "x", 400, None), (3, None, 400, None), ("x", 3, 400, "bad_id")):
            with self.subTest((sensor, into)):
                self.assert_http_error(self.merge(sensor, into), status, error)
        for body in ("", "[]", "{}", '{"into":4,"and":1}'):
            self.assert_http_error(self.rest.post(SENSORS + "3/merge", body), 400)
        self.assertEqual(self.sensors(), before)
        self.measure(5, 1, unit="V")
        self.merged(5, 3)
        self.assert_http_error(self.rest.post(SENSORS, {"id": 5}), 409, "was_merged")
        self.assert_http_error(self.merge(5, 3), 404)


class Rights(SensorsCase):
    autostart = False

    def test_only_who_may_write_the_control_topic(self):
        self.start_with_acl("topic readwrite iot/#\ntopic read /api/#\n")
        for sensor in (3, 7):
            self.ingest("iot/measurements", {"sensor_id": sensor, "value": 1})
        self.assert_http_error(self.rest.post(SENSORS + "7/merge", {"into": 3}), 403)
        self.assert_http_error(self.rest.request("DELETE", SENSORS + "7/merge"), 403)
        self.assertEqual(len(self.sensors()), 2)


class Killed(MergeCase):
    """kill -9 at any moment: what was answered stays, nothing is lost or there twice, and others go on meanwhile."""

    def test_at_any_moment(self):
        randomly = random.Random(7)
        merges = 0
        for round_number in range(6):
            part = 10 + round_number
            self.measure(3, round_number)
            self.measure(part, *range(100, 120))
            answered = []
            asking = threading.Thread(target=self.ask, args=(part, answered))
            asking.start()
            time.sleep(randomly.random() * 0.004)  # the moment, not a wait
            self.broker.kill()
            asking.join()
            self.broker.start()
            ids = [s["id"] for s in self.sensors()]
            if answered:
                self.assertNotIn(part, ids)
            merges += part not in ids
            self.assertEqual(len(self.values(3)) + sum(len(self.values(i)) for i in ids if i != 3),
                             (round_number + 1) * 21)
        self.assertEqual(len(self.values(3)), 6 + merges * 20)

    def ask(self, part, answered):
        try:
            if Rest(self.broker.http_port).post(f"{SENSORS}{part}/merge", {"into": 3}).status == 200:
                answered.append(part)
        except OSError:
            pass
        except Exception as error:  # http.client's: the answer was cut
            if type(error).__module__ != "http.client":
                raise
