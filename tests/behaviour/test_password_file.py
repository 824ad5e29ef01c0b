"""password_file: who gets in, over TCP and WebSockets, by lines of mosquitto_passwd and nightjarctl passwd.

mosquitto-compat section 3; reliability rows 17 to 19, 52 and 70.
"""

import itertools
import os
import statistics
import subprocess
import time
import unittest

from harness import WebSocketTransport, MqttClient, packets as mqtt, seconds
from harness.broker import ROOT, is_mosquitto
from harness.secured import SecuredBroker, SecuredCase, password_line, password_of

USERS = ("alice", "Alice", "ali ce", "ali  ce", "jürgen", "x/y", "+", "$SYS", ("long", "p" * 65535),
         ("spaced", " in and out "), ("colon", "a:b$7$"), ("binary", b"\xff\x00\x01"))
ACCEPTED, REFUSED = 0, 5
addresses = (f"127.0.1.{number}" for number in itertools.count(1))  # one per failing try: the guard counts addresses


class LoginCase(SecuredCase):
    def assert_login(self, code, username=None, password=None, **options):
        for level in (4, 3):
            self.assertEqual(self.login(username, password, level=level, address=next(addresses), **options), code,
                             (username, password, level))

    def assert_refuses_wrong_names_and_passwords(self):
        for username, password in (("alice", "wrong"), ("alice", "alice's "), ("alice", "Alice's"), ("alice", ""),
                                   ("alice", None), ("Alice", "alice's"), ("ALICE", "alice's"), ("alice ", "alice's"),
                                   (" alice", "alice's"), ("alice\u00a0", "alice's"), ("ali ce", "ali  ce's"),
                                   ("ali   ce", "ali ce's"), ("alic", "alice's"), ("nobody", "alice's"),
                                   ("nobody", None), ("#", "+'s"), ("+", "alice's")):
            with self.subTest(username=username, password=password):
                self.assert_login(REFUSED, username, password)


class PasswordFile(LoginCase):
    users = USERS

    def test_right_passwords(self):
        for user in USERS:
            name, password = user if isinstance(user, tuple) else (user, password_of(user))
            if not (is_mosquitto() and name == "binary"):  # it compares up to the zero byte
                self.assert_login(ACCEPTED, name, password)

    def test_wrong_names_and_passwords(self):
        self.assert_refuses_wrong_names_and_passwords()

    def test_nobody_without_a_name(self):
        for username, password in ((None, None), ("", None), ("", ""), ("", "alice's")):
            with self.subTest(username=username, password=password):
                self.assert_login(REFUSED, username, password)

    def test_a_password_without_a_name_is_no_mqtt(self):
        client = self.raw()
        client.send(mqtt.connect("x", password="alice's"))
        client.expect_closed()

    @unittest.skipIf(is_mosquitto(), "it compares up to the zero byte")
    def test_a_zero_byte_ends_no_password(self):
        self.assert_login(REFUSED, "alice", b"alice's\0x")  # HMAC itself pads with zero bytes
        self.assert_login(REFUSED, "binary", b"\xff")
        self.assert_login(REFUSED, "binary", b"\xff\x00")

    def test_websockets(self):
        for username, password, code in (("alice", "alice's", 0), ("alice", "wrong", 5), ("nobody", "alice's", 5),
                                         ("alice", None, 5), (None, None, 5), ("", None, 5), ("", "", 5)):
            client = MqttClient(WebSocketTransport(self.websocket()))
            client.send(mqtt.connect("web", username=username, password=password))
            with self.subTest(username=username, password=password):
                self.assertEqual(self.answer_code(client), code)

    def test_no_takeover_without_the_right_password(self):
        alice = self.user("alice", "taken")
        self.assertEqual(self.login("alice", "wrong", "taken", address=next(addresses)), REFUSED)
        self.assertEqual(self.login(None, None, "taken", address=next(addresses)), REFUSED)
        alice.expect_nothing()
        again = self.user("alice", "taken")
        alice.expect_closed()
        again.expect_nothing()

    def test_no_session_without_the_right_password(self):
        alice = self.user("alice", "session", clean=False).subscribe(("session", 1))
        alice.disconnect()
        for clean in (False, True):
            self.assertEqual(self.login("alice", "wrong", "session", address=next(addresses), clean=clean), REFUSED)
        self.user("jürgen").publish("session", b"waited", 1)
        self.user("alice", "session", session_present=True, clean=False).take("session", b"waited", 1)

    def test_no_will_of_the_refused(self):
        watcher = self.user("alice").subscribe(("will", 0))
        self.assertEqual(self.login("alice", "wrong", "dead", address=next(addresses), will=("will", b"x", 0, False)),
                         REFUSED)
        self.user("jürgen").publish("will", b"marker")
        watcher.expect(mqtt.publish("will", b"marker"))

    def test_wrong_passwords_and_unknown_names_look_alike(self):
        """The same answer after the same work; tried in turn, so that what slows one kind slows the other."""
        self.broker_of_slow_hashes()
        took = {"alice": [], "nobody": []}
        for _ in range(4):
            for name, times in took.items():
                start = time.monotonic()
                self.assertEqual(self.login(name, "wrong", port=self.slow.port, address=next(addresses)), REFUSED)
                times.append(time.monotonic() - start)
        if not is_mosquitto():  # it does no work for unknown names
            known, unknown = statistics.median(took["alice"]), statistics.median(took["nobody"])
            self.assertLess(known, unknown * 2.5, took)
            self.assertLess(unknown, known * 2.5, took)

    def broker_of_slow_hashes(self):
        self.slow = SecuredBroker(self)
        self.addCleanup(self.slow.close)
        self.slow.write("users", password_line("alice", "alice's", 100000) + password_line("bob", "bob's", 100000))
        self.slow.start()


class AnonymousToo(LoginCase):
    """allow_anonymous true beside a password_file: for those who give no name."""

    users = USERS
    anonymous = "allow_anonymous true"

    def test_without_a_name(self):
        self.assert_login(ACCEPTED)

    def test_with_an_empty_name(self):
        """Libraries send what their user left empty."""
        for password in (None, ""):
            with self.subTest(password=password):
                self.assert_login(ACCEPTED, "", password)

    def test_with_a_name(self):
        self.assert_login(ACCEPTED, "alice", "alice's")
        self.assert_refuses_wrong_names_and_passwords()


class OnlyPasswordFile(LoginCase):
    """allow_anonymous is false once there is a listener."""

    users = USERS
    anonymous = ""

    def test_who_gets_in(self):
        self.assert_login(ACCEPTED, "alice", "alice's")
        self.assert_login(REFUSED, "alice", "wrong")
        self.assert_login(REFUSED)


class ListenerAllowAnonymous(LoginCase):
    users = ("alice",)
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nlistener_allow_anonymous true\npassword_file FILES/users"
    nightjar_only = "came with mosquitto 2.1"

    def test_each_listener(self):
        for port, code in ((self.broker.port, REFUSED), (self.broker.extra_port, ACCEPTED)):
            self.assert_login(code, port=port)
            self.assert_login(ACCEPTED, "alice", "alice's", port=port)
            self.assert_login(REFUSED, "alice", "wrong", port=port)
            self.assert_login(REFUSED, "nobody", "alice's", port=port)
        client = MqttClient(WebSocketTransport(self.websocket()))
        client.send(mqtt.connect("web"))
        self.assertEqual(self.answer_code(client), REFUSED)


class ListenerForbidsAnonymous(LoginCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nlistener_allow_anonymous false"
    anonymous = "allow_anonymous true"
    nightjar_only = "came with mosquitto 2.1"

    def test_each_listener(self):
        self.assert_login(ACCEPTED, port=self.broker.port)
        self.assert_login(REFUSED, port=self.broker.extra_port)


class Lines(LoginCase):
    """Who can log in by which line: comments, blanks, line ends and lines without a colon do no harm."""

    files = {"users": "".join((
        "# comment:$7$101$AAAA$AAAA\n", "\n", "a line without a colon\n", password_line("six", "6", kind="$6$"),
        password_line("once", "1", 1), password_line("crlf", "c").replace("\n", "\r\n"), "   \n",
        password_line("  trimmed  ", "t"), password_line("more", "m").replace("\n", ":and:more\n"),
        password_line("inner#hash", "h"), password_line("last", "l").rstrip("\n")))}
    extra_conf = "password_file FILES/users"

    def test_lines(self):
        for user, password in (("six", "6"), ("once", "1"), ("crlf", "c"), ("trimmed", "t"), ("more", "m"),
                               ("inner#hash", "h"), ("last", "l")):
            with self.subTest(user):
                self.assert_login(ACCEPTED, user, password)
                self.assert_login(REFUSED, user, password + "x")
        for user in ("a line without a colon", "# comment", "comment", "  trimmed  ", ""):
            with self.subTest(user):
                self.assert_login(REFUSED, user, "")
                self.assert_login(REFUSED, user, "t")


class EmptyFile(LoginCase):
    files = {"users": "# nobody yet\n"}
    extra_conf = "password_file FILES/users"

    def test_nobody(self):
        for username, password in ((None, None), ("alice", "a"), ("", ""), ("# nobody yet", "")):
            self.assert_login(REFUSED, username, password)


class MadeByTools(LoginCase):
    autostart = False
    extra_conf = "password_file FILES/users"

    def check(self, *kinds, make):
        for number, kind in enumerate(kinds):
            subprocess.run([*make, "-H", kind, *(["-c"] if number == 0 else []), "-b", self.broker.path("users"),
                            f"user {kind}", f"pass {kind}"], check=True, capture_output=True, timeout=seconds(20))
        self.broker.start()
        for kind in kinds:
            self.assert_login(ACCEPTED, f"user {kind}", f"pass {kind}")
            self.assert_login(REFUSED, f"user {kind}", f"pass {kind}x")
        self.broker.stop()

    @unittest.skipUnless(os.path.exists("/usr/bin/mosquitto_passwd"), "needs mosquitto_passwd")
    def test_mosquitto_passwd(self):
        self.check("sha512-pbkdf2", "sha512", make=["/usr/bin/mosquitto_passwd"])

    def test_nightjarctl(self):
        kinds = ["sha512-pbkdf2", "sha512"] + ([] if is_mosquitto() else ["argon2id"])
        self.check(*kinds, make=[str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "passwd"])
