"""Thousands of connections from one test."""

import resource
import selectors
import socket
import threading
import time

from . import packets as mqtt
from .broker import seconds


def raise_file_limit(case, wanted):
    """For this process and the brokers it starts; skips the test where that is not allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        case.skipTest(f"needs {wanted} file descriptors, {hard} are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    case.addClassCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))


class PingPong(threading.Thread):
    """QoS 0 between two clients until stop(); count of rounds, and the longest one in seconds."""

    def __init__(self, one, other):
        super().__init__(daemon=True)
        self.one, self.other = one, other
        self.rounds, self.longest, self.error = 0, 0.0, None
        self._stop_asked = threading.Event()

    def run(self):
        try:
            while not self._stop_asked.wait(0.005):  # the processor is for the passwords
                start = time.monotonic()
                self.one.send(mqtt.publish("ping", str(self.rounds)))
                self.other.expect(mqtt.publish("ping", str(self.rounds)))
                self.other.send(mqtt.publish("pong", str(self.rounds)))
                self.one.expect(mqtt.publish("pong", str(self.rounds)))
                self.longest = max(self.longest, time.monotonic() - start)
                self.rounds += 1
        except (AssertionError, OSError) as error:
            self.error = error

    def stop(self):
        self._stop_asked.set()
        self.join(seconds(10))


def connect_all(count, port, address_of=lambda number: "127.0.0.1"):
    """Sockets that have connected, from addresses of their own if asked; quickly, without waiting for each."""
    sockets = []
    for number in range(count):
        made = socket.socket()
        made.setblocking(False)
        made.bind((address_of(number), 0))
        made.connect_ex(("127.0.0.1", port))
        sockets.append(made)
    return sockets
