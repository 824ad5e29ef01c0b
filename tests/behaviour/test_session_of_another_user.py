"""A session that somebody else takes over, or that comes by another listener, keeps nothing of its old rights."""

from harness.secured import SecuredCase, password_file

ACL = """user alice
topic readwrite hers/#
user bob
topic readwrite his/#
user root
topic readwrite #
"""
LISTENERS = """per_listener_settings true
listener PORT 127.0.0.1
allow_anonymous true
acl_file FILES/inside
listener EXTRA_PORT 127.0.0.1
allow_anonymous true
acl_file FILES/outside
listener WEBSOCKET_PORT 127.0.0.1
protocol websockets
"""


class AnotherUser(SecuredCase):
    users = ("alice", "bob", "root")
    files = {"acl": ACL}
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users"
    broker_per_test = True

    def setUp(self):
        super().setUp()
        self.root = self.user("root")
        self.watch = self.user("root", "watch").subscribe(("hers/#", 0), ("his/#", 0))

    def test_writes(self):
        alice = self.user("alice", "shared", clean=False)
        alice.publish("hers/1", b"alice", 1)
        self.watch.take("hers/1", b"alice", 0)
        alice.disconnect()
        bob = self.user("bob", "shared", True, clean=False)
        bob.publish("hers/1", b"bob", 1)
        bob.publish("his/1", b"bob", 1)
        self.watch.take("his/1", b"bob", 0)
        bob.disconnect()
        alice = self.user("alice", "shared", True, clean=False)
        alice.publish("hers/1", b"alice again", 1)
        self.watch.take("hers/1", b"alice again", 0)

    def test_reads(self):
        alice = self.user("alice", "shared", clean=False).subscribe(("#", 1))
        self.root.publish("hers/1", b"1", 1)
        alice.take("hers/1", b"1")
        alice.disconnect()
        bob = self.user("bob", "shared", True, clean=False)
        for qos in (0, 1):
            self.root.publish("hers/1", b"2", qos)
        self.root.publish("his/1", b"3", 1)
        bob.take("his/1", b"3")
        bob.disconnect()
        alice = self.user("alice", "shared", True, clean=False)
        self.root.publish("hers/1", b"4", 1)
        alice.take("hers/1", b"4")

    def test_reads_while_connected(self):
        """Bob throws Alice out: nothing comes between."""
        alice = self.user("alice", "shared", clean=False).subscribe(("hers/1", 0))
        self.root.publish("hers/1", b"1")
        alice.take("hers/1", b"1")
        bob = self.user("bob", "shared", True, clean=False)
        self.root.publish("hers/1", b"2")
        bob.expect_nothing()


class AnotherListener(SecuredCase):
    nightjar_only = "the harness' third listener is HTTP"
    anonymous = ""
    listeners = LISTENERS + "listener HTTP_PORT 127.0.0.1\nprotocol http_api"
    files = {"inside": "topic readwrite #\n", "outside": "topic readwrite open/#\n"}

    def test_reads_and_writes(self):
        inside = self.raw().connect("watch").subscribe(("+/1", 0))
        client = self.raw().connect("roams", clean=False).subscribe(("+/1", 0))
        client.publish("closed/1", b"1")
        for each in (inside, client):
            each.take("closed/1", b"1")
        client.disconnect()
        outside = self.raw(self.broker.extra_port).connect("roams", True, clean=False)
        outside.publish("closed/1", b"2", 1)
        inside.publish("closed/1", b"3")
        inside.take("closed/1", b"3")
        outside.publish("open/1", b"4")
        for each in (inside, outside):
            each.take("open/1", b"4")
