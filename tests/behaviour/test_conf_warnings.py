"""What lets in more than its author may know is said at start and by --test-config (features A-63)."""

import os

from harness import BrokerCase


class Warnings(BrokerCase):
    nightjar_only = "mosquitto does not say"
    autostart = False

    def findings(self, conf):
        path = self.broker.directory + "/asked.conf"
        with open(path, "w") as file:
            file.write(conf)
        before = len(self.broker.log())
        self.broker.launch(arguments=["-c", path, "--test-config"])
        self.assertEqual(self.broker.wait_exit(), 0)
        return self.broker.log()[before:]

    def test_a_listener_of_the_network_that_asks_for_no_name(self):
        log = self.findings("listener 11883\nallow_anonymous true\n")
        self.assertIn("port 11883 gets in without a name", log)
        self.assertRegex(log, r"asked\.conf:1\b")

    def test_not_for_one_of_this_machine_or_one_that_asks(self):
        for conf in ("listener 11883 127.0.0.1\nallow_anonymous true\n", "listener 11883 localhost\nallow_anonymous true\n",
                     "listener 11883\nallow_anonymous false\n", "listener 11883 0.0.0.0\n",
                     f"listener 0 {self.broker.directory}/sock\nallow_anonymous true\n"):
            with self.subTest(conf):
                self.assertNotIn("gets in without", self.findings(conf))

    def test_secrets_that_everybody_can_read(self):
        path = self.broker.directory + "/users"
        with open(path, "w"):
            pass
        for mode, said in ((0o644, True), (0o640, False), (0o600, False)):
            with self.subTest(oct(mode)):
                os.chmod(path, mode)
                log = self.findings(f"listener 11883 127.0.0.1\npassword_file {path}\n")
                self.assertEqual(f"may read {path}" in log, said)
