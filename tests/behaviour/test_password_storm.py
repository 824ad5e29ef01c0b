"""500 clients log in at once, and a message goes to and fro between two others all the while, never late by a second.

All get in, each password is looked at (10,000 iterations of $7$), and whoever is there already notices nothing.
"""

import os
import selectors
import subprocess
import time

from harness import packets as mqtt, seconds
from harness.broker import ROOT
from harness.crowd import PingPong
from harness.secured import SecuredCase

NIGHTJARCTL = str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl"))
CLIENTS = 500


class PasswordStorm(SecuredCase):
    autostart = False
    extra_conf = "password_file FILES/users"
    nightjar_only = "mosquitto looks at passwords in its only thread"

    def setUp(self):
        super().setUp()
        path = self.broker.path("users")
        subprocess.run([NIGHTJARCTL, "passwd", "-c", "-b", path, "user", "secret"], check=True, capture_output=True,
                       timeout=seconds(20))
        with open(path) as file:
            line = file.read()
        self.assertIn("$7$10000$", line)  # the others share its hash: to make 500 takes as long as the storm
        self.broker.write("users", line + "".join(f"user{number}{line[4:]}" for number in range(CLIENTS)))
        self.broker.start()
        self.ping_pong = PingPong(self.friend("one", "pong"), self.friend("other", "ping"))
        self.ping_pong.start()

    def friend(self, client_id, topic):
        return self.raw().connect(client_id, username="user", password="secret").subscribe((topic, 0))

    def storm(self, password, clients):
        """The answers to so many at once, each another user, and how long the last one took."""
        start, answers = time.monotonic(), []
        with selectors.DefaultSelector() as selector:
            for number in range(clients):
                client = self.raw(address=f"127.0.6.{number % 250 + 1}")
                client.send(mqtt.connect(f"storm-{number}", username=f"user{number}", password=password))
                selector.register(client.transport.socket, selectors.EVENT_READ, client)
            while len(answers) < clients:
                events = selector.select(seconds(10))
                self.assertTrue(events, f"{len(answers)} answers, then none for long")
                for key, _ in events:
                    answers.append(key.data.read_packet())
                    selector.unregister(key.fileobj)
        return answers, time.monotonic() - start

    def weather(self, password, answer, clients):
        before = self.ping_pong.rounds
        self.ping_pong.longest = 0.0
        answers, took = self.storm(password, clients)
        self.ping_pong.stop()
        self.assertIsNone(self.ping_pong.error)
        self.assertEqual(set(answers), {answer})
        self.assertLess(self.ping_pong.longest, seconds(1))
        self.assertGreater(self.ping_pong.rounds - before, 5 * took)

    def test_right_passwords(self):
        self.weather("secret", mqtt.connack(0), CLIENTS)

    def test_wrong_passwords(self):
        """From many addresses, so that it is work and not the guard that they wait for."""
        self.weather("wrong", mqtt.connack(5), CLIENTS // 2)
