"""A will obeys the right to write at the time it is sent (reliability row 59)."""

from harness import packets as mqtt
from harness.secured import SecuredCase

ACL = """user root
topic #
user alice
topic readwrite ok/#
topic write kept/ok
"""


class AclFileWill(SecuredCase):
    users = ("root", "alice")
    files = {"acl": ACL}
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users"

    def die(self, topic, qos=1, retain=False):
        """Leaves without DISCONNECT, and comes back under the same client id: then the will is behind us."""
        self.user("alice", "dying", will=(topic, b"will", qos, retain)).close()
        self.user("alice", "dying").disconnect()

    def test_allowed(self):
        root = self.user("root").subscribe(("ok/#", 2), ("no/#", 2))
        for qos in (0, 1, 2):
            self.die("ok/will", qos)
            root.take("ok/will", b"will", qos)

    def test_denied(self):
        root = self.user("root").subscribe(("ok/#", 2), ("no/#", 2))
        for qos in (0, 1, 2):
            self.die("no/will", qos)
        self.die("ok/marker")
        root.take("ok/marker", b"will", 1)
        root.expect_nothing()

    def test_denied_and_retained(self):
        self.user("root").publish("kept/no", b"kept", 1, retain=True)
        self.die("kept/no", retain=True)
        self.die("kept/new", retain=True)
        self.die("kept/ok", retain=True)
        late = self.user("root").subscribe(("kept/no", 0), ("kept/new", 0), ("kept/ok", 0))
        late.expect_unordered(mqtt.publish("kept/no", b"kept", retain=True),
                              mqtt.publish("kept/ok", b"will", retain=True))
        late.expect_nothing()

    def test_denied_for_those_away(self):
        self.user("root", "away", clean=False).subscribe(("no/#", 2), ("ok/#", 2)).disconnect()
        self.die("no/will", 2)
        self.die("ok/marker", 2)
        away = self.user("root", "away", session_present=True, clean=False)
        away.take("ok/marker", b"will", 2)
        away.expect_nothing()

    def test_denied_below_system_topics(self):
        root = self.user("root").subscribe(("$SYS/broker/mine", 1), ("ok/#", 1))
        client = self.user("root", "dying", will=("$SYS/broker/mine", b"will", 1, False))
        client.close()
        self.user("root", "dying").disconnect()
        self.user("alice").publish("ok/marker", b"1", 1)
        root.take("ok/marker", b"1", 1)

    def test_the_second_user_of_a_client_id(self):
        """The will is of the user who left it."""
        root = self.user("root").subscribe(("ok/#", 1), ("no/#", 1))
        self.user("root", "shared", will=("no/of root", b"will", 1, False)).close()
        self.user("alice", "shared", will=("no/of alice", b"will", 1, False)).close()
        self.user("root", "shared", will=("no/of root", b"2", 1, False)).close()
        self.user("alice", "shared").disconnect()
        root.take("no/of root", b"will", 1)
        root.take("no/of root", b"2", 1)
        root.expect_nothing()
