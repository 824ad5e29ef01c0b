"""An acl_file that cannot be used keeps the broker from starting, with file:line (mosquitto-compat section 3)."""

import os

from harness import packets as mqtt
from harness.broker import is_mosquitto
from harness.secured import SecuredCase

MISTAKES = {
    "unknown keyword": "topics read a",
    "a keyword in capitals": "TOPIC read a",
    "a comment that does not begin in column 1": "  # comment",
    "tabs": "topic\tread\ta",
    "unknown access": "topic reed a",
    "access in capitals": "topic Read a",
    "a topic with a space and no access": "topic a b",
    "no topic": "topic",
    "no topic of a pattern": "pattern",
    "# in the middle": "topic read a/#/b",
    "# behind a letter": "topic read a#",
    "+ beside a letter": "topic read a+/b",
    "a wrong pattern": "pattern read %c/#/a",
    "no user name": "user",
    "a blank user name": "user   ",
    "a topic that is too long": "topic read " + "a" * 65536,
}
NOT_MQTT = {"a topic that is not UTF-8": b"topic read a\xff", "a topic with a zero byte": b"topic read a\0b"}
GOOD = b"""# comment

user alice\r
  topic read a
   \ntopic deny a/b
pattern %c
topic read read
topic read $share/g/a
user alice
topic a/#
pattern write x%cy/%u"""


class AclFileErrors(SecuredCase):
    autostart = False
    extra_conf = "acl_file FILES/acl"

    def refused(self, line, *arguments):
        since = self.broker.log_size()
        self.broker.launch(arguments=arguments)
        status = self.broker.wait_exit()
        if is_mosquitto():
            self.assertNotEqual(status, 0)
            return
        self.assertEqual(status, 3)
        self.assertRegex(self.broker.log()[since:], line)

    def refused_both_ways(self, line):
        self.refused(line)
        if not is_mosquitto():
            self.refused(line, "--test-config")
            self.assertEqual(os.listdir(self.broker.store), [])

    def test_lines(self):
        for name, line in {**MISTAKES, **({} if is_mosquitto() else NOT_MQTT)}.items():
            with self.subTest(name):
                self.broker.write("acl", b"user alice\ntopic read a\n\n" + mqtt.to_bytes(line) + b"\ntopic read b\n")
                self.refused_both_ways(r"/acl:4\b")

    def test_a_mistake_in_the_last_line(self):
        self.broker.write("acl", "user alice\ntopic reed a")
        self.refused_both_ways(r"/acl:2\b")

    def test_files_that_cannot_be_read(self):
        line = self.broker.conf().splitlines().index(f"acl_file {self.broker.path('acl')}") + 1
        self.refused_both_ways(rf"broker\.conf:{line}\b")
        if not is_mosquitto():
            os.mkdir(self.broker.path("acl"))
            self.refused_both_ways(rf"broker\.conf:{line}\b")
            os.rmdir(self.broker.path("acl"))
            os.mkfifo(self.broker.path("acl"))
            self.refused_both_ways(rf"broker\.conf:{line}\b")

    def test_every_mistake_of_the_file_is_told(self):
        if is_mosquitto():
            self.skipTest("stops at the first")
        self.broker.write("acl", "topic reed a\ntopic read a\nuser\n")
        self.refused(r"/acl:1\b")
        self.assertRegex(self.broker.log(), r"/acl:3\b")
        self.assertNotRegex(self.broker.log(), r"/acl:2\b")

    def test_good_lines(self):
        self.broker.write("acl", GOOD)
        if not is_mosquitto():
            self.broker.launch(arguments=["--test-config"])
            self.assertEqual(self.broker.wait_exit(), 0)
        self.broker.start()
