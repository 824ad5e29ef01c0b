"""What the broker stores is readable by its user only, whatever the umask (reliability row 63)."""

import os
import pathlib
import stat

from harness import BrokerCase


class StorePermissions(BrokerCase):
    nightjar_only = "mosquitto writes its store at exit"
    autostart = False

    def test_modes(self):
        location = self.broker.store + "new/"
        self.broker.before_exec = lambda: os.umask(0)
        conf = self.broker.conf().replace(self.broker.store, location)
        self.broker.launch(conf)
        self.wait_until(lambda: self.broker.accepts(self.broker.port), "the port accepts")
        self.client("publisher").publish("mode/x", b"secret", qos=1, retain=True)
        paths = [pathlib.Path(location), *pathlib.Path(location).rglob("*")]
        self.assertTrue(any(path.is_file() for path in paths))
        for path in paths:
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)
