"""After five failed logins from an address its further tries are looked at one a second, but for passwords known.

Nobody else waits; the log names each failure with its address, as fail2ban wants it.
"""

import re
import select
import time

from harness import MqttClient, WebSocketTransport, packets as mqtt, seconds
from harness.secured import SecuredCase

AT_ONCE = 0.9  # seconds; who waits, waits for one


class GuardCase(SecuredCase):
    nightjar_only = "mosquitto counts no failures"
    users = ("alice", "bob", "carol", "dora", "eve", *((f"fleet{number}", "fleet's") for number in range(100)))

    def fail_five_times(self, address):
        for number in range(5):
            self.assert_at_once(address, 5, "alice", f"wrong-{number}")

    def assert_at_once(self, address, code, username, password):
        start = time.monotonic()
        self.assertEqual(self.login(username, password, address=address), code)
        self.assertLess(time.monotonic() - start, seconds(AT_ONCE))

    def attempt(self, address, client_id="guess", username="alice", password="wrong"):
        client = self.raw(address=address)
        client.send(mqtt.connect(client_id, username=username, password=password))
        return client

    @staticmethod
    def unanswered(clients, within, enough=0):
        """Those who have no answer yet when no more came for so long, or when they are few enough."""
        waiting = {client.transport.socket: client for client in clients}
        while len(waiting) > enough:
            ready, _, _ = select.select(list(waiting), [], [], within)
            if not ready:
                break
            for sock in ready:
                del waiting[sock]
        return list(waiting.values())


class LoginGuard(GuardCase):
    def test_one_a_second(self):
        address = "127.0.4.1"
        self.fail_five_times(address)
        start = time.monotonic()
        clients = [self.attempt(address, f"guess-{number}") for number in range(3)]
        for number in range(3):
            ready = select.select([client.transport.socket for client in clients], [], [], seconds(5))[0]
            client = next(client for client in clients if client.transport.socket in ready)
            self.assertEqual(self.answer_code(client), 5)
            self.assertGreater(time.monotonic() - start, number - 0.1)
            clients.remove(client)
        self.assertLess(time.monotonic() - start, seconds(4))

    def test_four_failures_are_free(self):
        address = "127.0.4.2"
        for _ in range(4):
            self.assert_at_once(address, 5, "alice", "wrong")
        self.assert_at_once(address, 0, "carol", "carol's")

    def test_others_do_not_wait(self):
        address = "127.0.4.3"
        self.fail_five_times(address)
        for number in range(3):
            self.attempt(address)
        self.assert_at_once("127.0.4.4", 5, "alice", "wrong")
        self.assert_at_once("127.0.4.4", 5, "nobody", "wrong")
        self.assert_at_once("127.0.4.4", 0, "alice", "alice's")

    def test_who_is_known_does_not_wait(self):
        """Behind the same address, while as many wait as may."""
        address = "127.0.4.5"
        self.assert_at_once(address, 0, "bob", "bob's")
        self.fail_five_times(address)
        for _ in range(15):
            self.attempt(address)
        for _ in range(3):
            self.assert_at_once(address, 0, "bob", "bob's")

    def test_a_right_password_for_the_first_time_waits_its_turn(self):
        address = "127.0.4.6"
        self.fail_five_times(address)
        self.attempt(address)
        self.assertEqual(self.login("dora", "dora's", address=address), 0)

    def test_few_may_wait(self):
        address = "127.0.4.7"
        self.fail_five_times(address)
        clients = [self.attempt(address, f"guess-{number}") for number in range(40)]
        start = time.monotonic()
        waiting = self.unanswered(clients, seconds(2), enough=12)
        self.assertLess(time.monotonic() - start, seconds(3))  # 28 that had to wait would take as many seconds
        waiting = self.unanswered(waiting, 0.3)
        self.assertGreaterEqual(len(waiting), 7)
        for client in clients:
            if client not in waiting:
                self.assertIn(self.answer_code(client), (3, 5))

    def test_many_at_once_are_not_free(self):
        """All sent before the first answer."""
        address, count = "127.0.4.8", 300
        since = self.broker.log_size()
        clients = [self.raw(address=address) for _ in range(count)]
        for number, client in enumerate(clients):
            client.send(mqtt.connect(f"guess-{number}", username="alice", password=f"wrong-{number}"))
        waiting = self.unanswered(clients, seconds(1.5), enough=12)
        self.assertLessEqual(len(waiting), 12)
        looked_at = len(re.findall(rf"Login failed from {address}:", self.broker.log()[since:]))
        self.assertGreaterEqual(looked_at, 5)
        self.assertLess(looked_at, 20)

    def test_a_few_wrong_ones_among_many_clients_of_an_address(self):
        """Devices behind one address come at once: those that know their password do not wait for the others."""
        address = "127.0.4.9"
        wrong = [self.attempt(address, f"wrong-{number}", f"user{number}") for number in range(3)]
        right = [self.attempt(address, f"right-{number}", f"fleet{number}", "fleet's") for number in range(100)]
        wrong += [self.attempt(address, f"wrong-{number}", f"user{number}") for number in range(3, 8)]
        for client in right:
            self.assertEqual(client.read_packet(), mqtt.connack(0))
        self.assertEqual({self.answer_code(client) for client in wrong}, {5})

    def test_websockets_count_too(self):
        for number in range(5):
            client = MqttClient(WebSocketTransport(self.websocket()))
            client.send(mqtt.connect("web", username="alice", password="wrong"))
            self.assertEqual(self.answer_code(client), 5)
        clients = [self.attempt("127.0.0.1", f"guess-{number}") for number in range(4)]
        self.assertGreaterEqual(len(self.unanswered(clients, 0.3)), 2)

    def test_right_passwords_are_no_failures(self):
        for _ in range(10):
            self.assert_at_once("127.0.4.10", 0, "alice", "alice's")
        self.assert_at_once("127.0.4.10", 5, "alice", "wrong")
        self.assert_at_once("127.0.4.10", 5, "alice", "wrong")


class LoginLog(GuardCase):
    log_types = "error\nlog_type warning\nlog_type notice"  # not only in a log of everything
    LINE = r"Login failed from (127\.0\.5\.\d+):(\d+) for user '(.*)' as client '(.*)'\.$"

    def failure(self, address, username, password, client_id):
        """The line that a failure makes, and the port that it came from."""
        since = self.broker.log_size()
        client = self.raw(address=address)
        port = client.transport.socket.getsockname()[1]
        client.send(mqtt.connect(client_id, username=username, password=password))
        self.assertEqual(self.answer_code(client), 5)
        return self.broker.wait_log("^.*Login failed.*$", since)[0], str(port)

    def test_each_failure_is_named(self):
        for number, (username, password) in enumerate((("alice", "wrong"), ("alice", ""), ("nobody", "alice's"),
                                                       ("jürgen", "x"))):
            line, port = self.failure("127.0.5.1", username, password, f"client {number}")
            self.assertEqual(re.search(self.LINE, line).groups(), ("127.0.5.1", port, username, f"client {number}"))

    def test_nobody_is_named_who_did_not_fail(self):
        since = self.broker.log_size()
        self.assertEqual(self.login("alice", "alice's", address="127.0.5.2"), 0)
        self.failure("127.0.5.3", "alice", "wrong", "marker")
        self.assertNotRegex(self.broker.log()[since:], r"Login.*127\.0\.5\.2")

    def test_no_other_address_can_be_forged(self):
        """Neither a user name nor a client id makes the line say that somebody else failed."""
        forged = "x' Login failed from 9.9.9.9:1 for user 'y"
        for username, client_id in ((forged, "c"), ("u", forged), (forged, forged)):
            line, port = self.failure("127.0.5.4", username, "wrong", client_id)
            found = re.search(r"^\S+: Login failed from (\S+):(\d+) ", line)
            self.assertEqual(found.groups(), ("127.0.5.4", port), line)
