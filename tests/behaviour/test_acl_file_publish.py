"""A publish that the acl_file denies is acknowledged as any other and then forgotten: not routed, retained or queued.

[MQTT-3.3.5-2]: MQTT 3.1.1 has no way to say no.
"""

import unittest

from harness import packets as mqtt
from harness.broker import is_mosquitto
from harness.secured import SecuredCase

ACL = """user root
topic #
user alice
topic readwrite ok/#
topic read no/#
topic write kept/ok
topic write dht11/mine/data
"""


class AclFilePublish(SecuredCase):
    users = ("root", "alice")
    files = {"acl": ACL}
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users"

    def publish_denied(self, alice, topic="no/1", payload=b"denied", retain=False):
        for qos in (0, 1, 2):
            alice.publish(topic, payload, qos, retain=retain)

    def test_not_routed(self):
        root = self.user("root").subscribe(("ok/#", 2), ("no/#", 2))
        alice = self.user("alice")
        self.publish_denied(alice)
        alice.publish("ok/1", b"allowed", 2)
        root.take("ok/1", b"allowed", 2)
        root.expect_nothing()

    def test_not_to_oneself(self):
        alice = self.user("alice").subscribe(("no/#", 0), ("ok/#", 0))
        self.publish_denied(alice)
        alice.publish("ok/1", b"allowed")
        alice.expect(mqtt.publish("ok/1", b"allowed"))

    def test_not_retained(self):
        alice = self.user("alice")
        self.publish_denied(alice, "kept/no", retain=True)
        alice.publish("kept/ok", b"allowed", 1, retain=True)
        root = self.user("root").subscribe(("kept/no", 1), ("kept/ok", 0), ("kept/no/#", 0))
        root.expect(mqtt.publish("kept/ok", b"allowed", retain=True))
        root.expect_nothing()

    def test_clears_nothing(self):
        root = self.user("root")
        root.publish("kept/kept", b"kept", 1, retain=True)
        alice = self.user("alice")
        self.publish_denied(alice, "kept/kept", b"", retain=True)
        self.publish_denied(alice, "kept/kept", b"other", retain=True)
        self.user("root", "late").subscribe(("kept/kept", 0)).expect(mqtt.publish("kept/kept", b"kept", retain=True))

    def test_not_queued(self):
        self.user("root", "away", clean=False).subscribe(("ok/#", 2), ("no/#", 2)).disconnect()
        alice = self.user("alice")
        self.publish_denied(alice)
        alice.publish("ok/1", b"allowed", 2)
        self.broker.restart()
        away = self.user("root", "away", session_present=True, clean=False)
        away.take("ok/1", b"allowed", 2)
        away.expect_nothing()

    def test_a_second_release_finds_nothing(self):
        """The exchange of QoS 2 is whole, with its duplicates."""
        root = self.user("root").subscribe(("no/#", 2), ("ok/#", 2))
        alice = self.user("alice")
        for dup in (False, True):
            alice.send(mqtt.publish("no/2", b"denied", 2, 9, dup=dup))
            alice.expect(mqtt.pubrec(9))
        for _ in range(2):
            alice.send(mqtt.pubrel(9))
            alice.expect(mqtt.pubcomp(9))
        alice.send(mqtt.publish("ok/2", b"allowed", 2, 9))
        alice.expect(mqtt.pubrec(9))
        alice.send(mqtt.pubrel(9))
        alice.expect(mqtt.pubcomp(9))
        root.take("ok/2", b"allowed", 2)

    def test_large(self):
        root = self.user("root").subscribe(("no/large", 1), ("ok/large", 1))
        alice = self.user("alice")
        self.publish_denied(alice, "no/large", b"x" * 300000)
        alice.publish("ok/large", b"y" * 300000, 1)
        root.take("ok/large", b"y" * 300000, 1)
        root.expect_nothing()

    def test_the_log_says_so(self):
        since = self.broker.log_size()
        self.user("alice").publish("no/log", b"denied", 1)
        self.broker.wait_log(r"Denied PUBLISH from alice-1 .*no/log", since)

    @unittest.skipIf(is_mosquitto(), "stores no measurements")
    def test_no_measurement(self):
        root = self.user("root").subscribe(("dht11/alerts", 0), ("ok/#", 0))
        alice = self.user("alice")
        for topic, fields in (("dht11/other/data", b'{"temperature":999,"humidity":999}'),
                              ("dht11/mine/data", b'{"temperature":998}')):
            self.publish_denied(alice, topic, fields)
        alert = root.expect_publish("dht11/alerts").payload
        self.assertIn(b"998", alert)
        self.assertNotIn(b"999", alert)


class Mixed(SecuredCase):
    """Who is asked about is the one who publishes, though topics and client ids are the same."""

    users = ("root", "alice", "bob")
    files = {"acl": "user root\ntopic #\nuser alice\ntopic write a\nuser bob\ntopic write b\n"}
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users"

    def test_two_in_turn(self):
        root = self.user("root").subscribe(("+", 0))
        alice, bob = self.user("alice"), self.user("bob")
        for _ in range(5):
            bob.publish("a", b"bob", 1)
            alice.publish("a", b"alice", 1)
            root.expect(mqtt.publish("a", b"alice"))
            alice.publish("b", b"alice", 1)
            bob.publish("b", b"bob", 1)
            root.expect(mqtt.publish("b", b"bob"))

    def test_one_client_id(self):
        root = self.user("root").subscribe(("+", 0))
        for _ in range(5):
            for name, topic in (("alice", "a"), ("bob", "b")):
                client = self.user(name, "same")
                client.publish("b" if topic == "a" else "a", name, 1)
                client.publish(topic, name, 1)
                root.expect(mqtt.publish(topic, name))
