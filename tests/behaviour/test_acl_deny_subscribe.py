"""acl_deny_subscribe true: SUBACK says 0x80 for a filter that matches anything its client may not read; default false.

[MQTT-3.8.4-5] [MQTT-3.9.3-2]
"""

from harness import MqttClient, WebSocketTransport, packets as mqtt
from harness.secured import SecuredCase

ACL = """topic read open/#
user root
topic #
topic $SYS/#
user alice
topic read ok/#
topic read one/+
topic read exact
topic read part/#
topic deny part/secret
topic read deep/#
topic deny deep/+/secret
topic write only/written
topic readwrite both
topic read $other/#
user bob
pattern read dev/%c/#
pattern read all/#
pattern deny all/%u
"""
NO = 0x80
# user, client id, filter, whether it is granted
CASES = [
    *(("alice", "c1", name, True) for name in (
        "ok/#", "ok/1", "ok/+", "ok/+/#", "ok", "ok/1/2/3", "one/1", "one/+", "exact", "part/1", "part/1/#",
        "part/secret/1", "deep/secret", "deep/1/other", "deep/1/2/secret", "both", "$other/#", "$other/1", "$other",
        "dev/c1/#", "dev/c1/+", "dev/c1", "all/bob", "all/other")),
    *(("alice", "c1", name, False) for name in (
        "#", "+", "+/#", "+/+", "no", "no/#", "ok1", "okay/#", "+/1", "one/#", "one", "one/1/2", "one/+/+", "exact/#",
        "exact/1", "part/#", "part/+", "part/secret", "part/secret/#", "+/secret", "deep/#", "deep/+/#",
        "deep/+/secret", "deep/1/#", "deep/1/secret", "deep/1/+", "only/written", "$SYS", "$SYS/#",
        "$SYS/broker/version", "dev/#", "dev/+/#", "dev/c2/#", "dev/c2", "dev/+", "all/#", "all/+", "all/alice",
        "open/1", "/ok/1", "Ok/1")),
    *(("root", "c1", name, True) for name in ("#", "+", "+/+/#", "/", "$SYS/#", "$SYS", "$SYS/broker/version")),
    *(("root", "c1", name, False) for name in ("$other/#", "$other")),
    *((None, "c1", name, True) for name in ("open/#", "open", "open/+/1", "dev/c1/#")),
    *((None, "c1", name, False) for name in ("#", "ok/#", "dev/c2/#")),
    *(("bob", "+", name, False) for name in ("dev/+/#", "dev/c1/#", "dev/#", "all/x")),
    *(("bob", "#", name, False) for name in ("dev/#", "all/x")),
    *(("bob", "c2", name, True) for name in ("dev/c2/#", "all/alice")),
    *(("bob", "c2", name, False) for name in ("dev/c1/#", "all/bob", "all/+")),
]


class DenySubscribeCase(SecuredCase):
    users = ("root", "alice", "bob")
    files = {"acl": ACL}
    anonymous = "allow_anonymous true"

    def connect_as(self, user, client_id, **options):
        return self.user(user, client_id, **options) if user else self.raw().connect(client_id, **options)

    def granted(self, client, *filters):
        """The return codes of one SUBSCRIBE; retained messages of earlier ones may come before."""
        packet_id = client.packet_id()
        client.send(mqtt.subscribe(packet_id, *filters))
        while True:
            answer = client.read_packet()
            if answer[:1] == b"\x90" or not answer:
                break
            self.assertEqual(answer[0] >> 4, 3, mqtt.describe(answer))
        self.assertEqual(answer[:4], mqtt.suback(packet_id, *(0 for _ in filters))[:4])
        return list(answer[4:])


class AclDenySubscribe(DenySubscribeCase):
    extra_conf = "acl_file FILES/acl\npassword_file FILES/users\nacl_deny_subscribe true"
    nightjar_only = "mosquitto grants every filter"

    def test_which_filters(self):
        for user, client_id, name, allowed in CASES:
            with self.subTest(user=user, client_id=client_id, filter=name):
                client = self.connect_as(user, client_id)
                for qos in (0, 1, 2):
                    self.assertEqual(self.granted(client, (name, qos)), [qos if allowed else NO])
                client.close()

    def test_each_filter_has_its_answer(self):
        alice = self.user("alice")
        codes = self.granted(alice, ("ok/1", 2), ("no", 2), ("exact", 0), ("#", 1), ("ok/#", 1))
        self.assertEqual(codes, [2, NO, 0, NO, 1])
        root = self.user("root")
        for topic in ("no", "exact", "ok/1"):
            root.publish(topic, b"1")
        self.assertEqual(alice.expect_publish().topic, "exact")
        self.assertEqual(alice.expect_publish().topic, "ok/1")

    def test_what_is_refused_is_no_subscription(self):
        """Not even for what may be read of it."""
        root = self.user("root")
        root.publish("part/1", b"kept", 1, retain=True)
        for transport in (self.raw(), MqttClient(WebSocketTransport(self.websocket()))):
            alice = transport.connect("alice", username="alice", password="alice's")
            self.assertEqual(self.granted(alice, ("part/#", 1), ("#", 1), ("part/+", 0)), [NO, NO, NO])
            alice.expect_nothing()
            alice.subscribe(("ok/1", 0))
            root.publish("part/1", b"kept", 1, retain=True)
            root.publish("ok/1", b"1")
            alice.expect(mqtt.publish("ok/1", b"1"))
            alice.close()

    def test_nor_of_a_session(self):
        alice = self.user("alice", "session", clean=False)
        self.assertEqual(self.granted(alice, ("part/#", 1), ("ok/1", 1)), [NO, 1])
        alice.disconnect()
        root = self.user("root")
        root.publish("part/1", b"1", 1)
        root.publish("ok/1", b"1", 1)
        alice = self.user("alice", "session", session_present=True, clean=False)
        alice.take("ok/1", b"1", 1)
        alice.expect_nothing()

    def test_unsubscribing_is_always_acknowledged(self):
        alice = self.user("alice")
        self.assertEqual(self.granted(alice, ("part/#", 1)), [NO])
        alice.unsubscribe("part/#", "#", "never/was")

    def test_before_the_connack(self):
        bob = self.raw()
        bob.send(mqtt.connect("early", username="bob", password="bob's"),
                 mqtt.subscribe(1, ("#", 1), ("dev/early/#", 1)))
        bob.expect(mqtt.connack(0), mqtt.suback(1, NO, 1))


class DenySubscribeAfterAChange(DenySubscribeCase):
    """A subscription of a session that the file would refuse now stays, and is silent."""

    extra_conf = AclDenySubscribe.extra_conf
    nightjar_only = AclDenySubscribe.nightjar_only
    broker_per_test = True

    def test_a_kept_subscription(self):
        self.user("alice", "kept", clean=False).subscribe(("ok/#", 1), ("exact", 1)).disconnect()
        self.broker.stop()
        self.broker.write("acl", ACL.replace("topic read ok/#", "topic read ok/2"))
        self.broker.start()
        alice = self.user("alice", "kept", session_present=True, clean=False)
        root = self.user("root")
        root.publish("ok/1", b"1", 1)
        root.publish("exact", b"1", 1)
        alice.take("exact", b"1", 1)
        alice.expect_nothing()
        self.assertEqual(self.granted(alice, ("ok/#", 1)), [NO])


class GrantedAndSilent(DenySubscribeCase):
    """The default, as mosquitto: every filter is granted, and what may not be read does not come."""

    extra_conf = "acl_file FILES/acl\npassword_file FILES/users"

    def test_which_filters(self):
        for user, client_id, name, _ in CASES:
            client = self.connect_as(user, client_id)
            for qos in (0, 1, 2):
                self.assertEqual(self.granted(client, (name, qos)), [qos])
            client.close()

    def test_silent(self):
        alice = self.user("alice").subscribe(("part/#", 0), ("no", 0))
        root = self.user("root")
        for topic in ("no", "part/secret", "part/1"):
            root.publish(topic, b"1")
        alice.expect(mqtt.publish("part/1", b"1"))


class SaidToBeFalse(GrantedAndSilent):
    extra_conf = GrantedAndSilent.extra_conf + "\nacl_deny_subscribe false"
    nightjar_only = AclDenySubscribe.nightjar_only


class WithoutAclFile(DenySubscribeCase):
    extra_conf = "acl_deny_subscribe true\npassword_file FILES/users"
    nightjar_only = AclDenySubscribe.nightjar_only

    def test_everything_is_granted(self):
        self.user("alice").subscribe(("#", 0), ("$SYS/#", 1), ("no", 2))
