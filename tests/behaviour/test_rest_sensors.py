"""The sensors of system B over REST (features B-7, B-8, B-11, H2): exact shapes."""

import json

from harness import BrokerCase

SENSORS = "/api/monitoring/sensors/"
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$"


class NoSensors(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def test_empty_lists(self):
        for path in (SENSORS, "/api/monitoring/measurements/"):
            answer = self.rest.get(path)
            self.assertEqual((answer.status, answer.json()), (200, []))


class RestSensors(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def measure(self, **fields):
        self.client("esp32").publish("iot/measurements", json.dumps(fields), qos=1)

    def test_list(self):
        self.measure(sensor_id=12, type="humidity", value=40, unit="%")
        self.measure(sensor_id=3, type="light", value=2.57, unit="V")
        answer = self.rest.get(SENSORS)
        self.assertEqual(answer.status, 200, answer)
        sensors = {sensor["id"]: sensor for sensor in answer.json()}
        self.assertEqual(list(sensors), sorted(sensors))
        light = sensors[3]
        self.assertEqual(list(light)[:2], ["id", "name"])
        for key in ("type", "unit", "device", "source", "last", "status"):
            self.assertIn(key, light)
        self.assertEqual((light["name"], light["type"], light["unit"]), ("light 3", "light", "V"))
        self.assertEqual(light["last"]["value"], 2.57)
        self.assertRegex(light["last"]["created_at"], TIME)

    def test_exact_shape_of_the_systems(self):
        self.measure(sensor_id=4, type="light", value=1)
        answer = self.rest.get(SENSORS + "?fields=id,name")
        self.assertIn({"id": 4, "name": "light 4"}, answer.json())
        self.assertTrue(all(set(sensor) == {"id", "name"} for sensor in answer.json()))

    def test_one(self):
        self.measure(sensor_id=5, type="light", value=1, unit="V")
        self.measure(sensor_id=5, type="light", value=2, unit="V")
        for path in (SENSORS + "5/", SENSORS + "5"):
            sensor = self.rest.get(path).json()
            self.assertEqual((sensor["id"], sensor["name"], sensor["last"]["value"]), (5, "light 5", 2))
        self.assertEqual(sensor["count"], 2)

    def test_last(self):
        self.measure(sensor_id=6, type="light", value=2.57, unit="V")
        for path in (SENSORS + "6/last/", SENSORS + "6/last"):
            last = self.rest.get(path).json()
            self.assertEqual(set(last), {"sensor", "value", "unit", "created_at"})
            self.assertEqual((last["sensor"], last["value"], last["unit"]), (6, 2.57, "V"))
            self.assertRegex(last["created_at"], TIME)

    def test_device_time(self):
        self.measure(sensor_id=7, type="light", value=1, timestamp="1971-01-28T15:07:55Z")
        self.assertNotIn("1971", self.rest.get(SENSORS + "7/last/").json()["created_at"])

    def test_numbers_are_written_short(self):
        for value, text in ((2.57, b"2.57"), (25.0, b"25"), (-0.5, b"-0.5"), (0.1, b"0.1"), (1e21, b"1e"), (0, b"0")):
            self.measure(sensor_id=8, type="light", value=value)
            body = self.rest.get(SENSORS + "8/last/").body.replace(b" ", b"")
            self.assertIn(b'"value":' + text, body)
        self.assertNotIn(b"E0", body)

    def test_unknown_and_bad_ids(self):
        for tail in ("", "last/", "measurements/"):
            with self.subTest(tail):
                self.assert_http_error(self.rest.get(f"{SENSORS}999/{tail}"), 404)
                for bad in ("abc", "-1", "1.5", "99999999999999999999", "0x1", "%00"):
                    self.assertIn(self.rest.get(f"{SENSORS}{bad}/{tail}").status, (400, 404))
        self.assert_http_error(self.rest.get(SENSORS + "abc/"), 400)
