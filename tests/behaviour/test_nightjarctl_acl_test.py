"""nightjarctl acl-test: the verdict, the line that decided, the exit status; and what a real mosquitto says."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from harness import MqttClient, TcpTransport, free_port, packets as mqtt, seconds
from harness.broker import ROOT, Broker

MOSQUITTO = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
CASES = ROOT / "tests/unit/plugins/acl_file/mosquitto_cases.txt"

ACL = """# plants
topic read plant/#
topic deny plant/secret/#
user john smith
topic write in/+
pattern readwrite clients/%c/%u/#
"""


class AclTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.file("acl.txt", ACL)

    def file(self, name, text):
        (self.directory / name).write_bytes(text.encode())

    def ask(self, *arguments, file="acl.txt", status=0):
        """(standard output, standard error)"""
        done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "acl-test",
                               "--file", file, *arguments],
                              cwd=self.directory, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, (done.stdout, done.stderr))
        return done.stdout, done.stderr

    def says(self, text, *arguments, file="acl.txt"):
        """That line, nothing else, and the exit status that goes with it."""
        out, err = self.ask(*arguments, file=file, status=0 if text.startswith("allowed") else 1)
        self.assertEqual((out, err), (text + "\n", ""))

    def test_which_line_decided(self):
        self.says("allowed by acl.txt:2: topic read plant/#", "read", "plant/a")
        self.says("denied by acl.txt:3: topic deny plant/secret/#", "read", "plant/secret/a")
        self.says("allowed by acl.txt:5: topic write in/+", "--user", "john smith", "write", "in/a")
        self.says("allowed by acl.txt:6: pattern readwrite clients/%c/%u/#",
                  "--user", "bob", "--client", "c 1", "read", "clients/c 1/bob/x")

    def test_no_line_decided(self):
        self.says("denied: no line of acl.txt allows it", "write", "plant/a")
        self.says("denied: no line of acl.txt allows it", "--user", "john smith", "read", "plant/a")
        self.says("denied: no line of acl.txt allows it", "--client", "c1", "read", "clients/c1//x")
        self.says("denied: no line of acl.txt allows it", "--user", "bob", "read", "clients//bob/x")
        self.says("denied: no line of its own list in acl.txt allows it, and patterns do not count for a user name or "
                  "client id with + or #", "--user", "bob", "--client", "#", "read", "clients/c1/bob")
        self.says("denied: no ACL can open this topic to clients", "write", "$SYS/broker/uptime")

    def test_a_subscription(self):
        self.says("allowed by acl.txt:2: topic read plant/#", "--user", "", "subscribe", "plant")
        self.says("denied by acl.txt:3: topic deny plant/secret/#", "subscribe", "plant/+")
        self.says("denied by acl.txt:3: topic deny plant/secret/#", "subscribe", "#")
        self.says("denied: no line of acl.txt allows it", "subscribe", "animal/#")

    def test_a_user_of_no_letters_is_anonymous(self):
        self.says("allowed by acl.txt:2: topic read plant/#", "--user", "", "read", "plant/a")

    def test_a_path_is_told_as_it_was_given(self):
        path = str(self.directory / "acl.txt")
        self.says(f"allowed by {path}:2: topic read plant/#", "read", "plant/a", file=path)

    def test_an_empty_file_denies(self):
        for text in ("", "# topic read #\n", "\r\n\n"):
            self.file("empty", text)
            self.says("denied: no line of empty allows it", "read", "a", file="empty")

    def test_json(self):
        out, _ = self.ask("--json", "read", "plant/a")
        self.assertEqual(json.loads(out), {"allowed": True, "reason": "line", "file": "acl.txt", "line": 2,
                                           "text": "topic read plant/#"})
        out, _ = self.ask("--json", "read", "plant/secret", status=1)
        self.assertEqual(json.loads(out), {"allowed": False, "reason": "line", "file": "acl.txt", "line": 3,
                                           "text": "topic deny plant/secret/#"})
        for reason, arguments in {"no_line": ("read", "x"), "reserved_topic": ("write", "$SYS/x"),
                                  "wildcard_name": ("--client", "+", "read", "x")}.items():
            out, _ = self.ask("--json", *arguments, status=1)
            self.assertEqual(json.loads(out), {"allowed": False, "reason": reason, "file": "acl.txt", "line": None,
                                               "text": None})

    def test_a_wrong_file_is_told_with_every_line(self):
        self.file("bad", "topic read a\ntopics\nuser\ntopic rd a\ntopic read a#\n\x1b[2J\n")
        for option in ([], ["--json"]):
            out, err = self.ask(*option, "read", "a", file="bad", status=2)
            self.assertEqual(out, "")
            self.assertEqual(re.findall(r"Error found at bad:(\d+)\.", err), ["2", "3", "4", "5", "6"])
            self.assertNotIn("\x1b", err)

    def test_a_file_that_cannot_be_read(self):
        self.assertIn("No such file", self.ask("read", "a", file="missing", status=2)[1])
        self.assertIn("not a file", self.ask("read", "a", file=".", status=2)[1])

    def test_a_warning_does_not_change_the_answer(self):
        self.file("odd", "pattern read a\n")
        out, err = self.ask("read", "a", file="odd")
        self.assertEqual(out, "allowed by odd:1: pattern read a\n")
        self.assertIn("Warning found at odd:1.", err)

    def test_wrong_command_lines(self):
        for arguments in ([], ["read"], ["write", "a", "b"], ["publish", "a"], ["subscribe", "a#"], ["read", "a/#"], ["read", ""],
                          ["READ", "a"], ["--file", "acl.txt", "read", "a"], ["--qos", "1", "read", "a"]):
            self.assertTrue(self.ask(*arguments, status=2)[1], arguments)
        done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "acl-test", "read", "a"],
                              capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 2)


def sections():
    """(name, ACL file, questions) of mosquitto_cases.txt, which says on top how it is to be read."""
    for text in CASES.read_text(encoding="utf-8").split("\n=== ")[1:]:
        head, questions = text.split("\n---\n", 1)
        name, _, acl = head.partition("\n")
        for escape, byte in (("\\t", "\t"), ("\\r", "\r"), ("\\s", " ")):
            acl = acl.replace(escape, byte)
        yield name, acl + "\n", [line for line in questions.splitlines() if line]


class Mosquitto:
    """A mosquitto with an ACL file, and somebody in it who may do everything: a user of its own, last in the file."""

    def __init__(self, directory, acl):
        self.port = free_port()
        (directory / "acl").write_bytes((acl + "user the watcher\n" + "".join(
            f"topic readwrite {root}#\n" for root in ("", "$x/", "$y/", "$z/", "$sys/", "$SYS/", "$(x)/"))).encode())
        conf = directory / "conf"
        conf.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\nacl_file {directory}/acl\n")
        with (directory / "log").open("w") as log:
            self.process = subprocess.Popen([MOSQUITTO, "-c", str(conf)], stdout=log, stderr=log)
        end = time.monotonic() + seconds(10)
        while self.process.poll() is None and not Broker.accepts(self.port):
            assert time.monotonic() < end, "mosquitto does not start"
            time.sleep(0.01)
        self.running = self.process.poll() is None

    def client(self, client_id, user):
        return MqttClient(TcpTransport(self.port)).connect(client_id, username=user)

    def allows(self, access, user, client_id, topic):
        """Whether a message on this topic gets from the one to the watcher, or the other way round."""
        one, watcher = self.client(client_id, user), self.client("the watcher", "the watcher")
        giver, taker = (watcher, one) if access == "read" else (one, watcher)
        taker.subscribe((topic, 0))
        giver.publish(topic, b"this one", qos=1)  # acknowledged when it has been given to all who may have it
        taker.send(mqtt.PINGREQ)
        got = False
        while (raw := taker.read_packet()) != mqtt.PINGRESP:
            got = got or raw.endswith(b"this one")  # not a retained one of $SYS
        one.close()
        watcher.close()
        return got

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class MosquittoCases(unittest.TestCase):
    """What the unit test comparison.cpp takes for mosquitto's answers are its answers."""

    def setUp(self):
        if MOSQUITTO is None:
            self.skipTest("needs Debian's mosquitto")
        help_text = subprocess.run([MOSQUITTO, "-h"], capture_output=True, text=True, timeout=30, check=False).stdout
        if not help_text.startswith("mosquitto version 2.0."):
            self.skipTest("knows the differences of mosquitto 2.0 only")

    def test_the_answers_are_those_of_mosquitto(self):
        for name, acl, questions in sections():
            with self.subTest(name), tempfile.TemporaryDirectory() as directory:
                mosquitto = Mosquitto(pathlib.Path(directory), acl)
                self.addCleanup(mosquitto.stop)
                self.assertEqual(mosquitto.running, not questions[0].startswith("refused"))
                for question in questions if mosquitto.running else ():
                    access, user, client_id, topic, answer, *old = [f.strip() for f in question.split(" | ")]
                    wanted = (old[0].removeprefix("2.0: ") if old else answer).split()[0]
                    user = {"-": None, "(empty)": ""}.get(user, user)
                    got = "allowed" if mosquitto.allows(access, user, client_id, topic) else "denied"
                    self.assertEqual(got, wanted, question)
                mosquitto.stop()


if __name__ == "__main__":
    unittest.main()
