"""SIGHUP: a new configuration counts whole or not at all. Who may no longer be here goes, everybody else stays, and no
message is lost."""

import base64
import http.client
import os
import signal

from harness import MqttClient, TcpTransport, packets as mqtt
from harness.reload import ReloadCase
from harness.secured import password_file, password_line


class UsersCase(ReloadCase):
    anonymous = "allow_anonymous false"
    extra_conf = "password_file FILES/users\nacl_file FILES/rights"
    files = {"users": password_file("ann", "bob"), "rights": "user ann\ntopic #\nuser bob\ntopic shared/#\n"}


class Rights(UsersCase):
    def test_what_may_not_be_read_any_more_is_not_delivered(self):
        ann, bob = self.user("ann"), self.user("bob").subscribe(("#", 1))
        ann.publish("shared/a", b"1", 1)
        bob.take("shared/a", b"1")
        self.broker.write("rights", "user ann\ntopic #\nuser bob\ntopic other/#\n")
        self.reload()
        ann.publish("shared/a", b"2", 1)
        ann.publish("other/a", b"3", 1)
        bob.take("other/a", b"3")

    def test_nor_what_was_queued_before(self):
        bob = self.user("bob", clean=False).subscribe(("#", 1))
        bob.disconnect()
        ann = self.user("ann")
        ann.publish("shared/a", b"1", 1)
        ann.publish("shared/b", b"2", 1)
        self.broker.write("rights", "user ann\ntopic #\nuser bob\ntopic shared/b\n")
        self.reload()
        self.user("bob", clean=False, session_present=True).take("shared/b", b"2")

    def test_what_may_not_be_written_any_more_is_not_routed(self):
        ann, bob = self.user("ann").subscribe(("shared/#", 0)), self.user("bob")
        bob.publish("shared/a", b"1")
        ann.take("shared/a", b"1")
        self.broker.write("rights", "user ann\ntopic #\nuser bob\ntopic read shared/#\n")
        self.reload()
        bob.publish("shared/a", b"2", 1)
        self.broker.write("rights", self.files["rights"])
        self.reload()
        bob.publish("shared/a", b"3", 1)
        ann.take("shared/a", b"3")


class Users(UsersCase):
    def test_a_changed_password_ends_the_connection(self):
        ann, bob = self.user("ann"), self.user("bob")
        self.broker.write("users", self.files["users"].splitlines(True)[0] + password_file(("bob", "new")))
        self.reload()
        bob.expect_closed()
        ann.expect_nothing()
        self.assertEqual(self.login("bob", "bob's"), 5)
        self.assertEqual(self.login("bob", "new"), 0)

    def test_a_user_that_is_gone(self):
        bob = self.user("bob")
        self.broker.write("users", self.files["users"].splitlines(True)[0])
        self.reload()
        bob.expect_closed()

    def test_anonymous_clients_that_are_not_wanted_any_more(self):
        self.write_conf(self.broker.conf().replace("allow_anonymous false", "allow_anonymous true"))
        self.reload()
        guest, ann = self.client("guest"), self.user("ann")
        self.write_conf(self.broker.conf())
        self.reload()
        guest.expect_closed()
        ann.expect_nothing()


class DuringALogin(UsersCase):
    """A password that was looked at before the reload is no way in after it."""

    files = {**UsersCase.files, "rights": "pattern #\n", "users": password_file("ann") +
             "".join(password_line(f"bob{number}", f"bob{number}'s", 300_000) for number in range(5))}

    def test_a_user_that_is_gone(self):
        for number in range(5):
            client = self.raw()
            client.send(mqtt.connect("bob", username=f"bob{number}", password=f"bob{number}'s"))  # takes its time
            self.broker.write("users", password_file("ann"))
            self.reload()
            client.expect(mqtt.connack(5))
            client.expect_closed()
            self.broker.write("users", self.files["users"])
            self.reload()
        self.user("bob4").expect_nothing()

    def test_over_http(self):
        for number, users, status in [*((number, password_file("ann"), 401) for number in range(4)),
                                      (4, self.files["users"], 200)]:
            with self.rest.open() as connection:
                login = base64.b64encode(f"bob{number}:bob{number}'s".encode()).decode()
                connection.sendall(f"GET /api/v1/clients HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {login}\r\n"
                                   "Connection: close\r\n\r\n".encode())
                self.rest.get("/")  # the web thread has read both
                self.broker.write("users", users)
                self.reload()
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                self.assertEqual(answer.status, status, number)
            self.broker.write("users", self.files["users"])
            self.reload()


class Mistakes(UsersCase):
    def test_nothing_changes(self):
        bob, ann = self.user("bob").subscribe(("#", 0)), self.user("ann")
        for name, text, said in (("users", "bob:plain\n", r"users:1"), ("rights", "topc x\n", r"rights:1"),
                                 ("broker.conf", self.broker.conf() + "max_keepalive many\n", "max_keepalive")):
            with open(self.broker.path(name)) as file:
                before = file.read()
            self.broker.write(name, text)
            since = self.broker.log_size()
            self.reload("the configuration was not changed")
            self.broker.wait_log(said, since)
            ann.publish("shared/a", b"still", 1)
            ann.publish("secret", b"never", 1)
            bob.take("shared/a", b"still")
            self.broker.write(name, before)
        os.unlink(self.broker.path("rights"))
        self.reload("the configuration was not changed")
        ann.publish("shared/a", b"still", 1)
        bob.take("shared/a", b"still")

    def test_a_port_that_is_taken(self):
        taken = self.broker.http_port
        self.add(f"listener {taken} 127.0.0.1\nmax_queued_messages 1")
        self.reload("the configuration was not changed")
        self.user("ann").expect_nothing()


class Listeners(UsersCase):
    def other(self, **options):
        client = MqttClient(TcpTransport(self.broker.extra_port))
        self.addCleanup(client.close)
        return client.connect("other", username="ann", password="ann's", **options)

    def test_come_and_go(self):
        bob = self.user("bob").subscribe(("shared/#", 0))
        for round_ in range(3):
            self.add(f"listener {self.broker.extra_port} 127.0.0.1")
            self.reload()
            other = self.other()
            other.publish("shared/a", str(round_).encode(), 1)
            bob.take("shared/a", str(round_).encode())
            self.write_conf(self.broker.conf())
            self.reload()
            other.expect_closed()
            self.wait_until(lambda: not self.broker.accepts(self.broker.extra_port), "the port is closed")
        bob.expect_nothing()


class UnderLoad(UsersCase):
    def test_good_and_bad_files_in_turn(self):
        bob = self.user("bob", clean=False).subscribe(("shared/#", 1))
        ann = self.user("ann")
        sent = 0
        for round_ in range(40):
            self.broker.write("rights", "topc x\n" if round_ % 2 else self.files["rights"])
            self.broker.process.send_signal(signal.SIGHUP)
            for _ in range(25):
                ann.publish("shared/a", str(sent).encode(), 1)
                ann.publish("secret", b"no")
                sent += 1
        self.broker.wait_log("Reloading config")
        for number in range(sent):
            bob.take("shared/a", str(number).encode())
        bob.expect_nothing()
