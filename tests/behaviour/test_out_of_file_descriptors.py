"""When the process has no file descriptor left, it neither ends nor spins, and serves again later (row 16)."""

import resource
import socket

from harness import Broker, BrokerCase


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


class OutOfFileDescriptors(BrokerCase):
    broker_per_test = True

    @classmethod
    def _started(cls):
        broker = Broker(before_exec=few_descriptors)
        try:
            return broker.start()
        except AssertionError:
            broker.close()
            raise

    def test_two_hundred_connections(self):
        before = self.client("before", keepalive=0)
        crowd = [socket.create_connection(("127.0.0.1", self.broker.port)) for _ in range(200)]
        before.expect_nothing()
        busy = self.broker.cpu_seconds()
        clock = self.broker.log_size()
        before.publish("fd/x", b"1" * 100)
        before.expect_nothing()
        self.assertLess(self.broker.cpu_seconds() - busy, 0.5)
        for connection in crowd:
            connection.close()
        self.wait_until(self.served, "a new client is served again", timeout=10)
        before.expect_nothing()
        self.assertLess(self.broker.log_size() - clock, 200000, "the log is flooded")

    def served(self):
        try:
            client = self.client("after")
            client.disconnect()
            return True
        except (AssertionError, OSError):
            return False
