"""POST /api/v1/measurements: values of the past, with their own times, on disk before the answer (features B-18)."""

import json
import time
from datetime import datetime

from harness.sensors import SensorsCase

PATH = "/api/v1/measurements"


def lines(*rows):
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n"


class History(SensorsCase):
    broker_per_test = True

    def send(self, *rows, query=""):
        return self.rest.post(PATH + query, lines(*rows))

    def rows(self, sensor, query=""):
        answer = self.rest.get(f"/api/monitoring/sensors/{sensor}/measurements/?order=asc{query}")
        self.assertEqual(answer.status, 200, answer)
        return [(row["value"], row["created_at"]) for row in answer.json()]

    def test_values_keep_their_times_over_a_crash(self):
        answer = self.send({"sensor": 3, "value": 2.57, "unit": "V", "type": "light", "name": "Capteur Lumière",
                            "created_at": "2024-01-28T15:07:55.123Z"},
                           {"sensor_id": "3", "value": "25", "timestamp": "2024-01-28 16:08:00.5+01"},
                           {"sensor": 3, "value": -1e-9, "t": 1706454481250})
        self.assertEqual((answer.status, answer.json()), (200, {"stored": 3, "refused": []}))
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.rows(3), [(2.57, "2024-01-28T15:07:55.123Z"), (25, "2024-01-28T15:08:00.500Z"),
                                        (-1e-9, "2024-01-28T15:08:01.250Z")])
        sensor = self.sensor(id=3)
        self.assertEqual([sensor[name] for name in ("name", "type", "unit", "source")],
                         ["Capteur Lumière", "light", "V", "measurement"])
        chart = self.rest.get("/api/v1/series?sensor=3&step=3600").json()
        self.assertEqual([(point["t"] // 3600000, point["count"]) for point in chart], [(1706454000000 // 3600000, 3)])

    def test_times_are_exact_behind_newer_values_too(self):
        self.ingest("iot/measurements", {"sensor_id": 3, "value": 1})
        times = [f"2023-05-0{day}T00:00:00.{ms:03}Z" for day in (9, 1, 5) for ms in (1, 999, 500)]
        self.assertEqual(self.send(*({"sensor": 3, "value": n, "created_at": when}
                                     for n, when in enumerate(times))).json()["stored"], 9)
        self.assertEqual(self.rows(3, "&to=2023-12-31"), list(enumerate(times)))
        self.ingest("iot/measurements", {"sensor_id": 3, "value": 2})
        self.assertEqual(self.rest.get("/api/monitoring/sensors/3/last/").json()["value"], 2)

    def test_instead_of_what_was_deleted(self):
        self.ingest("iot/measurements", {"sensor_id": 3, "value": 1})
        self.assertEqual(self.rest.request("DELETE", "/api/monitoring/sensors/3/").status, 204)
        row = {"sensor": 3, "value": 5, "created_at": "2024-01-28T15:07:55Z"}
        self.assertEqual(self.send(row).json(), {"stored": 1, "refused": []})
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.rows(3), [(5, row["created_at"])])

    def test_a_chart_of_all_times_whatever_came_first(self):
        times = [f"2024-01-{day:02}T15:07:55.000Z" for day in (28, 27, 30, 26, 29)]
        self.send(*({"sensor": 3, "value": 1, "created_at": when} for when in times))
        points = self.rest.get("/api/v1/series?sensor=3&points=5").json()
        self.assertEqual([point["count"] for point in points], [1] * 5)
        for point, when in zip(points, sorted(times)):
            self.assertGreaterEqual(point["last_t"], datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp() * 1000)

    def test_a_day_in_24_points_is_hours(self):
        self.send(*({"sensor": 3, "value": hour, "created_at": f"2024-01-28T{hour:02}:30:00Z"} for hour in range(24)),
                  {"sensor": 3, "value": 99, "created_at": "2024-01-29T00:30:00Z"})
        day = "from=2024-01-28T00:00:00Z&to=2024-01-29T00:00:00Z"
        for path in ("/api/v1/series?sensor=3&", "/api/monitoring/sensors/3/measurements?"):
            for how in ("points=24", "points=25"):
                points = self.rest.get(path + how + "&" + day).json()
                self.assertEqual([(point["value"], point["count"]) for point in points], [(n, 1) for n in range(24)])
        for path in ("/api/v1/series?sensor=3&", "/api/monitoring/sensors/3/measurements?"):
            points = self.rest.get(path + "step=7200&to=2024-01-28T23:59:59Z").json()
            self.assertEqual([point["count"] for point in points], [2] * 12)

    def test_wrong_lines_are_named_and_the_others_stored(self):
        good = {"sensor": 3, "value": 1, "created_at": "2024-01-28T15:07:55Z"}
        wrong = [("{", "bad_json"), ("[1]", "bad_json"), ({**good, "sensor": None}, "no_sensor"),
                 ({**good, "sensor": 0}, "bad_sensor_id"), ({**good, "sensor": 1.5}, "bad_sensor_id"),
                 ({**good, "sensor": 4294967296}, "bad_sensor_id"), ({**good, "value": ""}, "no_value"),
                 ({**good, "value": "warm"}, "not_a_number"), ({**good, "value": True}, "not_a_number"),
                 ('{"sensor":3,"value":1e400,"created_at":"2024-01-28T15:07:55Z"}', "not_a_number"),
                 ({"sensor": 3, "value": 1}, "no_time"), ({**good, "created_at": "yesterday"}, "bad_time"),
                 ({**good, "created_at": "2024-01-28T15:07:55"}, "bad_time"), ({**good, "created_at": -5}, "bad_time"),
                 ({**good, "created_at": time.time() + 100000}, "in_the_future"),
                 ({**good, "name": 5}, "bad_text"), ({**good, "unit": "x" * 201}, "bad_text"),
                 ({**good, "topic": "x" * 65_536}, "bad_text"), ({**good, "other": "x" * 400_000}, "too_long")]
        answer = self.send(good, *(row for row, _ in wrong), "", good)
        self.assertEqual(answer.status, 200, answer)
        body = answer.json()
        self.assertEqual(body["stored"], 2)
        self.assertEqual([(r["line"], r["error"]) for r in body["refused"]],
                         [(n, error) for n, (_, error) in enumerate(wrong, 2)])
        self.assertIn('"warm"', body["refused"][7]["detail"])
        self.assertEqual(len(self.rows(3)), 2)

    def test_strict_is_all_or_nothing(self):
        good = {"sensor": 3, "value": 1, "created_at": "2024-01-28T15:07:55Z"}
        refused = self.assert_http_error(self.send(good, "{", query="?strict=true"), 400, "bad_lines")
        self.assertEqual([r["line"] for r in refused["refused"]], [2])
        self.assertIsNone(self.sensor(id=3))
        self.assertEqual(self.send(good, query="?strict=true").json()["stored"], 1)

    def test_the_past_tells_nothing_of_now(self):
        watcher = self.client("watcher").subscribe(("dht11/alerts", 1), ("sensors/+/state", 1))
        self.rest.post("/mqtt/disconnect/", {})  # nor does a pause stop it
        self.send({"sensor": 3, "type": "temperature", "value": 99, "created_at": "2024-01-28T15:07:55Z"})
        watcher.expect_nothing()
        self.assertEqual(self.rest.get("/api/monitoring/incidents/").json(), [])
        self.assertEqual(self.rows(3), [(99, "2024-01-28T15:07:55Z")])

    def test_limits(self):
        self.assertEqual(self.send().json(), {"stored": 0, "refused": []})
        self.assert_http_error(self.rest.post(PATH, "{}\n" * 10001), 413, "too_many_lines")
        self.assert_http_error(self.rest.post(PATH, "x" * (1 << 20) + "x"), 413, "too_large")

    def test_a_device_goes_on_where_the_history_ends(self):
        self.send({"sensor": 100007, "value": 20, "unit": "°C", "type": "temperature", "device": "salon",
                   "source": "dht11", "topic": "dht11/salon/data", "name": "salon temperature",
                   "created_at": "2024-01-28T15:07:55Z"})
        self.ingest("dht11/salon/data", {"temperature": 21})
        self.assertEqual([s["id"] for s in self.sensors()], [100007])
        self.assertEqual(self.values(100007), [20, 21])
        # A second sensor of that topic is the file's alone, also after a start.
        self.send({"sensor": 50, "value": 1, "type": "temperature", "device": "salon", "source": "dht11",
                   "topic": "dht11/salon/data", "created_at": "2024-01-28T15:07:55Z"})
        self.broker.restart()
        self.ingest("dht11/salon/data", {"temperature": 22})
        self.assertEqual(self.values(100007), [20, 21, 22])


class HistoryCap(SensorsCase):
    extra_conf = "plugin builtin:sensors\nplugin_opt_source measurement iot/measurements\nplugin_opt_max_sensors 2"

    def test_no_more_sensors_than_allowed(self):
        answer = self.rest.post(PATH, lines(*({"sensor": n, "value": n, "created_at": 1700000000} for n in (1, 2, 3, 2))))
        self.assertEqual(answer.json()["stored"], 3)
        self.assertEqual([(r["line"], r["error"]) for r in answer.json()["refused"]], [(3, "too_many_sensors")])
        self.assertIn("plugin_opt_max_sensors is 2", answer.json()["refused"][0]["detail"])


class HistoryRights(SensorsCase):
    autostart = False

    def test_needs_the_right_to_write_to_control(self):
        acl = self.broker.directory + "/acl"
        row = lines({"sensor": 3, "value": 1, "created_at": 1700000000})
        for extra, status in (("", 403), ("topic readwrite $CONTROL/sensors\n", 200)):
            with open(acl, "w") as file:
                file.write("topic readwrite #\n" + extra)
            self.broker.extra_conf = f"acl_file {acl}"
            self.broker.start()
            answer = self.rest.post(PATH, row)
            self.assertEqual(answer.status, status, answer)
            self.broker.stop()
