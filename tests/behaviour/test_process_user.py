"""Started by root, the broker becomes another user once its ports are bound: that of `user`, or one that exists."""

import os
import pathlib
import pwd
import signal
import stat
import unittest

from harness import BrokerCase


def exists(name):
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


@unittest.skipIf(os.geteuid() != 0, "only root can become somebody")
class User(BrokerCase):
    nightjar_only = "mosquitto cannot write into our directory then"
    autostart = False

    def start(self, extra, location=None):
        """With a directory that all may enter, a log file and a pid file."""
        for directory in (os.path.dirname(self.broker.directory), self.broker.directory):
            if os.path.basename(directory).startswith("nightjar-"):
                os.chmod(directory, 0o755)
        self.broker.extra_conf = (f"log_dest file {self.broker.directory}/own.log\n"
                                  f"pid_file {self.broker.directory}/pid\n")
        conf = self.broker.conf().replace("user root\n", extra)
        if location:
            conf = conf.replace(self.broker.store, location)
        self.broker.launch(conf)
        self.wait_until(lambda: self.broker.accepts(self.broker.port), "the port accepts")
        self.broker.wait_log("running")
        self.conf = conf

    def ids(self):
        status = pathlib.Path(f"/proc/{self.broker.process.pid}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        return ([int(i) for i in fields["Uid"].split()], [int(i) for i in fields["Gid"].split()],
                fields["Groups"].split())

    def assert_is(self, entry):
        users, groups, more = self.ids()
        self.assertEqual(set(users), {entry.pw_uid})
        self.assertEqual(set(groups), {entry.pw_gid})
        self.assertNotIn("0", more)

    def test_without_the_option_it_is_no_longer_root(self):
        self.start("")
        expected = exists("nightjar") or exists("mosquitto") or exists("nobody")
        self.assert_is(expected)
        self.broker.wait_log(f"as user {expected.pw_name}")
        self.assertNotIn("should not be run as root", self.broker.log())
        for path in ("store/nightjar.mdb", "own.log", "pid"):
            self.assertEqual(os.stat(f"{self.broker.directory}/{path}").st_uid, expected.pw_uid, path)
        self.assertEqual(os.stat(self.broker.store).st_uid, 0, "a directory that was there before")
        self.client("c1", clean=False).publish("kept", b"x", qos=1, retain=True)
        self.broker.stop()
        self.assertNotIn("Error", self.broker.log())

    def test_it_writes_reloads_and_starts_again(self):
        location = self.broker.directory + "/store/made/"
        self.start("user nobody\n", location)
        self.assert_is(pwd.getpwnam("nobody"))
        found = os.stat(location)
        self.assertEqual((stat.S_IMODE(found.st_mode), found.st_uid), (0o700, pwd.getpwnam("nobody").pw_uid))
        self.client("c1").publish("kept", b"x", qos=1, retain=True)
        since = self.broker.log_size()
        os.chmod(self.broker.directory + "/broker.conf", 0o644)
        self.broker.process.send_signal(signal.SIGHUP)
        self.broker.wait_log("The new configuration counts", since)
        self.broker.stop()
        self.start("user nobody\n", location)
        client = self.client("c2")
        client.subscribe(("kept", 0))
        client.take("kept", b"x")

    def test_root_stays_root_with_a_warning(self):
        self.start("user root\n")
        self.assertEqual(self.ids()[0], [0, 0, 0, 0])
        self.broker.wait_log(r"Warning: nightjar should not be run as root/administrator\.")

    def test_an_unknown_user_ends_the_start(self):
        self.broker.launch(self.broker.conf().replace("user root", "user nightjar-nobody-has"))
        self.assertEqual(self.broker.wait_exit(), 1)
        self.broker.wait_log("Error: Unable to drop privileges to 'nightjar-nobody-has' because this user does not "
                             "exist")
        self.assertEqual(os.listdir(self.broker.store), [])
