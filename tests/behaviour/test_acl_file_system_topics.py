"""Rights below `$`: only lines that begin with `$` open them, and below $SYS nobody writes (reliability row 58)."""

from harness import packets as mqtt
from harness.secured import SecuredCase

ACL = """user root
topic #
topic $SYS/#
topic $other/#
topic $share/#
user hash
topic #
topic +/broker/#
topic +/x
user reader
topic readwrite marker
topic read $SYS/broker/version
topic read $other/#
topic deny $other/secret
user writer
topic readwrite marker
topic write $other/#
"""


class AclFileSystemTopics(SecuredCase):
    users = ("root", "hash", "reader", "writer")
    files = {"acl": ACL}
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users\nsys_interval 1"

    def test_only_who_may_reads_system_topics(self):
        self.user("root").subscribe(("$SYS/broker/version", 0), ("$SYS/broker/uptime", 0)).expect_publish()
        self.user("hash").subscribe(("$SYS/#", 0), ("$SYS/broker/version", 0), ("+/broker/#", 0)).expect_nothing()
        reader = self.user("reader").subscribe(("$SYS/#", 0))
        self.assertEqual(reader.expect_publish().topic, "$SYS/broker/version")
        reader.expect_nothing()

    def test_nobody_writes_system_topics(self):
        root = self.user("root").subscribe(("$SYS/broker/mine", 0), ("marker", 0))
        for name in ("root", "hash"):
            for qos in (0, 1, 2):
                forger = self.user(name, f"forger-{name}-{qos}")
                forger.send_until_closed(mqtt.publish("$SYS/broker/mine", b"x", qos, qos or None, retain=True))
        self.user("reader").publish("marker", b"1", 1)
        root.expect(mqtt.publish("marker", b"1"))
        late = self.user("root", "late").subscribe(("$SYS/broker/mine", 0))
        late.expect_nothing()

    def test_nobody_writes_shared_subscriptions(self):
        watcher = self.user("root").subscribe(("#", 0))
        self.user("root", "other").send_until_closed(mqtt.publish("$share/group/a", b"x"))
        self.user("reader").publish("marker", b"1", 1)
        while True:
            message = watcher.expect_publish()
            self.assertNotEqual(message.payload, b"x")
            if message.topic == "marker":
                break

    def test_other_dollar_topics(self):
        root = self.user("root").subscribe(("$other/#", 0), ("marker", 0))
        self.user("hash").publish("$other/x", b"denied", 1)
        writer = self.user("writer").subscribe(("$other/#", 0))
        writer.publish("$other/x", b"allowed", 1)
        writer.publish("$other/secret", b"allowed", 1)
        root.expect(mqtt.publish("$other/x", b"allowed"), mqtt.publish("$other/secret", b"allowed"))
        reader = self.user("reader").subscribe(("$other/#", 1), ("marker", 0))
        hash_reader = self.user("hash").subscribe(("$other/#", 1), ("#", 0))
        publisher = self.user("root", "publisher")
        publisher.publish("$other/secret", b"2", 1)
        publisher.publish("$other/y", b"2")
        publisher.publish("marker", b"2")
        self.assertEqual([reader.take().topic for _ in range(2)], ["$other/y", "marker"])
        while True:
            message = hash_reader.take()
            self.assertNotIn("$", message.topic)
            if message.topic == "marker":
                break
        writer.expect_nothing()
