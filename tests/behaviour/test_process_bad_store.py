"""A store that cannot be opened: a sentence that names it and an exit status, never a crash or an empty start."""

import json
import os
import pathlib

from harness import BrokerCase


class BadStore(BrokerCase):
    nightjar_only = "mosquitto goes on without its store"
    autostart = False

    def refused(self, location):
        self.broker.launch(self.broker.conf().replace(self.broker.store, location))
        self.assertGreater(self.broker.wait_exit(), 0)
        self.assertIn(location.rstrip("/"), self.broker.log())

    def test_a_file_in_place_of_the_directory(self):
        path = self.broker.directory + "/file"
        pathlib.Path(path).write_text("x")
        self.refused(path + "/")

    def test_below_a_file(self):
        path = self.broker.directory + "/file"
        pathlib.Path(path).write_text("x")
        self.refused(path + "/below/")

    def test_a_file_system_that_cannot_be_written(self):
        self.refused("/proc/nightjar-test/")

    def test_a_directory_that_may_not_be_read(self):
        if os.geteuid() == 0:
            self.skipTest("root may read everything")
        os.chmod(self.broker.store, 0)
        self.refused(self.broker.store)

    def test_a_damaged_store(self):
        self.broker.start()
        values = json.dumps([{"sensor_id": 1, "type": "light", "value": number} for number in range(2000)])
        self.client("publisher").publish("iot/measurements", values, qos=1)
        self.broker.stop()
        data_file = pathlib.Path(self.broker.store) / "nightjar.mdb"
        for damage in (self.zeroed, self.cut, self.noise):
            with self.subTest(damage.__name__):
                data = data_file.read_bytes()
                data_file.write_bytes(damage(data))
                self.broker.launch()
                self.assertGreater(self.broker.wait_exit(), 0, "a signal ended it")
                self.assertIn(self.broker.store.rstrip("/"), self.broker.log())
                data_file.write_bytes(data)
        self.broker.start()
        rows = self.rest.get("/api/monitoring/sensors/1/measurements/?limit=5000").json()
        self.assertEqual([row["value"] for row in rows], list(range(1999, -1, -1)))

    @staticmethod
    def zeroed(data):
        return b"\0" * len(data)

    @staticmethod
    def cut(data):
        return data[:len(data) // 2]

    @staticmethod
    def noise(data):
        return b"not a store " * (len(data) // 12)
