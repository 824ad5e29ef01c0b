"""Mistakes in the conf: all of one run are shown with file:line, with the nearest known name; exit status 3.

mosquitto-compat section 2. Nothing is bound and nothing is stored before the conf is right.
"""

import os

from harness import BrokerCase


class ConfErrors(BrokerCase):
    nightjar_only = "mosquitto stops at its first mistake"
    autostart = False

    def refused(self, conf, status=3):
        self.broker.launch(conf)
        self.assertEqual(self.broker.wait_exit(), status)
        return self.broker.log()

    def test_unknown_option(self):
        log = self.refused(f"listener {self.broker.port} 127.0.0.1\nallow_anonymous true\nmax_inflght_messages 5\n")
        self.assertRegex(log, r"broker\.conf:3\b")
        self.assertIn("max_inflght_messages", log)
        self.assertIn("max_inflight_messages", log.replace("max_inflght_messages", ""))

    def test_several_at_once(self):
        log = self.refused("listner 1883\n\n# a comment\nallow_anonymous maybe\nmax_queued_messages many\n"
                           f"listener {self.broker.port} 127.0.0.1\nlog_type everything\nlistener 99999\n")
        for line in (1, 4, 5, 7, 8):
            self.assertRegex(log, rf"broker\.conf:{line}\b")
        for line in (2, 3, 6):
            self.assertNotRegex(log, rf"broker\.conf:{line}\b")
        self.assertIn("listener", log.replace("listner", ""))

    def test_nothing_is_stored(self):
        self.refused(self.broker.conf() + "nonsense 1\n")
        self.assertEqual(os.listdir(self.broker.store), [])

    def test_duplicate_option(self):
        log = self.refused(self.broker.conf() + f"persistence_location {self.broker.store}\n")
        self.assertIn("persistence_location", log)

    def test_text_that_is_not_utf8(self):
        path = self.broker.directory + "/bad.conf"
        with open(path, "wb") as file:
            file.write(b"allow_anonymous true\npersistence_location /tmp/\xc3\x28/\n")
        self.broker.launch(arguments=["-c", path])
        self.assertEqual(self.broker.wait_exit(), 3)

    def test_included_files(self):
        directory = self.broker.directory + "/conf.d"
        os.mkdir(directory)
        for name, text in (("a.conf", "max_queued_messages 5\n"), ("b.conf", "\nbad_option 1\n"), ("c.txt", "ignored 1\n")):
            with open(f"{directory}/{name}", "w") as file:
                file.write(text)
        log = self.refused(self.broker.conf() + f"include_dir {directory}\n")
        self.assertRegex(log, r"b\.conf:2\b")
        self.assertNotIn("c.txt", log)

    def test_options_that_would_open_more_than_asked(self):
        """Not supported yet, or not usable, so refused: ignoring them would let in whom the conf keeps out."""
        for line in ("password_file /missing", "acl_file /missing", "tls_engine x",
                     "certfile /x.pem", "psk_file /x", "plugin /usr/lib/other.so"):
            with self.subTest(line):
                log = self.refused(self.broker.conf() + line + "\n")
                self.assertRegex(log, rf"broker\.conf:{len(self.broker.conf().splitlines()) + 1}\b")

    def test_no_conf_file(self):
        self.broker.launch(arguments=["-c", self.broker.directory + "/missing.conf"])
        self.assertNotEqual(self.broker.wait_exit(), 0)
        self.assertIn("missing.conf", self.broker.log())


class ConfWarnings(BrokerCase):
    nightjar_only = "mosquitto knows all its options"
    extra_conf = "upgrade_outgoing_qos true"

    def test_known_but_without_effect(self):
        line = self.broker.conf().splitlines().index("upgrade_outgoing_qos true") + 1
        self.broker.wait_log("upgrade_outgoing_qos", since=0)
        self.broker.wait_log(rf"broker\.conf:{line}\b", since=0)
        self.assert_healthy()

    def test_no_listener_on_1883_is_noticed(self):
        self.broker.wait_log("no listener on port 1883", since=0)
