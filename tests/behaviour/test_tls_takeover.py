"""A session over TLS taken over from connections on other workers: the socket moves with its TLS session."""

import threading

from harness import packets
from harness.tls_case import TlsCase


class TlsTakeover(TlsCase):
    more = "worker_threads 2"

    def test_connections_move_to_the_session(self):
        for kind in ("tls_client", "wss_client", "client"):
            first = self.tls_client("mover", clean=False, session_present=kind != "tls_client")
            if kind == "tls_client":
                first.subscribe(("moved", 1))
            for turn in range(6):  # every other one arrives at the other worker
                second = getattr(self, kind)("mover", session_present=True, clean=False)
                first.wait_closed()
                second.publish("other", b"x" * 40_000, qos=1)
                sender = self.tls_client(f"sender-{turn}")
                sender.publish("moved", b"%d" % turn, qos=1)
                sender.disconnect()
                second.take("moved", b"%d" % turn)
                second.expect_nothing()  # so the broker has read the PUBACK
                first = second

    def test_what_comes_behind_connect_moves_along(self):
        for turn in range(8):
            self.tls_client("eager", clean=False, session_present=turn > 0).close()
            client = self.tls_raw()
            behind = [packets.publish("behind", b"%d" % i + b"x" * 3000, 1, i + 1) for i in range(10)]
            client.send(packets.connect("eager", clean=False), *behind)
            client.expect(packets.connack(0, True))
            client.expect(*(packets.puback(i + 1) for i in range(10)))
            client.disconnect()

    def test_storm(self):
        def storm(number):
            for _ in range(20):
                try:
                    client = self.tls_raw()
                    client.send(packets.connect("storm", clean=number % 2 == 0))
                    client.read_packet()
                except (OSError, AssertionError):
                    pass
        threads = [threading.Thread(target=storm, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assert_healthy()
