"""`dht11/<device>/data` (features A-34, P2, P3): two sensors per device with ids from 100001 up."""

import datetime

from harness.sensors import SensorsCase


class SensorsDht11(SensorsCase):
    broker_per_test = True

    def test_ids_and_values(self):
        self.ingest("dht11/sensor/data", '{"temperature":25,"humidity":60}')
        self.ingest("dht11/salon/data", '{"temperature":19.5,"humidity":"55"}')
        self.assertEqual([sensor["id"] for sensor in self.sensors()], [100001, 100002, 100003, 100004])
        found = {(sensor["device"], sensor["type"]): sensor["last"]["value"] for sensor in self.sensors()}
        self.assertEqual(found, {("sensor", "temperature"): 25, ("sensor", "humidity"): 60,
                                 ("salon", "temperature"): 19.5, ("salon", "humidity"): 55})

    def test_one_field_suffices(self):
        self.ingest("dht11/one/data", '{"humidity":61}')
        sensor, = self.sensors()
        self.assertEqual((sensor["type"], sensor["device"], sensor["last"]["value"]), ("humidity", "one", 61))

    def test_ids_are_kept_over_a_restart(self):
        self.ingest("dht11/sensor/data", '{"temperature":25,"humidity":60}')
        self.broker.kill()
        self.broker.start()
        self.ingest("dht11/sensor/data", '{"temperature":26,"humidity":61}')
        self.ingest("dht11/new/data", '{"temperature":20}')
        self.assertEqual([sensor["id"] for sensor in self.sensors()], [100001, 100002, 100003])
        self.assertEqual((self.values(100001), self.values(100002)), ([25, 26], [60, 61]))

    def test_timestamp(self):
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        hour_ago = (now - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for device, timestamp in (("good", hour_ago), ("no-clock", "1970-01-01T00:00:12Z"), ("text", "yesterday")):
            self.ingest(f"dht11/{device}/data", {"temperature": 20, "timestamp": timestamp})
        times = {sensor["device"]: sensor["last"]["created_at"] for sensor in self.sensors()}
        self.assertEqual(times["good"], hour_ago)
        self.assertGreaterEqual(times["no-clock"], now.strftime("%Y-%m-%dT%H:%M:%S"))
        if "text" in times:
            self.assertGreaterEqual(times["text"], now.strftime("%Y-%m-%dT%H:%M:%S"))

    def test_rejected(self):
        for payload in ("", "{}", "[]", '{"temp":25}', '{"temperature":"warm"}', '{"temperature":null}', "25",
                        '{"temperature":{"value":25}}'):
            with self.subTest(payload):
                self.ingest("dht11/bad/data", payload)
        self.assertEqual(self.sensors(), [])

    def test_other_topics_below_dht11_are_not_measurements(self):
        for topic in ("dht11/incidents", "dht11/alerts", "dht11/a/b/data", "dht11/data", "dht11/x/other"):
            self.ingest(topic, '{"temperature":25}')
        self.assertEqual(self.sensors(), [])
