"""Plain numbers on `iot/<place>/<category>` and `iot/+/sensor/<place>/<category>` (features C-1 to C-6)."""

import json

from harness.sensors import SensorsCase

GOOD = {"23.4": 23.4, " 23.4 ": 23.4, "-5": -5, "+5": 5, "1e2": 100, "2.5E-1": 0.25, "23.4 °C": 23.4, "40 %": 40,
        "0": 0, "ON": 1, "OFF": 0, "true": 1, "false": 0, "7\n": 7}
BAD = ["nan", "NaN", "inf", "-Infinity", "23,4", "", " ", "warm", "0x10", "1e999", "12abc", "{}", b"\xff", b"1\x002"]


class SensorsPlain(SensorsCase):
    def test_the_systems_own_line(self):
        self.ingest("iot/livingroom/temp", "23.4")
        sensor = self.sensor(name="livingroom temp")
        self.assertGreaterEqual(sensor["id"], 100001)
        self.assertEqual((sensor["type"], sensor["last"]["value"]), ("temperature", 23.4))

    def test_four_levels(self):
        self.ingest("iot/yanjo/sensor/kitchen/illuminate", "320")
        self.assertEqual(self.sensor(name="kitchen illuminate")["last"]["value"], 320)

    def test_category_aliases(self):
        for category, kind in (("temp", "temperature"), ("temperature", "temperature"), ("humi", "humidity"),
                               ("humidity", "humidity"), ("illu", "light"), ("illuminate", "light"), ("light", "light")):
            self.ingest(f"iot/alias/{category}", "25")
            with self.subTest(category):
                self.assertEqual(self.sensor(name=f"alias {category}")["type"], kind)

    def test_accepted_numbers(self):
        for text in GOOD:
            self.ingest("iot/good/light", text)
        self.assertEqual(self.values(self.sensor(name="good light")["id"]), list(GOOD.values()))

    def test_rejected(self):
        for text in BAD:
            with self.subTest(text):
                self.ingest("iot/bad/light", text)
        self.assertIsNone(self.sensor(name="bad light"))
        self.assert_healthy()

    def test_rejected_values_leave_the_sensor_as_it_was(self):
        self.ingest("iot/mixed/light", "1")
        self.ingest("iot/mixed/light", "nan")
        self.ingest("iot/mixed/light", "2")
        self.assertEqual(self.values(self.sensor(name="mixed light")["id"]), [1, 2])

    def test_a_sensor_that_says_nan(self):
        reader = self.client("reader")
        self.ingest("iot/wet/humi", "nan")
        self.assertIsNone(self.sensor(name="wet humi"))
        self.ingest("iot/wet/humi", "55")
        sensor = self.sensor(name="wet humi")["id"]
        path = f"/api/monitoring/sensors/{sensor}/"
        self.ingest("iot/wet/humi", "nan")
        self.ingest("iot/wet/humi", " NaN ")
        live = self.rest.get(path).json()["live"]
        self.assertEqual((live["not_a_number"], live["says_not_a_number"]), (2, True))
        reader.subscribe((f"sensors/{sensor}/state", 0))
        self.wait_until(lambda: self.state(reader) == (None, "not_a_number"), "said")
        self.ingest("iot/wet/humi", "56")
        self.wait_until(lambda: self.state(reader) == (56, None), "a number again")
        live = self.rest.get(path).json()["live"]
        self.assertEqual((live["not_a_number"], live["says_not_a_number"]), (2, False))
        self.assertEqual(self.values(sensor), [55, 56])

    @staticmethod
    def state(reader):
        said = json.loads(reader.take().payload)
        return said["value"], said.get("problem")

    def test_other_depths_are_not_measurements(self):
        before = len(self.sensors())
        for topic in ("iot/x", "iot/a/b/c", "iot/a/b/c/d", "iot/a/sensor/b"):
            self.ingest(topic, "5")
        self.assertEqual(len(self.sensors()), before)

    def test_names_in_utf8(self):
        self.ingest("iot/Salon d'été/humidité", "45")
        self.assertEqual(self.sensor(name="Salon d'été humidité")["last"]["value"], 45)

    def test_found_by_place_and_category(self):
        for topic in ("iot/attic/temp", "iot/attic/humi", "iot/yanjo/sensor/attic/temp"):
            self.ingest(topic, "20")
        path = "/api/monitoring/sensors/?place=attic"
        topics = [sensor["topic"] for sensor in self.rest.get(path + "&category=temp").json()]
        self.assertEqual(topics, ["iot/attic/temp", "iot/yanjo/sensor/attic/temp"])
        self.assertEqual(len(self.rest.get(path).json()), 3)
        self.assertEqual(self.rest.get("/api/monitoring/sensors/?place=nowhere").json(), [])
