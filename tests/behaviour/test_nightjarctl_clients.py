"""nightjarctl clients, client, kick, retained, retained-delete: tables, JSON, exit status, users, https."""

import json
import os
import subprocess

from harness import BrokerCase
from harness.broker import ROOT
from harness.tls_case import TlsCase


class CtlCase(BrokerCase):
    nightjar_only = "nightjarctl asks nightjar's REST"
    broker_per_test = True
    url = None

    def ctl(self, name, *arguments, status=0, environment=None):
        """Standard output, or standard error if it is to fail."""
        url = self.url or f"http://127.0.0.1:{self.broker.http_port}"
        done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), name, "--url", url,
                               *arguments], capture_output=True, text=True, timeout=60, check=False,
                              env={**os.environ, **(environment or {})})
        self.assertEqual(done.returncode, status, (done.stdout, done.stderr))
        return done.stdout if status == 0 else done.stderr

    def keep(self, *topics, payload=b"x"):
        publisher = self.client("keeper")
        for topic in topics:
            publisher.publish(topic, payload, qos=1, retain=True)
        publisher.disconnect()


class Clients(CtlCase):
    def test_list(self):
        self.assertEqual(self.ctl("clients").split(), ["ID", "STATE", "USER", "ADDRESS", "SINCE", "SUBS", "QUEUED", "IN",
                                                       "OUT", "DROPPED"])
        self.client("b c", username="ann", password="x").subscribe(("t", 0))
        self.client("away", clean=False).disconnect()
        self.wait_until(lambda: "away  " in self.ctl("clients", "--away"), "away")
        lines = self.ctl("clients").splitlines()
        self.assertEqual(len(lines), 3)
        self.assertRegex(lines[1], r"^away +away +127\.0\.0\.1:\d+ +20\d\d-\S+Z +0 +0 +0 +0 +0$")
        self.assertRegex(lines[2], r"^b c +connected +ann +127\.0\.0\.1:\d+ +20\d\d-\S+Z +1 +0 +0 +0 +0$")
        self.assertEqual([c["client_id"] for c in json.loads(self.ctl("clients", "--json"))], ["away", "b c"])
        self.assertEqual(json.loads(self.ctl("clients", "--json", "--prefix", "nobody")), [])
        for filters in (("--connected",), ("--prefix", "b c"), ("--search", " "), ("--of-user", "ann"),
                        ("--limit", "1", "--descending")):
            self.assertEqual([c["client_id"] for c in json.loads(self.ctl("clients", "--json", *filters))], ["b c"])

    def test_pages(self):
        clients = [self.client(f"c{number:04}") for number in range(1100)]
        listed = json.loads(self.ctl("clients", "--json"))
        self.assertEqual([c["client_id"] for c in listed], [f"c{number:04}" for number in range(1100)])
        self.assertEqual(len(self.ctl("clients", "--limit", "1050").splitlines()), 1051)
        for client in clients:
            client.close()

    def test_one(self):
        self.client("a/b").subscribe(("x/#", 1))
        shown = self.ctl("client", "a/b")
        self.assertRegex(shown, r"(?m)^client_id +a/b$")
        self.assertRegex(shown, r"(?m)^dropped.denied +0$")
        self.assertRegex(shown, r"(?m)^subscription +x/#  qos 1$")
        told = json.loads(self.ctl("client", "--json", "a/b"))
        self.assertEqual(json.loads(self.ctl("client", "--json", "--session", told["session"]))["client_id"], "a/b")
        self.assertIn("404", self.ctl("client", "nobody", status=1))

    def test_kick(self):
        victim = self.client("-v 1", clean=False)
        self.assertEqual(self.ctl("kick", "--", "-v 1"), "")
        victim.expect_closed()
        self.wait_until(lambda: "-v 1" in self.ctl("clients", "--away"), "away")
        self.assertIn("409", self.ctl("kick", "--", "-v 1", status=1))
        self.assertEqual(self.ctl("kick", "--discard", "--", "-v 1"), "")
        self.assertIn("404", self.ctl("kick", "--", "-v 1", status=1))

    def test_wrong_command_lines(self):
        for arguments in (["client"], ["kick"], ["client", "x", "--session", "1"], ["clients", "--connected", "--away"],
                          ["clients", "x"], ["retained-delete"], ["clients", "--limit", "x"]):
            self.ctl(*arguments, status=2)
        self.url = "ftp://x"
        self.assertIn("no address", self.ctl("clients", status=2))
        self.url = "http://127.0.0.1:1"
        self.assertIn("cannot ask", self.ctl("clients", status=1))


class Retained(CtlCase):
    def test_list(self):
        self.keep("b", payload=b"\x1b[2Jhello\n")
        self.keep("c", payload=b"two\nli")
        self.keep("a/1")
        shown = self.ctl("retained")
        self.assertNotIn("\x1b", shown)
        lines = shown.splitlines()
        self.assertEqual(lines[0].split(), ["TOPIC", "SIZE", "QOS", "SINCE", "PAYLOAD"])
        self.assertRegex(lines[1], r"^a/1 +1 +1 +20\d\d-\S+Z +x$")
        self.assertRegex(lines[2], r"^b +10 +1 +\S+ +base64 G1sySmhlbGxvCg==$")
        self.assertRegex(lines[3], r"^c +6 +1 +\S+ +two\\x0Ali$")
        self.assertEqual([m["topic"] for m in json.loads(self.ctl("retained", "--json", "a/#"))], ["a/1"])
        self.assertEqual(json.loads(self.ctl("retained", "--json", "nothing")), [])
        self.assertIn("400", self.ctl("retained", "a#", status=1))

    def test_delete(self):
        self.keep("a/1", "a/2", "b")
        self.assertEqual(self.ctl("retained-delete", "b"), "")
        self.assertIn("404", self.ctl("retained-delete", "b", status=1))
        self.assertIn(" 2 messages", self.ctl("retained-delete", "a/#", status=1))
        self.assertEqual(self.ctl("retained-delete", "a/#", "--yes"), "2 deleted, 0 denied\n")
        self.assertEqual(json.loads(self.ctl("retained-delete", "--json", "a/#", "--yes")), {"deleted": 0, "denied": 0})


class Users(CtlCase):
    def test_a_password(self):
        passwords = self.broker.directory + "/passwords"
        subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "passwd", "-c", "-b", passwords,
                        "ann", "secret"], check=True, capture_output=True)
        self.broker.extra_conf = f"allow_anonymous false\npassword_file {passwords}"
        self.broker.restart()
        self.assertIn("401", self.ctl("clients", status=1))
        self.assertIn("401", self.ctl("clients", "-u", "ann", "-P", "wrong", status=1))
        self.assertIn("ID", self.ctl("clients", "-u", "ann", "-P", "secret"))
        self.assertIn("ID", self.ctl("clients", "-u", "ann", environment={"NIGHTJARCTL_PASSWORD": "secret"}))
        self.assertIn("404", self.ctl("kick", "-u", "ann", "-P", "secret", "nobody", status=1))


class Https(TlsCase):
    ctl = CtlCase.ctl

    def test_who_vouches(self):
        self.url = f"https://localhost:{self.https_port}"
        self.assertIn("certificate verify failed", self.ctl("clients", status=1))
        self.assertIn("ID", self.ctl("clients", "--cafile", self.certificates.path("ca.crt")))
        self.assertIn("ID", self.ctl("clients", "--insecure"))
        self.assertIn("ID", self.ctl("sensors", "--insecure"))
        self.assertIn("cannot use --cafile /nonexistent: ", self.ctl("clients", "--cafile", "/nonexistent", status=1))

    def test_another_name(self):
        self.url = f"https://ip6-localhost.invalid:{self.https_port}"
        self.assertIn("cannot ask", self.ctl("clients", "--insecure", status=1))

    def test_plain_http_on_a_tls_port(self):
        self.url = f"http://localhost:{self.https_port}"
        self.assertIn("nightjarctl:", self.ctl("clients", status=1))


if __name__ == "__main__":
    import unittest
    unittest.main()
