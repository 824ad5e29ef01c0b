"""--test-config checks the conf and ends: nothing is bound, nothing is stored. --help and --version end with 0."""

import os
import socket

from harness import BrokerCase
from harness.broker import ROOT


class TestConfig(BrokerCase):
    nightjar_only = "mosquitto has other options"
    autostart = False

    def test_good(self):
        with socket.create_server(("127.0.0.1", self.broker.port)):  # busy: would be an error when bound
            self.broker.launch(arguments=["--test-config"])
            self.assertEqual(self.broker.wait_exit(), 0)
        self.assertEqual(os.listdir(self.broker.store), [])

    def test_bad(self):
        self.broker.launch(self.broker.conf() + "nonsense 1\n", ["--test-config"])
        self.assertEqual(self.broker.wait_exit(), 3)
        self.assertIn("nonsense", self.broker.log())

    def test_shipped_conf(self):
        self.broker.launch((ROOT / "conf/nightjar.conf").read_text(), ["--test-config"])
        self.assertEqual(self.broker.wait_exit(), 0)
        self.assertNotIn("Error", self.broker.log())

    def test_help_and_version(self):
        for argument, text in (("--help", "--test-config"), ("-h", "--test-config"), ("--version", "nightjar")):
            self.broker.launch(arguments=[argument])
            self.assertEqual(self.broker.wait_exit(), 0)
            self.assertIn(text, self.broker.log())

    def test_wrong_argument(self):
        self.broker.launch(arguments=["--no-such-option"])
        self.assertEqual(self.broker.wait_exit(), 3)
        self.assertIn("--no-such-option", self.broker.log())
