"""acl_file: who may read and write what, by each kind of line and by their precedence (mosquitto-compat section 3).

Names that are put into patterns open nothing (reliability row 52).
"""

from harness import packets as mqtt
from harness.secured import SecuredCase

ACL = """
# those without a name
topic read open/#
topic deny open/not

user root
topic #
topic readwrite $other/#
topic readwrite $SYS/#
topic readwrite $share/#

# a comment
user alice
topic readwrite marker/own
topic read a/#
topic deny a/secret/#
topic deny a/+/x
topic write w/+
topic readwrite both/1
topic plain
topic write mixed/1
topic read mixed/#
topic read mixed/2
topic write mixed/2
topic read sp ace/1
topic read /lead
topic read trail/
topic read deep/+/end/#
topic read $other/1
topic read $SYS/broker/mine

user Alice
topic read upper

user ali ce
topic read name/one space
user ali  ce
topic read name/two spaces

user bob
topic readwrite marker/own

user u+
topic readwrite marker/own
user u#
topic readwrite marker/own
user +
topic readwrite marker/own
topic read plus

user alice
topic read again

pattern readwrite marker/%c
pattern read dev/%c/#
pattern write from/%u/+
pattern readwrite %c/x
pattern read %u/%c
pattern deny a/allowed
pattern deny never/#
pattern read never/#
"""
TOPICS = ["open", "open/1", "open/not", "a", "a/1", "a/allowed", "a/secret", "a/secret/1", "a/secrets", "a/b/x",
          "a/b/x/y", "a/b", "w", "w/1", "w/1/2", "both/1", "plain", "plain/1", "mixed/1", "mixed/2", "sp", "sp ace/1",
          "space/1", "lead", "/lead", "trail", "trail/", "deep/1/end", "deep/1/end/2", "deep/end", "upper", "again",
          "plus", "never/1", "name/one space", "name/two spaces", "$other", "$other/1", "$other/2", "dev/c1/1",
          "dev/c1", "dev/c2/1", "dev", "from/alice/1", "from/Alice/1", "from/bob/1", "from//1", "c1/x", "c2/x",
          "bob/x", "bob/c1", "alice/c1", "/c1", "a/x", "b/x", "x/x", "%c/x", "dev/%c/1", "$(x)/x", ".*/x", "zz"]

ALICE_READS = {"a", "a/1", "a/allowed", "a/secrets", "a/b", "a/b/x/y", "a/x", "both/1", "plain", "mixed/1", "mixed/2",
               "sp ace/1", "/lead", "trail/", "deep/1/end", "deep/1/end/2", "again", "$other/1"}
ALICE_WRITES = {"w/1", "both/1", "plain", "mixed/1", "mixed/2"}

# user name, client id, what it may read, what it may write
CASES = [
    (None, "c1", {"open", "open/1", "dev/c1/1", "dev/c1", "c1/x"}, {"c1/x"}),
    ("alice", "c1", ALICE_READS | {"dev/c1/1", "dev/c1", "c1/x", "alice/c1"},
     ALICE_WRITES | {"c1/x", "from/alice/1"}),
    ("alice", "c2", ALICE_READS | {"dev/c2/1", "c2/x"}, ALICE_WRITES | {"c2/x", "from/alice/1"}),
    ("bob", "c1", {"dev/c1/1", "dev/c1", "c1/x", "bob/c1"}, {"c1/x", "from/bob/1"}),
    ("Alice", "c2", {"upper", "dev/c2/1", "c2/x"}, {"c2/x", "from/Alice/1"}),
    ("ali ce", "c9", {"name/one space"}, set()),
    ("ali  ce", "c9", {"name/two spaces"}, set()),
    ("unnamed", "c9", set(), set()),
    ("unnamed", "bob", {"bob/x"}, {"bob/x"}),
    ("unnamed", "$(x)", set(), set()),  # a $ topic needs a line that begins with $
    ("unnamed", ".*", {".*/x"}, {".*/x"}),
    ("unnamed", "%c", {"%c/x", "dev/%c/1"}, {"%c/x"}),
]

WILDCARD_IDS = ("#", "+", "+/+", "c1/#", "x+", "dev/#")


class AclFile(SecuredCase):
    users = ("root", "alice", "Alice", "ali ce", "ali  ce", "bob", "unnamed", "u+", "u#", "+")
    files = {"acl": ACL}
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users"
    anonymous = "allow_anonymous true"

    def connect_as(self, user, client_id):
        if user is None:
            return self.raw().connect(client_id)
        return self.user(user, client_id)

    def root(self, client_id="root"):
        return self.user("root", client_id)

    def read(self, user, client_id, filters, marker):
        """Those of TOPICS that come."""
        reader, root = self.connect_as(user, client_id), self.root()
        for number in range(0, len(filters), 10):
            reader.subscribe(*((name, 1) for name in filters[number:number + 10]))
        reader.subscribe((marker, 1))
        root.send(*(mqtt.publish(topic, b"x", 1, number + 1) for number, topic in enumerate(TOPICS)))
        root.expect_unordered(*(mqtt.puback(number + 1) for number in range(len(TOPICS))))
        root.publish(marker, b"the end", 1)
        seen = set()
        while True:
            message = reader.take()
            if message.payload == b"the end":
                break
            self.assertNotIn(message.topic, seen)
            seen.add(message.topic)
        reader.close()
        root.close()
        return seen

    def written(self, user, client_id, marker):
        """Those of TOPICS that arrive elsewhere; all are acknowledged."""
        writer, watcher = self.connect_as(user, client_id), self.root("watcher")
        watcher.subscribe(("#", 0), ("$other/#", 0))
        writer.send(*(mqtt.publish(topic, b"x", 1, number + 1) for number, topic in enumerate([*TOPICS, marker])))
        writer.expect_unordered(*(mqtt.puback(number + 1) for number in range(len(TOPICS) + 1)))
        seen = set()
        while True:
            message = watcher.expect_publish()
            if message.topic == marker:
                break
            if message.payload == b"x":
                seen.add(message.topic)
        writer.close()
        watcher.close()
        return seen

    def check(self, cases, marker):
        for user, client_id, reads, writes in cases:
            with self.subTest(user=user, client_id=client_id, access="read"):
                self.assertEqual(self.read(user, client_id, TOPICS, marker(client_id)), reads)
            with self.subTest(user=user, client_id=client_id, access="read by wildcards"):
                self.assertEqual(self.read(user, client_id, ["#", "$other/#"], marker(client_id)), reads)
            with self.subTest(user=user, client_id=client_id, access="write"):
                self.assertEqual(self.written(user, client_id, marker(client_id)), writes)

    def test_topics_and_patterns(self):
        self.check(CASES, "marker/{}".format)

    def test_wildcards_in_names(self):
        """Their own lists count, patterns do not."""
        cases = [("alice", client_id, ALICE_READS, ALICE_WRITES) for client_id in WILDCARD_IDS]
        cases += [("bob", client_id, set(), set()) for client_id in WILDCARD_IDS]
        cases += [("u+", "c1", set(), set()), ("u#", "c1", set(), set()), ("+", "c1", {"plus"}, set())]
        self.check(cases, lambda client_id: "marker/own")

    def test_slashes_in_client_ids(self):
        """They open no levels that others own; whether one's own level may have a slash in it is not said."""
        for client_id, own in (("a/b", {"a/b/x"}), ("c2/x", set()), ("dev/c2", set()), ("/", set()), ("a/", set())):
            with self.subTest(client_id):
                self.assertEqual(self.read("bob", client_id, TOPICS, "marker/own") - own, set())
                self.assertEqual(self.written("bob", client_id, "marker/own") - own, {"from/bob/1"})


class PatternDeny(SecuredCase):
    """What a pattern denies stays denied, whatever a client calls itself."""

    users = ("root", "a/b", "ab")
    files = {"acl": "user root\ntopic #\npattern read marker\npattern deny by-id/%c/secret\npattern read by-id/#\n"
                    "pattern deny by-name/%u/secret\npattern read by-name/#\n"}
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users"

    def test_by_client_id_and_by_name(self):
        root = self.user("root")
        for name in ("ab", "a/b"):
            for kind in ("by-id", "by-name"):
                with self.subTest(name, kind=kind):
                    reader = self.user(name, name).subscribe((f"{kind}/#", 0), ("marker", 0))
                    for topic in (f"{kind}/{name}/secret", f"{kind}/{name}/open", "marker"):
                        root.publish(topic, b"1")
                    reader.expect(mqtt.publish(f"{kind}/{name}/open", b"1"), mqtt.publish("marker", b"1"))
                    reader.disconnect()
