"""A password_file that cannot be used keeps the broker from starting, with file:line, and shows no secret of it.

mosquitto-compat section 3; reliability row 18. mosquitto 2.0 lets bad lines pass, 2.1 does not.
"""

import os

from harness import packets as mqtt
from harness.secured import SecuredCase, password_line

GOOD = password_line("alice", "a")
HASH = GOOD.split(":", 1)[1]
MISTAKES = {
    "no name": ":" + HASH,
    "a blank name": "   :" + HASH,
    "no hash": "bob:\n",
    "plain text": "bob:canary\n",
    "plain text with a colon": "bob:can:ary\n",
    "another kind of hash": "bob:$5$canary$canary\n",
    "a cut hash": GOOD.replace("alice", "bob")[:60] + "\n",
    "a short digest": "bob:$7$101$AAAAAAAAAAAAAAAA$canary==\n",
    "no Base64": "bob:$7$101$canary!?$" + HASH.split("$")[-1],
    "no iterations": "bob:" + HASH.replace("$101$", "$$"),
    "zero iterations": "bob:" + HASH.replace("$101$", "$0$"),
    "negative iterations": "bob:" + HASH.replace("$101$", "$-101$"),
    "iterations that are no number": "bob:" + HASH.replace("$101$", "$canary$"),
    "iterations without end": "bob:" + HASH.replace("$101$", "$99999999999999999999$"),
    "an indented comment with a colon": "  # a: canary\n",
    "a name that is not UTF-8": b"b\xffb:" + HASH.encode(),
    "a name with a zero byte": b"b\0b:" + HASH.encode(),
}


class PasswordFileErrors(SecuredCase):
    nightjar_only = "mosquitto 2.0 logs bad lines and goes on"
    autostart = False
    extra_conf = "password_file FILES/users"

    def refused(self, wanted, *arguments):
        since = self.broker.log_size()
        self.broker.launch(arguments=arguments)
        self.assertEqual(self.broker.wait_exit(), 3)
        log = self.broker.log()[since:]
        self.assertRegex(log, wanted)
        self.assertNotRegex(log, "can:?ary")
        self.assertNotIn(HASH.split("$")[-1].strip(), log)
        return log

    def refused_both_ways(self, wanted):
        self.refused(wanted)
        self.refused(wanted, "--test-config")
        self.assertEqual(os.listdir(self.broker.store), [])

    def test_lines(self):
        for name, line in MISTAKES.items():
            with self.subTest(name):
                self.broker.write("users", b"# people\n" + GOOD.encode() + b"\n" + mqtt.to_bytes(line))
                self.refused_both_ways(r"/users:4\b")

    def test_a_name_twice(self):
        self.broker.write("users", GOOD + "\n" + password_line("bob", "b") + password_line(" alice ", "b"))
        self.refused_both_ways(r"/users:4\b")

    def test_every_mistake_of_the_file_is_told(self):
        self.broker.write("users", "a:canary\n" + GOOD + "b:canary\nc:\n")
        log = self.refused(r"/users:1\b")
        self.assertRegex(log, r"/users:3\b")
        self.assertRegex(log, r"/users:4\b")
        self.assertNotRegex(log, r"/users:2\b")

    def test_files_that_cannot_be_read(self):
        line = self.broker.conf().splitlines().index(f"password_file {self.broker.path('users')}") + 1
        where = rf"broker\.conf:{line}\b"
        self.refused_both_ways(where)
        os.mkdir(self.broker.path("users"))
        self.refused_both_ways(where)
        os.rmdir(self.broker.path("users"))
        os.mkfifo(self.broker.path("users"))
        self.refused_both_ways(where)

    def test_a_good_file_passes_the_test(self):
        self.broker.write("users", "# people\n\nno colon here\n" + GOOD)
        self.broker.launch(arguments=["--test-config"])
        self.assertEqual(self.broker.wait_exit(), 0)

    def test_a_name_that_is_too_long(self):
        self.broker.write("users", GOOD + "n" * 65536 + ":" + HASH)
        self.refused_both_ways(r"/users:2\b")
        self.broker.write("users", GOOD + "n" * 65535 + ":" + HASH)
        self.broker.start()
        self.assertEqual(self.login("n" * 65535, "a"), 0)
