"""`-d`: the process that stays is another one than the one that was started, and has all that it needs."""

import os
import signal
import unittest
from pathlib import Path

from harness import BrokerCase


class Daemon(BrokerCase):
    nightjar_only = "mosquitto's pid_file comes before its ports"
    autostart = False

    def setUp(self):
        super().setUp()
        file = Path(self.broker.directory, "nightjar.pid")
        self.broker.extra_conf = f"pid_file {file}"
        self.broker.environment["MALLOC_CONF"] = "dirty_decay_ms:1000"  # of jemalloc: ten seconds if nobody says otherwise
        self.broker.launch(arguments=["-d"])
        self.assertEqual(self.broker.wait_exit(), 0)
        self.wait_until(lambda: file.exists() and self.broker.accepts(self.broker.port), "it is there")
        self.pid = int(file.read_text())
        self.addCleanup(self.end)

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        self.wait_until(lambda: not os.path.exists(f"/proc/{self.pid}"), "it has ended")

    def memory(self):
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("RssAnon:")) * 1024

    def test_it_is_another_process_that_serves_and_leads_a_session(self):
        self.assertNotEqual(self.pid, self.broker.process.pid)
        self.assertEqual(os.getsid(self.pid), self.pid)
        here = self.client("here").subscribe(("a", 0))
        here.publish("a", b"1")
        here.take("a", b"1")

    @unittest.skipIf("NIGHTJAR_SANITIZER" in os.environ, "a sanitizer has a heap of its own")
    def test_memory_of_a_burst_goes_back_to_the_system(self):
        self.client("away", clean=False).subscribe(("big", 1)).disconnect()
        here = self.client("here")
        before = self.memory()
        for _ in range(60):
            here.publish("big", b"x" * 1_000_000, 1)
        self.assertGreater(self.memory(), before + 50_000_000)
        self.client("away")  # a clean session: what waited for the old one is dropped
        self.wait_until(lambda: self.memory() < before + 10_000_000, "it went back", 30)


if __name__ == "__main__":
    unittest.main()
