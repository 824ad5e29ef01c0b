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
        self.broker.launch(arguments=["-d"])
        self.assertEqual(self.broker.wait_exit(), 0)
        self.wait_until(lambda: file.exists() and self.broker.accepts(self.broker.port), "it is there")
        self.pid = int(file.read_text())
        self.addCleanup(self.end)

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        self.wait_until(lambda: not os.path.exists(f"/proc/{self.pid}"), "it has ended")

    def test_it_is_another_process_that_serves_and_leads_a_session(self):
        self.assertNotEqual(self.pid, self.broker.process.pid)
        self.assertEqual(os.getsid(self.pid), self.pid)
        here = self.client("here").subscribe(("a", 0))
        here.publish("a", b"1")
        here.take("a", b"1")


if __name__ == "__main__":
    unittest.main()
