"""A subscriber that stops reading delays nobody else and costs bounded memory (promise 2)."""

import socket

from harness import BrokerCase

MESSAGES = 3000
PAYLOAD = b"x" * 20000  # 60 MB in all


class StuckSubscriber(BrokerCase):
    log_types = "error"

    def stuck(self, client_id, qos):
        client = self.client(client_id)
        client.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.subscribe((f"stuck/{qos}", qos))
        return client

    def check(self, qos):
        self.stuck(f"stuck-{qos}", qos)
        reader = self.client("reader").subscribe((f"stuck/{qos}", qos))
        publisher = self.client("publisher")
        before = self.broker.memory()
        for _ in range(MESSAGES):
            publisher.publish(f"stuck/{qos}", PAYLOAD, qos=qos)
            self.assertEqual(len(reader.take(f"stuck/{qos}").payload), len(PAYLOAD))
        self.assertLess(self.broker.memory() - before, 40 << 20)
        self.assert_healthy()

    def test_qos_0(self):
        self.check(0)

    def test_qos_1(self):
        self.check(1)
