"""nightjarctl backup: the copy goes where it is asked for, but never over what it is a copy of."""

import os
import pathlib
import subprocess

from harness import BrokerCase
from harness.broker import ROOT


class Backup(BrokerCase):
    nightjar_only = "nightjarctl knows nightjar's store"
    broker_per_test = True

    def backup(self, file):
        return subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "backup", "--store",
                               self.broker.store, file], capture_output=True, text=True, timeout=60, check=False,
                              cwd=self.broker.store)

    def test_over_the_store_is_refused(self):
        keeper = self.client("keeper")
        keeper.publish("kept/before", b"1", qos=1, retain=True)
        link = self.broker.directory + "/link"
        os.symlink(self.broker.store, link)
        files = sorted(os.listdir(self.broker.store))
        for file in (*(self.broker.store + name for name in files), "nightjar.mdb", link + "/nightjar.mdb"):
            done = self.backup(file)
            self.assertEqual((done.returncode, done.stdout), (1, ""), file)
            self.assertIn("is a file of the store itself; name another one", done.stderr)
        self.assertEqual(sorted(os.listdir(self.broker.store)), files)
        keeper.publish("kept/after", b"2", qos=1, retain=True)
        self.broker.restart()
        reader = self.client("reader").subscribe(("kept/#", 1))
        self.assertEqual({message.topic for message in reader.take_many(2)}, {"kept/before", "kept/after"})

    def test_nothing_stays_behind_when_it_fails(self):
        taken = pathlib.Path(self.broker.directory) / "taken"
        (taken / "full").mkdir(parents=True)
        done = self.backup(str(taken))
        self.assertEqual(done.returncode, 1)
        self.assertIn(str(taken), done.stderr)
        self.assertEqual(list(taken.parent.glob("*.new")), [])


if __name__ == "__main__":
    import unittest
    unittest.main()
