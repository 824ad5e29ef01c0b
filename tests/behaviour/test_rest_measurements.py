"""Lists of measurements (features B-9, B-10, H8, H10): newest first, pages by Link, ranges of time."""

import json
import re

from harness import BrokerCase, MqttClient, TcpTransport

ALL = "/api/monitoring/measurements/"


class RestMeasurements(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        client = MqttClient(TcpTransport(cls.broker.port)).connect("esp32")
        for number in range(1250):
            body = {"sensor_id": 1 + number % 2, "type": "light", "value": number, "unit": "V"}
            client.publish("iot/measurements", json.dumps(body), qos=1)
        client.disconnect()

    def values(self, path):
        answer = self.rest.get(path)
        self.assertEqual(answer.status, 200, answer)
        return [row["value"] for row in answer.json()]

    def test_shape_and_order(self):
        rows = self.rest.get(ALL).json()
        self.assertEqual(set(rows[0]), {"id", "sensor", "value", "unit", "created_at"})
        self.assertEqual([row["value"] for row in rows], list(range(1249, 249, -1)))
        self.assertEqual(rows[0]["sensor"], 2)
        self.assertEqual(rows[0]["unit"], "V")
        ids = [row["id"] for row in rows]
        self.assertEqual(ids, sorted(ids, reverse=True))
        self.assertTrue(all(isinstance(row_id, int) for row_id in ids))

    def test_one_sensor(self):
        for path in ("/api/monitoring/sensors/1/measurements/", "/api/monitoring/sensors/1/measurements"):
            self.assertEqual(self.values(path), list(range(1248, -1, -2)))

    def test_points(self):
        rows = self.rest.get("/api/monitoring/sensors/1/measurements/?points=10").json()
        self.assertLessEqual(len(rows), 10)
        self.assertEqual(sum(row["count"] for row in rows), 625)
        self.assertEqual((rows[0]["min"], rows[-1]["max"]), (0, 1248))
        self.assertEqual([row["t"] for row in rows], sorted(row["t"] for row in rows))
        mean = sum(row["value"] * row["count"] for row in rows) / 625
        self.assertAlmostEqual(mean, 624, places=6)
        self.assertTrue(all(row["min"] <= row["value"] <= row["max"] for row in rows))
        one = self.rest.get("/api/monitoring/sensors/1/measurements/?points=1").json()
        self.assertEqual((len(one), one[0]["count"]), (1, 625))
        for wrong in ("points=0", "points=-1", "points=many", "points=5&format=csv"):
            self.assertEqual(self.rest.get("/api/monitoring/sensors/1/measurements/?" + wrong).status, 400, wrong)
        self.assertEqual(self.rest.get("/api/monitoring/sensors/99/measurements/?points=5").status, 404)

    def test_limit(self):
        self.assertEqual(self.values(ALL + "?limit=3"), [1249, 1248, 1247])
        self.assertEqual(self.values("/api/monitoring/sensors/2/measurements/?limit=2"), [1249, 1247])
        self.assertEqual(len(self.values(ALL + "?limit=10000")), 1250)

    def test_ascending(self):
        self.assertEqual(self.values(ALL + "?order=asc&limit=3"), [0, 1, 2])

    def test_pages(self):
        for start, wanted in ((ALL + "?limit=300", list(range(1249, -1, -1))),
                              (ALL + "?limit=300&order=asc", list(range(1250))),
                              ("/api/monitoring/sensors/1/measurements/?limit=100", list(range(1248, -1, -2)))):
            with self.subTest(start):
                path, values, pages = start, [], 0
                while path:
                    answer = self.rest.get(path)
                    values += [row["value"] for row in answer.json()]
                    link = re.search(r'<([^>]+)>; *rel="?next"?', answer.headers["Link"] or "")
                    path = re.sub(r"^https?://[^/]+", "", link[1]) if link else None
                    pages += 1
                    self.assertLess(pages, 20)
                self.assertEqual(values, wanted)

    def test_before(self):
        rows = self.rest.get(ALL + "?limit=3").json()
        self.assertEqual(self.values(f"{ALL}?before={rows[2]['id']}&limit=2"), [1246, 1245])

    def test_range_of_time(self):
        rows = self.rest.get(ALL + "?limit=1").json()
        self.assertEqual(self.values(ALL + "?from=2100-01-01T00:00:00Z"), [])
        self.assertEqual(self.values(ALL + "?to=2001-01-01T00:00:00Z"), [])
        self.assertEqual(self.values(ALL + "?from=2001-01-01T00:00:00Z&limit=1"), [1249])
        self.assertEqual(self.values(ALL + "?from=978307200&to=4102444800&limit=1"), [1249])
        self.assertEqual(self.values(ALL + "?from=978307200000&to=4102444800000&limit=1"), [1249])
        self.assertEqual(self.values(ALL + "?from=2001-01-01T02:00:00%2B02:00&limit=1"), [1249])
        self.assertIn(1249, self.values(ALL + "?from=" + rows[0]["created_at"]))
