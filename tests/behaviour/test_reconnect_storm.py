"""5,000 clients with passwords lose their connections and come back at once, and a message goes to and fro between two
others all the while, never late by a second. The passwords are hashed as mosquitto_passwd 2.0 does it."""

import multiprocessing
import selectors
import time

from harness import MqttClient, TcpTransport, packets as mqtt, seconds
from harness.crowd import connect_all, raise_file_limit
from harness.secured import SecuredCase, crowd, password_file

CLIENTS = 5000


def play(port, stop, result):
    """Ping-pong in a process of its own; the times of all rounds, in seconds."""
    login = {"username": "player", "password": "player's"}
    one = MqttClient(TcpTransport(port)).connect("one", **login).subscribe(("pong", 0))
    other = MqttClient(TcpTransport(port)).connect("other", **login).subscribe(("ping", 0))
    times = []
    while not stop.wait(0.002):
        start = time.monotonic()
        one.send(mqtt.publish("ping", b"x"))
        other.expect(mqtt.publish("ping", b"x"))
        other.send(mqtt.publish("pong", b"x"))
        one.expect(mqtt.publish("pong", b"x"))
        times.append(time.monotonic() - start)
    result.send(times)


class ReconnectStorm(SecuredCase):
    broker_per_test = True
    nightjar_only = "mosquitto looks at passwords in its only thread"
    log_types = "error"
    extra_conf = "password_file FILES/users"

    @classmethod
    def setUpClass(cls):
        raise_file_limit(cls, CLIENTS + 1000)
        cls.files = {"users": password_file("player") + crowd("user", CLIENTS, 101)}
        super().setUpClass()

    def arrive(self):
        """All of them connect; returns the sockets when each has its CONNACK."""
        sockets = connect_all(CLIENTS, self.broker.port, lambda number: f"127.0.9.{number % 250 + 1}")
        with selectors.DefaultSelector() as selector:
            for number, connection in enumerate(sockets):
                self.addCleanup(connection.close)
                selector.register(connection, selectors.EVENT_WRITE, number)
            missing = CLIENTS
            while missing:
                events = selector.select(seconds(10))
                self.assertTrue(events, f"{missing} answers are missing, and none came for long")
                for key, ready in events:
                    if ready & selectors.EVENT_WRITE:
                        key.fileobj.send(mqtt.connect(f"storm-{key.data}", username=f"user{key.data}",
                                                      password="user's", clean=False))
                        selector.modify(key.fileobj, selectors.EVENT_READ, key.data)
                        continue
                    answer = key.fileobj.recv(4)
                    self.assertEqual((answer[:2], answer[3:]), (b"\x20\x02", b"\x00"))
                    selector.unregister(key.fileobj)
                    missing -= 1
        return sockets

    def test_nobody_else_notices(self):
        here, there = multiprocessing.Pipe()
        stop = multiprocessing.Event()
        player = multiprocessing.Process(target=play, args=(self.broker.port, stop, there), daemon=True)
        player.start()
        self.addCleanup(player.kill)
        start = time.monotonic()
        for _ in range(2):
            for connection in self.arrive():
                connection.close()
        took = time.monotonic() - start
        stop.set()
        self.assertTrue(here.poll(seconds(10)), "the players are stuck")
        times = sorted(here.recv())
        self.assertLess(times[-1], seconds(1))
        self.assertGreater(len(times), 10 * took)
        self.assertLess(times[len(times) * 99 // 100], seconds(0.2))
