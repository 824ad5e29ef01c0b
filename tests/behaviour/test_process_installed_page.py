"""An installed nightjar finds its page: sbin/nightjar serves share/nightjar/page."""

import os
import pathlib
import shutil
import unittest.mock

from harness import BrokerCase
from harness.broker import program


class InstalledPage(BrokerCase):
    nightjar_only = "mosquitto has no page"
    autostart = False

    def test_page(self):
        root = pathlib.Path(self.broker.directory) / "usr"
        page = root / "share/nightjar/page"
        page.mkdir(parents=True)
        (page / "index.html").write_text("<p>installed</p>")
        (root / "sbin").mkdir()
        installed = str(shutil.copy(program(), root / "sbin/nightjar"))
        with unittest.mock.patch.dict(os.environ, NIGHTJAR=installed):
            self.broker.start()
        self.assertEqual(self.rest.get("/").body, b"<p>installed</p>")
        self.broker.stop()
