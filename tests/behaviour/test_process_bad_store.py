"""A store that cannot be used: a sentence that names it, and then what on_damaged_store says; never a crash, never a
start from nothing in silence."""

import json
import os
import pathlib
import signal
import subprocess

from harness import BrokerCase
from harness.broker import ROOT


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

    def damaged(self, policy, damage):
        """Publishes, damages the store, and starts with a policy; the store's good bytes."""
        self.client("sleeper", clean=False).subscribe(("damaged/#", 1)).disconnect()
        self.client("publisher").publish("damaged/a", b"1", qos=1)
        self.broker.stop()
        self.data_file = pathlib.Path(self.broker.store) / "nightjar.mdb"
        good = self.data_file.read_bytes()
        self.data_file.write_bytes(damage(good))
        self.broker.extra_conf = f"on_damaged_store {policy}\n"
        return good

    def set_aside(self):
        return list(pathlib.Path(self.broker.store).glob("nightjar.mdb.damaged-*"))

    def test_damaged_and_stop(self):
        self.broker.start()
        good = self.damaged("stop", self.zeroed)
        for damage in (self.zeroed, self.cut, self.noise):
            with self.subTest(damage.__name__):
                self.data_file.write_bytes(damage(good))
                self.broker.launch()
                self.assertGreater(self.broker.wait_exit(), 0, "a signal ended it")
                self.assertIn("damaged", self.broker.log())
                self.assertEqual(self.data_file.read_bytes(), damage(good))
        self.data_file.write_bytes(good)
        self.broker.start()
        self.client("sleeper", clean=False, session_present=True).take("damaged/a", b"1", 1)

    def test_damaged_and_empty(self):
        self.broker.start()
        good = self.damaged("empty", self.cut)
        self.broker.start()
        self.assertIn("EMPTY", self.broker.log())
        self.assertEqual([path.read_bytes() for path in self.set_aside()], [self.cut(good)])
        self.client("sleeper", clean=False, session_present=False)

    def test_damaged_and_a_backup(self):
        self.broker.start()
        self.damaged("empty", lambda data: data)
        self.broker.start()
        backup = self.broker.directory + "/backup"
        ctl = os.environ.get("NIGHTJARCTL", str(ROOT / "build/nightjarctl"))
        done = subprocess.run([ctl, "backup", "--store", self.broker.store, backup], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(os.stat(backup).st_mode & 0o777, 0o600)
        self.broker.stop()
        for damage in (self.zeroed, self.noise):
            with self.subTest(damage.__name__):
                self.data_file.write_bytes(damage(self.data_file.read_bytes()))
                self.broker.extra_conf = f"on_damaged_store backup {backup}\n"
                self.broker.start()
                self.assertIn("the backup", self.broker.log())
                self.client("sleeper", clean=False, session_present=True).take("damaged/a", b"1", 1)
                self.broker.kill()

    def test_check_names_the_record(self):
        self.broker.start()
        good = self.damaged("empty", lambda data: data)
        ctl = os.environ.get("NIGHTJARCTL", str(ROOT / "build/nightjarctl"))
        check = [ctl, "check", self.broker.store]
        done = subprocess.run(check, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, self.broker.store + ": no finding\n"))
        self.data_file.write_bytes(good.replace(b"damaged/a", b"damagee/a"))  # free pages hold old copies
        done = subprocess.run(check, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, "(?m)^messages: record [0-9a-f]{16}: the checksum of a record is wrong$")

    def test_after_a_crash_every_record_is_read(self):
        if os.environ.get("NIGHTJAR_SANITIZER"):
            self.skipTest("the sanitizer handles the signal itself")
        self.broker.start()
        self.client("sleeper", clean=False).subscribe(("damaged/#", 1)).disconnect()
        mark = pathlib.Path(self.broker.store) / "nightjar.crashed"
        self.assertFalse(mark.exists())
        self.broker.process.send_signal(signal.SIGSEGV)
        self.assertEqual(self.broker.wait_exit(), -signal.SIGSEGV)
        self.assertTrue(mark.exists())
        self.broker.start()
        self.assertIn("every record of the store is read", self.broker.log())
        self.assertFalse(mark.exists())
        self.client("sleeper", clean=False, session_present=True)

    @staticmethod
    def zeroed(data):
        return b"\0" * len(data)

    @staticmethod
    def cut(data):
        return data[:len(data) // 2]

    @staticmethod
    def noise(data):
        return b"not a store " * (len(data) // 12)
