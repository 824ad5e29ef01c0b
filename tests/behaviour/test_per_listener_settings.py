"""per_listener_settings true: password_file, acl_file and allow_anonymous count for the listener above them alone.

Who has a session has the rights of the listener that he came by last.
"""

import os
import unittest

from harness import MqttClient, WebSocketTransport, packets as mqtt
from harness.broker import is_mosquitto
from harness.secured import SecuredCase, password_file

STRICT = """user root
topic readwrite #
user alice
topic readwrite marker
topic readwrite a/#
"""
ANONYMOUS = """topic readwrite marker
topic readwrite b/#
user alice
topic readwrite never
"""
LISTENERS = """per_listener_settings true
listener PORT 127.0.0.1
allow_anonymous false
password_file FILES/users
acl_file FILES/strict
listener EXTRA_PORT 127.0.0.1
allow_anonymous true
acl_file FILES/anonymous
listener WEBSOCKET_PORT 127.0.0.1
protocol websockets
password_file FILES/web_users"""
HTTP = "" if is_mosquitto() else "\nlistener HTTP_PORT 127.0.0.1\nprotocol http_api"


class PerListenerCase(SecuredCase):
    listeners = LISTENERS + HTTP
    anonymous = ""
    files = {"users": password_file("root", "alice", "bob"), "web_users": password_file(("alice", "web"), "carol"),
             "strict": STRICT, "anonymous": ANONYMOUS}

    def root(self, client_id="root"):
        return self.user("root", client_id)

    def guest(self, client_id="guest", session_present=False, **options):
        return self.raw(self.broker.extra_port).connect(client_id, session_present, **options)

    def web(self, client_id="web", session_present=False, **options):
        client = MqttClient(WebSocketTransport(self.websocket()))
        return client.connect(client_id, session_present, **{"username": "carol", "password": "carol's", **options})


class Logins(PerListenerCase):
    def web_login(self, username=None, password=None):
        client = MqttClient(WebSocketTransport(self.websocket()))
        client.send(mqtt.connect("web", username=username, password=password))
        return self.answer_code(client)

    def test_first_listener(self):
        for username, password, code in (("alice", "alice's", 0), ("bob", "bob's", 0), ("alice", "web", 5),
                                         ("carol", "carol's", 5), (None, None, 5)):
            self.assertEqual(self.login(username, password, address="127.0.9.1"), code, username)

    def test_second_listener(self):
        self.assertEqual(self.login(port=self.broker.extra_port), 0)

    def test_third_listener(self):
        for username, password, code in (("alice", "web", 0), ("carol", "carol's", 0), ("alice", "alice's", 5),
                                         ("bob", "bob's", 5), (None, None, 5)):
            self.assertEqual(self.web_login(username, password), code, username)

    def test_a_password_known_at_one_is_not_known_at_another(self):
        for _ in range(2):
            self.assertEqual(self.login("alice", "alice's", address="127.0.9.2"), 0)
            self.assertEqual(self.web_login("alice", "alice's"), 5)


class Rights(PerListenerCase):
    def test_writing(self):
        root = self.root().subscribe(("a/1", 0), ("b/1", 0), ("c/1", 0), ("never", 0), ("marker", 0))
        for client, allowed in ((self.user("alice"), ["a/1"]), (self.guest(), ["b/1"]),
                                (self.web(), ["a/1", "b/1", "c/1", "never"])):
            for topic in ("a/1", "b/1", "c/1", "never"):
                client.publish(topic, b"1", 1)
            client.publish("marker", b"1", 1)
            root.expect(*(mqtt.publish(topic, b"1") for topic in [*allowed, "marker"]))

    def test_reading(self):
        readers = [(self.user("alice"), ["a/1"]), (self.guest(), ["b/1"]), (self.web(), ["a/1", "b/1", "c/1"]),
                   (self.user("bob"), None)]
        for reader, _ in readers:
            reader.subscribe(("+/1", 0), ("marker", 0))
        root = self.root()
        for topic in ("a/1", "b/1", "c/1", "marker"):
            root.publish(topic, b"1")
        for reader, allowed in readers:
            if allowed is not None:
                reader.expect(*(mqtt.publish(topic, b"1") for topic in [*allowed, "marker"]))
            reader.expect_nothing()

    def test_retained(self):
        root = self.root()
        for topic in ("a/kept", "b/kept"):
            root.publish(topic, b"1", 1, retain=True)
        for reader, topic in ((self.user("alice"), "a/kept"), (self.guest(), "b/kept")):
            reader.subscribe(("+/kept", 0))
            reader.expect(mqtt.publish(topic, b"1", retain=True))
            reader.expect_nothing()

    def test_wills(self):
        root = self.root().subscribe(("+/will", 0))
        for topic in ("a/will", "b/will"):
            for connect in (lambda **options: self.user("alice", "alice-will", **options),
                            lambda **options: self.guest("guest-will", **options)):
                connect(will=(topic, b"", 1, False)).close()
                connect().disconnect()
            root.expect(mqtt.publish(topic))
        root.expect_nothing()


class Sessions(PerListenerCase):
    def test_another_listener_next_time(self):
        filters = (("a/s", 1), ("b/s", 1), ("c/s", 1))
        self.user("alice", "moves", clean=False).subscribe(*filters).disconnect()
        root = self.root()
        for connect, wanted in ((lambda: self.web("moves", True, clean=False), ["a/s", "b/s", "c/s"]),
                                (lambda: self.guest("moves", True, clean=False), ["b/s"]),
                                (lambda: self.user("alice", "moves", True, clean=False), ["a/s"])):
            client = connect()
            client.subscribe(("marker", 0))
            for topic, _ in filters:
                root.publish(topic, b"1", 1)
            root.publish("marker", b"1")
            self.assertEqual([client.take().topic for _ in range(len(wanted) + 1)], [*wanted, "marker"])
            client.disconnect()

    def away(self, restart):
        filters = (("a/q", 1), ("b/q", 1))
        self.user("alice", "away-a", clean=False).subscribe(*filters).disconnect()
        self.guest("away-b", clean=False).subscribe(*filters).disconnect()
        if restart:
            self.broker.restart()
        root = self.root()
        for topic in ("a/q", "b/q"):
            root.publish(topic, b"1", 1)
        for client, topic in ((self.user("alice", "away-a", True, clean=False), "a/q"),
                              (self.guest("away-b", True, clean=False), "b/q")):
            client.take(topic, b"1", 1)
            client.expect_nothing()
            client.disconnect()
        self.user("alice", "away-a").disconnect()
        self.guest("away-b").disconnect()

    def test_queued(self):
        self.away(restart=False)

    @unittest.skipIf(is_mosquitto(), "forgets the listener")
    def test_queued_after_a_restart(self):
        self.away(restart=True)


class OneForAll(SecuredCase):
    """Without the option the same lines count for all listeners, wherever they stand."""

    listeners = """listener EXTRA_PORT 127.0.0.1
allow_anonymous false
listener PORT 127.0.0.1
listener WEBSOCKET_PORT 127.0.0.1
protocol websockets
password_file FILES/users
acl_file FILES/strict""" + HTTP
    anonymous = ""
    files = {"users": password_file("root", "alice"), "strict": STRICT}

    def test_each_listener(self):
        for port in (self.broker.port, self.broker.extra_port):
            self.assertEqual(self.login(port=port, address="127.0.9.3"), 5)
            self.assertEqual(self.login("alice", "wrong", port=port, address="127.0.9.3"), 5)
            alice = self.raw(port).connect("alice", username="alice", password="alice's").subscribe(("+/1", 0))
            for topic in ("b/1", "a/1"):
                alice.publish(topic, b"1")
            alice.expect(mqtt.publish("a/1", b"1"))
            alice.close()


class SaidToBeFalse(OneForAll):
    listeners = "per_listener_settings false\n" + OneForAll.listeners


class Errors(PerListenerCase):
    nightjar_only = "mosquitto takes it late too"
    autostart = False

    def refused(self, conf, wanted):
        for arguments in ((), ("--test-config",)):
            since = self.broker.log_size()
            self.broker.launch(conf, arguments)
            self.assertEqual(self.broker.wait_exit(), 3)
            self.assertRegex(self.broker.log()[since:], wanted)
        self.assertEqual(os.listdir(self.broker.store), [])

    def test_after_a_listener(self):
        lines = self.broker.conf().splitlines()
        lines.remove("per_listener_settings true")
        for position in (1, 5, len(lines)):
            with self.subTest(position):
                late = [*lines[:position], "per_listener_settings true", *lines[position:]]
                self.refused("\n".join(late) + "\n", rf"broker\.conf:{position + 1}\b")

    def test_a_bad_file_of_any_listener(self):
        for name, line in (("users", "bob:plain\n"), ("strict", "topic reed a\n"), ("anonymous", "topic reed a\n"),
                           ("web_users", "bob:plain\n")):
            with self.subTest(name):
                self.broker.write(name, line)
                self.refused(None, rf"/{name}:1\b")
                self.broker.write(name, self.files[name])
        self.broker.start()

    def test_a_missing_file_is_told_with_its_line(self):
        os.unlink(self.broker.path("anonymous"))
        line = self.broker.conf().splitlines().index(f"acl_file {self.broker.path('anonymous')}") + 1
        self.refused(None, rf"broker\.conf:{line}\b")

    def test_twice_for_one_listener(self):
        lines = self.broker.conf().splitlines()
        for name in ("password_file", "acl_file"):
            line = next(number for number, text in enumerate(lines) if text.startswith(name))
            with self.subTest(name):
                self.refused("\n".join(lines[:line + 1] + lines[line:]) + "\n", rf"broker\.conf:{line + 2}\b")
