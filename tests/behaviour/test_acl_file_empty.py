"""An acl_file without a line that allows something denies everything, on every kind of listener (rows 53 and 54)."""

from harness import MqttClient, WebSocketTransport, packets as mqtt
from harness.secured import SecuredCase


class EmptyAcl:
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nacl_file FILES/acl\npassword_file FILES/users"
    anonymous = "allow_anonymous true"
    users = ("alice",)

    def test_nothing_is_allowed(self):
        for make in (self.raw, lambda: self.raw(self.broker.extra_port),
                     lambda: MqttClient(WebSocketTransport(self.websocket()))):
            for options in ({}, {"username": "alice", "password": "alice's"}):
                client = make().connect("client", **options)
                client.subscribe(("a", 2), ("#", 2), ("$other/#", 1))
                for qos in (0, 1, 2):
                    client.publish("a", b"1", qos, retain=True)
                    client.publish("$other/a", b"1", qos)
                client.expect_nothing()
                client.close()
                client = make().connect("client", **options).subscribe(("a", 0))
                client.expect_nothing()
                client.close()


class EmptyFile(EmptyAcl, SecuredCase):
    files = {"acl": ""}


class OnlyComments(EmptyAcl, SecuredCase):
    files = {"acl": "# user alice\n#topic readwrite #\n\n"}


class OnlyUsers(EmptyAcl, SecuredCase):
    files = {"acl": "user alice\n"}


class OnlyDeny(EmptyAcl, SecuredCase):
    files = {"acl": "topic deny b\nuser alice\ntopic deny b\npattern deny c\n"}


class OnlyOthers(EmptyAcl, SecuredCase):
    files = {"acl": "user bob\ntopic readwrite #\ntopic $other/#\n"}


class EveryListener(SecuredCase):
    """The same rights, whatever the listener."""

    files = {"acl": "user alice\ntopic readwrite ok\npattern readwrite own/%c\n"}
    extra_conf = "acl_file FILES/acl\nlistener EXTRA_PORT 127.0.0.1\npassword_file FILES/users"
    users = ("alice",)

    def test_allowed_and_denied(self):
        for number, make in enumerate((self.raw, lambda: self.raw(self.broker.extra_port),
                                       lambda: MqttClient(WebSocketTransport(self.websocket())))):
            client = make().connect(f"client-{number}", username="alice", password="alice's").subscribe(("#", 0))
            for topic in ("no", "ok", "own/other", f"own/client-{number}"):
                client.publish(topic, b"1")
            client.expect(mqtt.publish("ok", b"1"), mqtt.publish(f"own/client-{number}", b"1"))
            client.expect_nothing()
            client.disconnect()


class NoFile(SecuredCase):
    """Without an acl_file everything is allowed."""

    users = ("alice",)

    def test_everything_is_allowed(self):
        client = self.user("alice").subscribe(("any/#", 0))
        client.publish("any/thing", b"1")
        client.expect(mqtt.publish("any/thing", b"1"))
