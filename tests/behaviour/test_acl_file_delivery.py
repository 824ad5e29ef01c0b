"""What a subscriber may not read never comes, and nobody says so: SUBSCRIBE is granted, its messages are left out.

Live, retained and queued ones, at each QoS, by whatever filter (mosquitto-compat section 3, reliability row 57).
"""

from harness import MqttClient, WebSocketTransport, packets as mqtt
from harness.secured import SecuredCase

ACL = """user root
topic #
user alice
topic read ok/#
topic read both/+
topic deny both/secret
topic deny ok/secret
user bob
topic readwrite bob/write
topic write bob/only
"""


class DeliveryCase(SecuredCase):
    users = ("root", "alice", "bob")
    files = {"acl": ACL}
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users"

    def setUp(self):
        super().setUp()
        self.root = self.user("root", "publisher")

    def publish(self, *topics, retain=False):
        """At each QoS, the payload says which."""
        for topic in topics:
            for qos in (0, 1, 2):
                self.root.publish(topic, str(qos), qos, retain=retain)

    def expect_three(self, reader, topic, granted=2):
        for qos in (0, 1, 2):
            reader.take(topic, str(qos), min(qos, granted))


class Live(DeliveryCase):
    def test_each_qos(self):
        for granted in (0, 1, 2):
            alice = self.user("alice").subscribe(("no/1", granted), ("ok/1", granted), ("ok/secret", granted))
            self.publish("no/1", "ok/secret", "ok/1")
            self.expect_three(alice, "ok/1", granted)
            alice.expect_nothing()
            alice.disconnect()

    def test_wildcards(self):
        for name in ("#", "+/#", "+/+", "/#"):
            with self.subTest(name):
                alice = self.user("alice").subscribe((name, 2), ("ok/end", 2))
                self.publish("no/1", "both/secret", "ok/secret", "both/1", "ok/1")
                self.root.publish("ok/end", b"end")
                wanted = [] if name == "/#" else ["both/1"] * 3 + ["ok/1"] * 3
                self.assertEqual([message.topic for message in alice.take_many(len(wanted) + 1)], [*wanted, "ok/end"])
                alice.close()

    def test_overlapping_filters(self):
        """One message for several filters, or one for each: but only of what may be read."""
        alice = self.user("alice").subscribe(("#", 0), ("+/secret", 2), ("both/+", 1), ("no/1", 2), ("both/#", 2))
        self.publish("no/1", "both/secret", "ok/secret", "both/1")
        self.root.publish("ok/end", b"end")
        seen = set()
        while True:
            message = alice.expect_publish()
            if message.topic == "ok/end":
                break
            seen.add(message.topic)
        self.assertEqual(seen, {"both/1"})

    def test_beside_one_who_may(self):
        """The same topic and filter, in the same moment."""
        alice, root = self.user("alice").subscribe(("#", 0)), self.user("root").subscribe(("no/1", 0), ("ok/1", 0))
        for number in range(5):
            self.root.publish("no/1", str(number))
            self.root.publish("ok/1", str(number))
            root.expect(mqtt.publish("no/1", str(number)), mqtt.publish("ok/1", str(number)))
            alice.expect(mqtt.publish("ok/1", str(number)))

    def test_own_messages(self):
        bob = self.user("bob").subscribe(("bob/#", 0))
        bob.publish("bob/only", b"1", 1)
        bob.publish("bob/write", b"2")
        bob.expect(mqtt.publish("bob/write", b"2"))

    def test_websockets(self):
        alice = MqttClient(WebSocketTransport(self.websocket())).connect("web", username="alice", password="alice's")
        alice.subscribe(("#", 0))
        self.publish("no/1")
        self.root.publish("ok/1", b"1")
        alice.expect(mqtt.publish("ok/1", b"1"))

    def test_one_client_id_with_two_users(self):
        for _ in range(3):
            self.user("root", "same").subscribe(("no/1", 0)).close()
            alice = self.user("alice", "same").subscribe(("no/1", 0), ("ok/1", 0))
            self.publish("no/1")
            self.root.publish("ok/1", b"1")
            alice.expect(mqtt.publish("ok/1", b"1"))

    def test_subscribing_is_always_granted(self):
        alice = self.user("alice").subscribe(("no/1", 0), ("#", 1), ("$SYS/#", 2), ("ok/#", 2))
        alice.unsubscribe("no/1", "#", "never/was")


class Retained(DeliveryCase):
    def setUp(self):
        super().setUp()
        for topic in ("no/r", "ok/secret", "both/secret", "ok/r", "both/r"):
            self.root.publish(topic, b"kept", 1, retain=True)

    def test_exact_filters(self):
        alice = self.user("alice").subscribe(("no/r", 1), ("ok/secret", 1), ("ok/r", 1))
        self.assertTrue(alice.take("ok/r", b"kept", 1).retain)
        alice.expect_nothing()

    def test_wildcards(self):
        for name, topics in (("#", {"ok/r", "both/r"}), ("+/r", {"ok/r", "both/r"}), ("+/secret", set()),
                             ("no/#", set()), ("ok/+", {"ok/r"}), ("both/#", {"both/r"})):
            for qos in (0, 1, 2):
                with self.subTest(name, qos=qos):
                    alice = self.user("alice").subscribe((name, qos))
                    self.assertEqual({alice.take().topic for _ in topics}, topics)
                    alice.expect_nothing()
                    alice.disconnect()

    def test_again_and_again(self):
        alice = self.user("alice")
        for _ in range(3):
            alice.subscribe(("no/r", 0), ("ok/r", 0))
            alice.expect(mqtt.publish("ok/r", b"kept", retain=True))
            alice.expect_nothing()


class Queued(DeliveryCase):
    extra_conf = DeliveryCase.extra_conf + "\nmax_queued_messages 5\nmax_inflight_messages 3"

    def away(self, client_id, *filters):
        self.user("alice", client_id, clean=False).subscribe(*filters).disconnect()

    def back(self, client_id):
        return self.user("alice", client_id, session_present=True, clean=False)

    def test_what_may_not_be_read_is_not_queued(self):
        """Nor does it take the place of what may be."""
        self.away("away", ("#", 2))
        for _ in range(4):
            self.publish("no/1", "ok/secret", "both/secret")
        for number in range(4):
            self.root.publish("ok/1", str(number), 1 + number % 2)
        for _ in range(4):
            self.publish("no/1", "ok/secret", "both/secret")
        alice = self.back("away")
        self.assertEqual([message.payload for message in alice.take_many(4)], [b"0", b"1", b"2", b"3"])
        alice.expect_nothing()

    def test_nor_behind_a_full_window(self):
        """A connected one that does not acknowledge: what waits behind is only what may be read."""
        alice = self.user("alice").subscribe(("#", 1))
        for number in range(3):
            self.root.publish("ok/1", str(number), 1)
        taken = [alice.expect_publish("ok/1") for _ in range(3)]
        self.publish("no/1", "ok/secret")
        self.root.publish("ok/1", b"3", 1)
        self.root.publish("ok/1", b"4", 1)
        alice.expect_nothing()
        for message in taken:
            alice.send(mqtt.puback(message.packet_id))
        alice.take("ok/1", b"3", 1)
        alice.take("ok/1", b"4", 1)
        alice.expect_nothing()

    def test_nor_takes_a_place_in_the_window(self):
        alice = self.user("alice").subscribe(("#", 2))
        for _ in range(5):
            self.publish("no/1")
        for number in range(3):
            self.root.publish("ok/1", str(number), 1)
        for number in range(3):
            alice.expect_publish("ok/1", str(number), 1)

    def test_overlapping_filters(self):
        self.away("overlap", ("no/#", 1), ("+/1", 2), ("ok/+", 1))
        self.publish("no/1")
        self.root.publish("ok/2", b"marker", 1)
        alice = self.back("overlap")
        alice.take("ok/2", b"marker", 1)
        alice.expect_nothing()

    def test_over_a_restart(self):
        """The rights of the user of a session are known before the client is back."""
        self.away("restart", ("#", 2))
        self.root.publish("no/1", b"1", 2)
        self.root.publish("ok/1", b"1", 2)
        self.broker.restart()
        self.root = self.user("root", "publisher")
        self.root.publish("no/1", b"2", 2)
        self.root.publish("ok/1", b"2", 2)
        alice = self.back("restart")
        self.assertEqual([(message.topic, message.payload) for message in alice.take_many(2)],
                         [("ok/1", b"1"), ("ok/1", b"2")])
        alice.expect_nothing()
