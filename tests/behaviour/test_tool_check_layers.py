"""tools/check_layers passes a tree with right includes and names the file of each wrong one."""

import pathlib
import subprocess
import tempfile
import unittest

from harness.broker import ROOT

GOOD = {"broker/codec/packets.hpp": "#include <string>",
        "broker/topics/tree.cpp": '#include "broker/codec/packets.hpp"\n#include "broker/topics/tree.hpp"',
        "broker/net/socket.cpp": "#include <boost/asio/ip/tcp.hpp>",
        "broker/worker/worker.cpp": '#include "broker/session/session.hpp"\n#include "storage/store.hpp"',
        "broker/main.cpp": '#include "web/server.hpp"\n#include "broker/worker/worker.hpp"',
        "storage/store.cpp": '#include <lmdb.h>\n#include "storage/store.hpp"',
        "web/server.cpp": '#include "broker/admin/administrator.hpp"\n#include "storage/store.hpp"'}


class CheckLayers(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text + "\n", encoding="utf-8")
            return subprocess.run([str(ROOT / "tools/check_layers"), root], capture_output=True, text=True, timeout=30,
                                  check=False)

    def wrong(self, name, include):
        """A right tree with one wrong include fails and names that file, no other."""
        done = self.check({**GOOD, name: f"// A comment.\n#include {include}"})
        self.assertEqual(done.returncode, 1, f"{name} may include {include}")
        self.assertEqual([line.split(":")[0] for line in done.stdout.splitlines()[:-1]], [name], done.stdout)
        self.assertIn(include.strip('<>"').split("/")[-1], done.stdout)

    def test_right_includes(self):
        done = self.check(GOOD)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn(f"{len(GOOD)} files, 0 wrong", done.stdout)

    def test_upward_include(self):
        self.wrong("broker/codec/decode.cpp", '"broker/session/session.hpp"')
        self.wrong("broker/topics/message.hpp", '"broker/worker/worker.hpp"')
        self.wrong("broker/session/publish.cpp", '"broker/worker/mailbox.hpp"')
        self.wrong("broker/worker/accept.cpp", '"web/server.hpp"')
        self.wrong("storage/table.cpp", '"broker/codec/packets.hpp"')

    def test_sideways_include(self):
        self.wrong("broker/session/deliver.cpp", '"storage/store.hpp"')
        self.wrong("broker/plugin/chain.cpp", '"broker/plugins/sensors/sensors.hpp"')
        self.wrong("broker/plugins/sensors/sensors.cpp", '"broker/worker/worker.hpp"')

    def test_lmdb_outside_storage(self):
        for folder in ("broker/codec", "broker/topics", "broker/session", "broker/config", "broker/plugins/sensors",
                       "broker/worker", "web"):
            with self.subTest(folder):
                self.wrong(f"{folder}/cheat.cpp", "<lmdb.h>")
        self.wrong("web/rows.cpp", '"storage/lmdb.hpp"')

    def test_input_and_output_in_the_protocol(self):
        self.wrong("broker/codec/decode.cpp", "<boost/asio/buffer.hpp>")
        self.wrong("broker/codec/encode.hpp", "<boost/beast/core.hpp>")
        self.wrong("broker/session/session.cpp", "<boost/asio/post.hpp>")

    def test_web_sees_the_broker_through_its_administrator(self):
        self.wrong("web/lists.cpp", '"broker/worker/worker.hpp"')
        self.wrong("web/login.cpp", '"broker/session/session.hpp"')
        self.wrong("web/status.cpp", '"broker/admin/local_administrator.hpp"')

    def test_main_and_tools_are_above_all_layers(self):
        self.wrong("broker/net/listener.cpp", '"broker/broker.hpp"')
        self.wrong("broker/net/listener.cpp", '"tools/nightjarctl/url.hpp"')

    def test_every_wrong_include_is_told(self):
        done = self.check({"broker/codec/a.cpp": '#include <lmdb.h>\n  #  include "broker/net/b.hpp"',
                           "web/c.hpp": '#include "broker/worker/w.hpp"'})
        self.assertEqual(done.returncode, 1)
        self.assertIn("2 files, 3 wrong", done.stdout)

    def test_an_empty_tree_is_no_success(self):
        self.assertEqual(self.check({}).returncode, 1)

    def test_the_tree_itself(self):
        done = subprocess.run([str(ROOT / "tools/check_layers")], capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
