"""ETag and If-None-Match on what pages ask for again and again (features H6, RFC 9110 section 13.1.2)."""

from harness.sensors import SensorsCase

PATHS = ("/api/monitoring/sensors/", "/api/monitoring/sensors/3/", "/api/monitoring/sensors/3/last/",
         "/api/monitoring/measurements/", "/api/monitoring/sensors/3/measurements/?format=csv",
         "/api/monitoring/sensors/3/measurements?points=10", "/api/v1/series?sensor=3&step=60",
         "/api/monitoring/incidents/", "/api/monitoring/incidents/1", "/incident/archive/list/", "/incident/archive/1",
         "/latest/", "/api/")


class Revalidation(SensorsCase):
    broker_per_test = True

    def setUp(self):
        super().setUp()
        self.measure(2.5)
        self.ingest("dht11/sensor/data", {"temperature": 40, "humidity": 50})

    def measure(self, value):
        self.ingest("iot/measurements", {"sensor_id": 3, "value": value, "type": "light"})

    def get(self, path, tag=None):
        return self.rest.get(path, {"If-None-Match": tag} if tag else {})

    def test_nothing_is_sent_twice(self):
        for path in PATHS:
            with self.subTest(path):
                first = self.get(path)
                self.assertEqual((first.status, first.headers["Cache-Control"]), (200, "private, no-cache"), first)
                tag = first.headers["ETag"]
                for names in (tag, "W/" + tag, f'"other", {tag}', "*"):
                    again = self.get(path, names)
                    self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, b"", tag), names)
                    self.assertNotIn("Content-Length", again.headers)
                self.assertEqual(self.get(path, '"other"').body, first.body)
                head = self.rest.request("HEAD", path)
                self.assertEqual((head.status, head.headers["ETag"]), (200, tag))

    def test_what_has_changed_is_sent(self):
        tags = {path: self.get(path).headers["ETag"] for path in PATHS[:4]}
        self.measure(2.6)
        for path, tag in tags.items():
            with self.subTest(path):
                answer = self.get(path, tag)
                self.assertEqual(answer.status, 200)
                self.assertNotEqual(answer.headers["ETag"], tag)
                self.assertEqual(self.get(path, answer.headers["ETag"]).status, 304)

    def test_the_same_over_a_restart(self):
        tag = self.get(PATHS[3]).headers["ETag"]
        self.broker.restart()
        self.assertEqual(self.get(PATHS[3], tag).status, 304)

    def test_several_fields_are_one_list(self):
        tag = self.get(PATHS[0]).headers["ETag"]
        head = self.rest.exchange(f"GET {PATHS[0]} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                  f'If-None-Match: "other"\r\nIf-None-Match: {tag}\r\n\r\n'.encode())
        self.assertTrue(head.startswith(b"HTTP/1.1 304 "), head[:200])

    def test_refusals_and_writes_have_none(self):
        self.assertNotIn("ETag", self.get("/api/monitoring/sensors/77/", "*").headers)
        answer = self.rest.post("/publish", {"topic": "a", "msg": "x"}, {"If-None-Match": "*"})
        self.assertEqual(answer.status, 200)
