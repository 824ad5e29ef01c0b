"""`iot/measurements` (features B-1, B-2, B-13, H9, P3): ids, names, units, arrays, what is refused."""

from harness.sensors import SensorsCase

TOPIC = "iot/measurements"


class SensorsMeasurement(SensorsCase):
    def test_the_devices_own_id(self):
        self.ingest(TOPIC, '{"sensor_id":3,"type":"light","value":2.57,"unit":"V"}')
        last = self.rest.get("/api/monitoring/sensors/3/last/").json()
        self.assertEqual((last["sensor"], last["value"], last["unit"]), (3, 2.57, "V"))
        self.assertEqual(self.sensor(id=3)["name"], "light 3")

    def test_at_each_qos(self):
        for qos in (1, 2):
            self.ingest(TOPIC, {"sensor_id": 20, "type": "light", "value": qos}, qos)
        self.assertEqual(self.values(20), [1, 2])
        self.ingest(TOPIC, {"sensor_id": 20, "type": "light", "value": 0}, 0)
        self.wait_until(lambda: self.values(20) == [1, 2, 0], "the QoS 0 value is stored")

    def test_type_may_be_missing_and_come_later(self):
        self.ingest(TOPIC, {"sensor_id": 21, "value": 1})
        self.assertEqual(self.sensor(id=21)["type"], "unknown")
        self.ingest(TOPIC, {"sensor_id": 21, "type": "light", "value": 2})
        self.ingest(TOPIC, {"sensor_id": 21, "value": 3})
        self.assertEqual(self.sensor(id=21)["type"], "light")
        self.assertEqual(self.values(21), [1, 2, 3])

    def test_text_numbers(self):
        self.ingest(TOPIC, {"sensor_id": "22", "type": "light", "value": "25.5"})
        self.assertEqual(self.values(22), [25.5])

    def test_two_messages_of_a_dht22(self):
        self.ingest(TOPIC, {"sensor_id": 1, "type": "temperature", "value": 21.5, "unit": "°C"})
        self.ingest(TOPIC, {"sensor_id": 2, "type": "humidity", "value": 48, "unit": "%"})
        self.assertEqual((self.values(1), self.values(2)), ([21.5], [48]))
        self.assertEqual(self.rest.get("/api/monitoring/sensors/1/last/").json()["unit"], "°C")

    def test_array(self):
        batch = [{"sensor_id": 23 + number % 2, "type": "light", "value": number} for number in range(10)]
        self.ingest(TOPIC, batch)
        self.assertEqual((self.values(23), self.values(24)), ([0, 2, 4, 6, 8], [1, 3, 5, 7, 9]))

    def test_whole_float_id_and_large_values(self):
        for value in (0, -0.001, 1e300, 5e-324, -40):
            self.ingest(TOPIC, {"sensor_id": 25, "type": "light", "value": value})
        self.assertEqual(self.values(25), [0, -0.001, 1e300, 5e-324, -40])

    def test_numbers_are_stored_as_they_were_written(self):
        written = ["-3.9100000858306885", "21.399999618530273", "0.1", "1e-7", "123456789.12345679", "5e-324"]
        for text in written:
            self.ingest("iot/measurements", f'{{"sensor_id": 7, "value": {text}}}')
        answer = self.rest.get("/api/monitoring/sensors/7/measurements/?order=asc&format=csv").body.decode()
        self.assertEqual(self.values(7), [float(text) for text in written], answer)

    def test_rejected(self):
        before = {sensor["id"] for sensor in self.sensors()}
        for payload in ("", "{", "null", "5", '"x"', "[]x", '{"sensor_id":30}', '{"value":1}', '{"sensor_id":0,"value":1}',
                        '{"sensor_id":-1,"value":1}', '{"sensor_id":1.5,"value":1}', '{"sensor_id":"x","value":1}',
                        '{"sensor_id":30,"value":"warm"}', '{"sensor_id":30,"value":null}', '{"sensor_id":30,"value":NaN}',
                        '{"sensor_id":30,"value":1e400}', '{"sensor_id":30,"value":"nan"}', '{"sensor_id":30,"value":"inf"}',
                        '{"sensor_id":30,"value":[1]}', '{"sensor_id":30,"value":{}}', '{"sensor_id":30,"value":true}',
                        '{"sensor_id":99999999999999999999,"value":1}', b"\xff\xfe\x00", "[" * 20000, b"x" * 1000000,
                        '{"value":[{"sensor_id":30,"value":1}]}'):
            with self.subTest(payload[:40]):
                self.ingest(TOPIC, payload)
        after = {sensor["id"] for sensor in self.sensors()}
        self.assertEqual(after - before, set())
        self.assertEqual(self.values(30), [])
        self.assert_healthy()

    def test_an_id_that_belongs_to_another_source_is_refused(self):
        self.ingest("iot/attic/light", "5")
        sensor = self.sensor(name="attic light")["id"]
        self.ingest(TOPIC, {"sensor_id": sensor, "type": "light", "value": 6})
        self.assertEqual(self.values(sensor), [5])

    def test_rejected_messages_are_still_routed(self):
        reader = self.client("reader").subscribe((TOPIC, 1))
        self.ingest(TOPIC, "not a measurement")
        reader.take(TOPIC, b"not a measurement", 1)
