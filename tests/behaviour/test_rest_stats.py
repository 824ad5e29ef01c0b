"""GET /api/monitoring/sensors/<id>/stats/: what a window of values was (features D-13, D-14)."""

import statistics
import time

from harness import BrokerCase

NOTHING = ("mean", "moving_average", "min", "max", "stddev")


class Stats(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def setUp(self):
        super().setUp()
        self.sender = self.client("sender")

    def values(self, sensor, *values):
        for value in values:
            self.sender.publish("iot/measurements", b'{"sensor_id":%d,"value":%s}' % (sensor, str(value).encode()), qos=1)

    def stats(self, sensor, query=""):
        answer = self.rest.get(f"/api/monitoring/sensors/{sensor}/stats/{query}")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def test_no_value_in_the_window_is_null_and_no_error(self):
        # A moment of an hour ago is within what a device's clock may differ.
        self.sender.publish("iot/measurements", b'{"sensor_id":1,"value":5,"timestamp":%d}' % self.an_hour_ago(), qos=1)
        empty = self.stats(1, "?window=60")
        self.assertEqual((empty["sensor"], empty["count"]), (1, 0))
        self.assertEqual([empty[name] for name in NOTHING], [None] * 5)
        self.assertEqual(self.stats(1, "?window=7200")["mean"], 5)

    def an_hour_ago(self):
        return int(time.time()) - 3600

    def test_one_value_has_no_deviation(self):
        self.values(2, 7)
        one = self.stats(2)
        self.assertEqual((one["count"], one["mean"], one["min"], one["max"], one["stddev"]), (1, 7, 7, 7, None))

    def test_zero_is_a_value(self):
        self.values(3, 0, 0, 0)
        zeros = self.stats(3, "?n=10")
        self.assertEqual([zeros[name] for name in ("count", *NOTHING)], [3, 0, 0, 0, 0, 0])

    def test_many(self):
        numbers = [0.5 * n - 20 for n in range(100)]
        self.values(4, *numbers)
        for query, some in (("?n=10", numbers[-10:]), ("?n=1000", numbers), ("?window=3600", numbers), ("", numbers)):
            with self.subTest(query):
                all_of_it = self.stats(4, query)
                self.assertEqual(all_of_it["count"], len(some))
                self.assertAlmostEqual(all_of_it["mean"], statistics.mean(some))
                self.assertAlmostEqual(all_of_it["moving_average"], statistics.mean(some))
                self.assertAlmostEqual(all_of_it["stddev"], statistics.stdev(some))

    def test_values_near_the_end_of_the_doubles(self):
        self.values(5, 1e308, -1e308, 1e308)
        large = self.stats(5)
        self.assertEqual((large["count"], large["max"], large["stddev"]), (3, 1e308, None))

    def test_wrong_parameters(self):
        self.values(6, 1)
        for query in ("?window=0", "?window=-1", "?window=x", "?n=0", "?n=1e3", "?n=99999999"):
            with self.subTest(query):
                self.assert_http_error(self.rest.get("/api/monitoring/sensors/6/stats/" + query), 400)
        self.assert_http_error(self.rest.get("/api/monitoring/sensors/99/stats/"), 404)
