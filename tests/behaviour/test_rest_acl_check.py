"""GET /api/v1/acl/check: may a client, and which line of which file says so; the words are those of nightjarctl acl-test."""

import json
import os
import signal
import subprocess
import urllib.parse

from harness import BrokerCase, packets as mqtt
from harness.broker import ROOT

ACL = """topic read open/#
user ann
topic readwrite ann/#
topic deny ann/secret
topic read /api/v1/#
pattern write in/%c/%u
"""


class AclCase(BrokerCase):
    nightjar_only = "mosquitto does not explain itself"
    broker_per_test = True

    def check(self, **query):
        answer = self.rest.get("/api/v1/acl/check?" + urllib.parse.urlencode(query))
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def use(self, *lines, acl=ACL):
        self.path = self.broker.directory + "/acl.txt"
        with open(self.path, "w") as file:
            file.write(acl + "topic read /api/v1/#\n" if "user" not in acl else "topic read /api/v1/#\n" + acl)
        self.broker.extra_conf = "\n".join([f"acl_file {self.path}", *lines])
        self.broker.restart()


class AclCheck(AclCase):
    def test_without_rules(self):
        self.assertEqual(self.check(topic="a", access="write"), {
            "allowed": True, "reason": "no_acl_file", "file": None, "line": None, "text": None,
            "detail": "allowed: there is no acl_file"})
        self.assertEqual(self.check(topic="$SYS/x", access="write")["reason"], "reserved_topic")
        self.assertEqual(self.check(topic="#", access="subscribe")["reason"], "subscriptions_are_granted")

    def test_the_line_that_decided(self):
        self.use()
        for query, line in {("ann", "", "ann/x", "write"): 4, ("ann", "", "ann/secret", "read"): 5,
                            ("", "", "open/x", "read"): 2, ("bob", "c1", "in/c1/bob", "write"): 7}.items():
            user, client, topic, access = query
            got = self.check(username=user, clientid=client, topic=topic, access=access)
            self.assertEqual((got["file"], got["line"], got["reason"]), (self.path, line, "line"), query)
            self.assertEqual(got["allowed"], topic != "ann/secret")
            self.assertIn(f"{self.path}:{line}", got["detail"])

    def test_nightjarctl_says_the_same(self):
        self.use("acl_deny_subscribe true")
        for user, client, topic, access in (("ann", "", "ann/x", "read"), ("ann", "", "ann/secret", "write"),
                                            ("", "", "nothing", "read"), ("bob", "#", "in/#/bob", "write"),
                                            ("", "", "$SYS/x", "write"), ("", "", "open/+", "subscribe"),
                                            ("ann", "", "ann/+", "subscribe"), ("ann", "", "#", "subscribe")):
            if access != "subscribe" and "#" in topic:
                topic = "in/x/bob"
            here = self.check(username=user, clientid=client, topic=topic, access=access)
            done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "acl-test", "--json",
                                   "--file", self.path, "--user", user, "--client", client, access, topic],
                                  capture_output=True, text=True, timeout=60, check=False)
            there = json.loads(done.stdout)
            self.assertEqual(done.returncode, 0 if here["allowed"] else 1)
            for name in ("allowed", "reason", "line", "text"):
                self.assertEqual(here[name], there[name], (user, client, topic, access))

    def test_it_is_what_the_broker_does(self):
        self.use("acl_deny_subscribe true")
        client = self.client("c", username="ann", password="x")
        for topic, qos in (("ann/+", 0x80), ("ann/x", 0)):
            client.send(mqtt.subscribe(9, (topic, 0)))
            client.expect(mqtt.suback(9, qos))
            self.assertEqual(self.check(username="ann", clientid="c", topic=topic, access="subscribe")["allowed"],
                             qos == 0)

    def test_a_reload_counts(self):
        self.use()
        self.assertFalse(self.check(topic="new", access="read")["allowed"])
        with open(self.path, "w") as file:
            file.write("topic read /api/v1/#\ntopic read new\n")
        self.broker.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: self.check(topic="new", access="read")["allowed"], "the new file counts")

    def test_the_rights_of_another_listener(self):
        self.use()
        self.assertFalse(self.check(topic="x", access="read", listener=self.broker.port)["allowed"])
        self.assert_http_error(self.rest.get("/api/v1/acl/check?topic=x&access=read&listener=1"), 400)

    def test_wrong_parameters(self):
        for query in ("", "topic=a", "access=read", "topic=a&access=readwrite", "topic=a%23&access=read",
                      "topic=%2B&access=write", "topic=a%23&access=subscribe", "topic=&access=read"):
            self.assert_http_error(self.rest.get("/api/v1/acl/check?" + query), 400, "bad_parameter")


if __name__ == "__main__":
    import unittest
    unittest.main()
