"""Rights are asked for when a message goes, not when somebody subscribed: what a changed acl_file denies comes no more.

Also not what waited before the change, nor by the session of another user (reliability rows 50 and 57).
"""

from harness import packets as mqtt
from harness.secured import SecuredCase

ROOT = "user root\ntopic #\n"
NARROW = ROOT + "user alice\ntopic read ok/#\nuser bob\ntopic read ok/#\ntopic write ok/#\n"
WIDE = NARROW + "topic write gone/#\nuser alice\ntopic read secret/#\n"


class AclFileChanged(SecuredCase):
    users = ("root", "alice", "bob")
    files = {"acl": WIDE}
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users"
    broker_per_test = True

    def change(self):
        self.broker.stop()
        self.broker.write("acl", NARROW)
        self.broker.start()

    def durable(self, user, client_id, session_present=True):
        return self.user(user, client_id, session_present, clean=False)

    def test_live(self):
        self.durable("alice", "kept", False).subscribe(("secret/#", 1), ("ok/#", 1)).disconnect()
        self.change()
        alice = self.durable("alice", "kept")
        root = self.user("root")
        root.publish("secret/1", b"1", 1)
        root.publish("ok/1", b"1", 1)
        alice.take("ok/1", b"1", 1)
        alice.expect_nothing()

    def test_retained(self):
        root = self.user("root")
        for topic in ("secret/1", "ok/1"):
            root.publish(topic, b"kept", 1, retain=True)
        self.change()
        alice = self.user("alice").subscribe(("#", 0), ("secret/1", 0))
        alice.expect(mqtt.publish("ok/1", b"kept", retain=True))
        alice.expect_nothing()

    def test_queued_before(self):
        self.durable("alice", "kept", False).subscribe(("secret/#", 2), ("ok/#", 2)).disconnect()
        root = self.user("root")
        for qos in (1, 2):
            root.publish("secret/1", b"waits", qos)
        root.publish("ok/1", b"waits", 1)
        self.change()
        alice = self.durable("alice", "kept")
        alice.take("ok/1", b"waits", 1)
        alice.expect_nothing()

    def test_sent_before(self):
        """Delivered but not acknowledged: it would be sent again."""
        alice = self.durable("alice", "kept", False).subscribe(("secret/#", 1), ("ok/#", 1))
        root = self.user("root")
        root.publish("secret/1", b"sent", 1)
        root.publish("ok/1", b"sent", 1)
        alice.expect_publish("secret/1")
        alice.expect_publish("ok/1")
        alice.close()
        self.change()
        alice = self.durable("alice", "kept")
        alice.take("ok/1", b"sent", 1)
        alice.expect_nothing()

    def test_writing(self):
        bob = self.user("bob", "writer", clean=False)
        bob.publish("gone/1", b"1", 1)
        bob.disconnect()
        self.change()
        root = self.user("root").subscribe(("#", 0))
        bob = self.user("bob", "writer", session_present=True, clean=False)
        bob.publish("gone/1", b"2", 1)
        bob.publish("ok/1", b"marker", 1)
        while True:
            message = root.expect_publish()
            self.assertNotEqual(message.topic, "gone/1")
            if message.topic == "ok/1":
                break


class SessionOfAnother(SecuredCase):
    """Another user under the same client id: what only the first may read stays unread."""

    users = ("root", "alice", "bob")
    files = {"acl": WIDE}
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users"

    def leave(self, client_id):
        self.user("alice", client_id, clean=False).subscribe(("secret/#", 2), ("ok/#", 2)).disconnect()
        self.root = self.user("root")

    def take_over(self, client_id):
        """bob, with whatever session the broker gives him."""
        bob = self.raw()
        bob.send(mqtt.connect(client_id, clean=False, username="bob", password="bob's"),
                 mqtt.subscribe(1, ("ok/marker", 1)))
        self.assertIn(bob.read_packet(), (mqtt.connack(0), mqtt.connack(0, True)))
        return bob

    def assert_only_ok(self, bob):
        self.root.publish("ok/marker", b"", 1)
        while True:
            packet = bob.read_packet()
            if packet[0] >> 4 != 3:
                continue
            message = mqtt.Publish(packet)
            self.assertTrue(message.topic.startswith("ok/"), message.topic)
            if message.topic == "ok/marker":
                return
            if message.qos:
                bob.send((mqtt.puback if message.qos == 1 else mqtt.pubrec)(message.packet_id))

    def test_live(self):
        self.leave("live")
        bob = self.take_over("live")
        self.root.publish("secret/1", b"1", 2)
        self.assert_only_ok(bob)

    def test_queued(self):
        self.leave("queued")
        for qos in (1, 2):
            self.root.publish("secret/1", b"waits", qos)
        self.assert_only_ok(self.take_over("queued"))

    def test_queued_later(self):
        """From then on the session is bob's, and what waits for it too."""
        self.leave("later")
        self.take_over("later").close()
        self.root.publish("secret/1", b"1", 2)
        self.assert_only_ok(self.take_over("later"))
