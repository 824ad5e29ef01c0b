"""nightjarctl sensor-merge and sensor-unmerge (features B-6)."""

import os
import subprocess

from harness.broker import ROOT
from harness.sensors import SensorsCase


class Merge(SensorsCase):
    def ctl(self, *arguments, status=0):
        """Standard output, or standard error if it is to fail."""
        done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), *arguments, "--url",
                               f"http://127.0.0.1:{self.broker.http_port}"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, (done.stdout, done.stderr))
        return done.stdout if status == 0 else done.stderr

    def test_one_of_two_and_two_again(self):
        for sensor, value in ((3, 1), (7, 2), (7, 3)):
            self.ingest("iot/measurements", {"sensor_id": sensor, "value": value, "type": "light"})
        asked = self.ctl("sensor-merge", "7", "--into", "3", status=1)
        self.assertIn("light 7 (sensor 7, 2 values) would become part of light 3 (sensor 3, 1 value)", asked)
        self.assertIn("--yes", asked)
        self.assertEqual((self.values(3), self.values(7)), ([1], [2, 3]))
        self.assertEqual(self.ctl("sensor-merge", "7", "--into", "3", "--yes"),
                         "sensor 7 is part of light 3 (sensor 3, 3 values)\n")
        self.assertEqual((self.values(3), self.values(7)), ([1, 2, 3], []))
        self.assertEqual(self.ctl("sensor-unmerge", "7"), "there is again: light 7 (sensor 7, 2 values)\n")
        self.assertEqual((self.values(3), self.values(7)), ([1], [2, 3]))

    def test_what_the_server_refuses(self):
        self.ingest("iot/measurements", {"sensor_id": 8, "value": 1})
        self.assertIn("404", self.ctl("sensor-merge", "8", "--into", "4711", status=1))
        self.assertIn("404", self.ctl("sensor-merge", "8", "--into", "4711", "--yes", status=1))
        self.assertIn("409", self.ctl("sensor-merge", "8", "--into", "8", "--yes", status=1))
        self.assertIn("no part of another", self.ctl("sensor-unmerge", "8", status=1))

    def test_wrong_command_lines(self):
        for arguments in (["sensor-merge"], ["sensor-merge", "7"], ["sensor-merge", "--into", "3"],
                          ["sensor-merge", "0", "--into", "3"], ["sensor-merge", "7", "--into", "x"],
                          ["sensor-merge", "7", "8", "--into", "3"], ["sensor-unmerge"], ["sensor-unmerge", "0"]):
            with self.subTest(arguments):
                self.ctl(*arguments, status=2)
