"""`mount_point`: a prefix that clients of a listener neither write nor see."""

from harness import BrokerCase, MqttClient, TcpTransport, packets as mqtt
from harness.rest import Rest


class MountPoint(BrokerCase):
    broker_per_test = True
    nightjar_only = "mosquitto 2.0.11 does not take the prefix away again"
    extra_conf = "plugin builtin:none\nlistener EXTRA_PORT 127.0.0.1\nmount_point tenant/\nsys_interval 1"

    def mounted(self, client_id="m", session_present=False, **options):
        client = MqttClient(TcpTransport(self.broker.extra_port))
        self.addCleanup(client.close)
        return client.connect(client_id, session_present, **options)

    def test_publish_is_prefixed_and_delivery_stripped(self):
        inside, outside = self.mounted("in").subscribe(("#", 2)), self.client("out").subscribe(("tenant/#", 2))
        inner, outer = self.mounted("inner"), self.client("outer")
        for qos in (0, 1, 2):
            for size in (1, 5000):
                inner.publish("a/b", b"x" * size, qos)
                inside.take("a/b", b"x" * size, qos)
                outside.take("tenant/a/b", b"x" * size, qos)
                outer.publish("tenant/c", b"y" * size, qos)
                outside.take("tenant/c", b"y" * size, qos)
                inside.take("c", b"y" * size, qos)

    def test_two_mounted_and_one_not_get_the_same_message(self):
        one, two = (self.mounted(name).subscribe(("t", 0)) for name in ("one", "two"))
        plain = self.client("plain").subscribe(("tenant/t", 0))
        plain.publish("tenant/t", b"1")
        for client, topic in ((one, "t"), (two, "t"), (plain, "tenant/t")):
            client.take(topic, b"1")

    def test_other_topics_are_out_of_reach(self):
        inside, outside = self.mounted("in").subscribe(("#", 0), ("$SYS/#", 0), ("+/+", 0)), self.client("out")
        outside.subscribe(("#", 0))
        outside.publish("else/where", b"1")
        outside.take("else/where", b"1")
        outside.publish("tenant", b"2")
        outside.take("tenant", b"2")
        self.mounted("in2").publish("tenant/x", b"3")
        outside.take("tenant/tenant/x", b"3")
        inside.take("tenant/x", b"3")
        inside.expect_nothing()

    def test_retained(self):
        self.mounted("in").publish("kept", b"1", 1, retain=True)
        self.client("out").subscribe(("tenant/kept", 1)).take("tenant/kept", b"1")
        again = self.mounted("again").subscribe(("#", 1))
        self.assertTrue(again.take("kept", b"1").retain)

    def test_will(self):
        inside, outside = self.mounted("in").subscribe(("w", 1)), self.client("out").subscribe(("tenant/w", 1))
        self.mounted("dies", will=("w", b"gone", 1, False)).close()
        inside.take("w", b"gone")
        outside.take("tenant/w", b"gone")

    def test_unsubscribe(self):
        inside = self.mounted("in").subscribe(("a", 0))
        inside.unsubscribe("a")
        self.client("out").publish("tenant/a", b"1", 1)
        inside.expect_nothing()

    def test_persistent_session(self):
        self.mounted("p", clean=False).subscribe(("q/#", 1)).disconnect()
        self.client("out").publish("tenant/q/1", b"1", 1)
        back = self.mounted("p", True, clean=False)
        back.take("q/1", b"1")
        back.disconnect()
        self.client("out").publish("tenant/q/2", b"2", 1)
        self.broker.kill()
        self.broker.start()
        self.mounted("p", True, clean=False).take("q/2", b"2")

    def test_what_another_listener_subscribed_to_is_not_seen(self):
        self.client("p", clean=False).subscribe(("#", 1), ("tenant/#", 1)).disconnect()
        publisher = self.client("out")
        publisher.publish("secret", b"1", 1)
        inside = self.mounted("p", True, clean=False)
        publisher.publish("secret", b"2", 1)
        publisher.publish("secret", b"3", 0)
        publisher.publish("tenant/mine", b"4", 1)
        inside.take("mine", b"4")
        inside.disconnect()
        self.client("p", True, clean=False).expect_nothing()

    def test_topics_that_the_prefix_would_hide(self):
        for raw in (mqtt.publish("", b"x"), mqtt.publish("a/#", b"x"), mqtt.publish("x" * 65_530, b"")):
            client = self.mounted("bad")
            client.send_until_closed(raw)
            client.expect_closed()
        self.assert_healthy()


class WithoutASlash(BrokerCase):
    nightjar_only = "mosquitto grants it"
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nmount_point tenant-"

    def test_a_filter_that_would_be_none_is_refused(self):
        client = MqttClient(TcpTransport(self.broker.extra_port)).connect("m")
        self.addCleanup(client.close)
        client.send(mqtt.subscribe(7, ("#", 0), ("a/#", 0)))
        client.expect(mqtt.suback(7, 0x80, 0))
        client.publish("a/b", b"1")
        client.take("a/b", b"1")
        self.assertIn("mount_point tenant- does not end with /", self.broker.log())


class MountPointAndRest(BrokerCase):
    nightjar_only = "mosquitto has no REST"
    extra_conf = "plugin builtin:none\nlistener EXTRA_PORT 127.0.0.1\nprotocol websockets\nmount_point tenant1/"

    def test_rest_is_not_a_way_around_it(self):
        self.client("other").publish("tenant2/x", b"secret", 1, retain=True)
        mounted = Rest(self.broker.extra_port)
        self.assertEqual(mounted.get("/").status, 200)  # the page itself tells nothing
        for answer in (mounted.get("/api/v1/retained/tenant2/x"), mounted.get("/metrics"),
                       mounted.post("/publish", {"topic": "tenant2/x", "msg": "mine", "retain": True}),
                       mounted.request("DELETE", "/api/v1/retained/tenant2/x")):
            self.assertEqual(answer.status, 403)
            self.assertIn("mount_point", answer.body.decode())
        self.client("reader").subscribe(("tenant2/x", 0)).expect(mqtt.publish("tenant2/x", b"secret", retain=True))
