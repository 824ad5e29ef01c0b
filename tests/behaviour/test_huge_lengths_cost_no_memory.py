"""Announced lengths do not reserve memory, before CONNECT or after it (reliability rows 1, 2 and 3)."""

from harness import BrokerCase, packets as mqtt

LIMIT = 20 << 20


class HugeLengths(BrokerCase):
    log_types = "error"

    def grown(self, before):
        return self.broker.memory() - before

    def test_connect_of_256_megabytes(self):
        before = self.broker.memory()
        clients = []
        for _ in range(200):
            clients.append(self.raw())
            clients[-1].send_until_closed(b"\x10\xff\xff\xff\x7f" + b"\x00\x04MQTT\x04\x02" + b"x" * 100)
        self.assert_healthy()
        self.assertLess(self.grown(before), LIMIT)

    def test_connect_that_is_almost_whole(self):
        before = self.broker.memory()
        raw = mqtt.connect("i" * 60000)
        clients = []
        for _ in range(100):
            clients.append(self.raw())
            clients[-1].send_until_closed(raw[:-1])
        self.assert_healthy()
        self.assertLess(self.grown(before), LIMIT)

    def test_other_first_packets(self):
        before = self.broker.memory()
        for first in range(0x20, 0x100, 0x10):
            client = self.raw()
            client.send_until_closed(bytes([first]) + b"\x80\x80\x80\x74" + b"\x01" * 1000000)
            client.wait_closed()
            client.close()
        self.assertLess(self.grown(before), LIMIT)
        self.assert_healthy()

    def test_publish_after_connect(self):
        before = self.broker.memory()
        clients = []
        for number in range(100):
            clients.append(self.client(f"hoarder-{number}"))
            clients[-1].send_until_closed(b"\x30\xff\xff\x7f" + b"\x00\x01t" + b"x" * 1000)  # 2 MB announced
        self.assert_healthy()
        self.assertLess(self.grown(before), LIMIT)
