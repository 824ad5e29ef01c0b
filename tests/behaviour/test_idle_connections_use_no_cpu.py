"""Connections that do nothing cost no processor time (reliability row 5)."""

from harness import BrokerCase


class IdleConnections(BrokerCase):
    def test_idle(self):
        clients = [self.client(f"idle-{number}", keepalive=0) for number in range(20)]
        clients += [self.raw() for _ in range(20)]
        before = self.broker.cpu_seconds()
        slept = self.raw().connect("clock", keepalive=1)  # its keepalive is the clock of this test
        slept.expect_closed(15)
        self.assertLess(self.broker.cpu_seconds() - before, 0.2)
        clients[0].expect_nothing()
