"""Sizes over TLS: what is larger than a record, what is larger than the socket's buffers, and many small messages."""

import hashlib
import threading

from harness import packets, seconds
from harness.tls_case import TlsCase


class TlsPayloads(TlsCase):
    more = "max_packet_size 10000000\nmax_inflight_messages 100\nmax_queued_messages 10000"
    log_types = "error\nlog_type warning\nlog_type notice"

    def through(self, sender, receiver, size):
        payload = hashlib.sha256(str(size).encode()).digest() * (size // 32)
        receiver.subscribe(("big", 1))
        writing = threading.Thread(target=sender.send, args=(packets.publish("big", payload, 1, 7),))
        writing.start()
        got = receiver.read_packet(seconds(20))
        writing.join()
        self.assertTrue(got.endswith(payload), len(got))
        receiver.send(packets.puback(1))
        sender.expect(packets.puback(7))

    def test_large_payloads_both_ways(self):
        for size in (16_384, 1_000_000, 5_000_000):
            for kind in ("tls_client", "wss_client"):
                make = getattr(self, kind)
                with self.subTest(f"{size} {kind}"):
                    sender, receiver = make("sender"), make("receiver")
                    self.through(sender, receiver, size)
                    sender.close()
                    receiver.close()

    def test_between_plain_and_tls(self):
        for sender, receiver in ((self.client("a"), self.tls_client("b")), (self.tls_client("c"), self.client("d"))):
            self.through(sender, receiver, 1_000_000)

    def test_many_small_messages_keep_their_order(self):
        sender, receiver = self.tls_client("sender"), self.tls_client("receiver")
        receiver.subscribe(("many", 0))
        count = 20_000
        everything = b"".join(packets.publish("many", b"%d" % i) for i in range(count))
        writing = threading.Thread(target=sender.send, args=(everything,))
        writing.start()
        for i in range(count):
            receiver.expect(packets.publish("many", b"%d" % i))
        writing.join()

    def test_a_window_of_qos1(self):
        sender, receiver = self.tls_client("sender"), self.tls_client("receiver")
        receiver.subscribe(("window", 1))
        count = 3000
        everything = b"".join(packets.publish("window", b"%d" % i, 1, i + 1) for i in range(count))
        writing = threading.Thread(target=sender.send, args=(everything,))
        writing.start()
        got = receiver.take_many(count)
        writing.join()
        self.assertEqual([m.payload for m in got], [b"%d" % i for i in range(count)])
        sender.expect(*(packets.puback(i + 1) for i in range(count)))

    def test_a_reader_that_stops_delays_nobody(self):
        stuck, sender, other = self.tls_client("stuck"), self.tls_client("sender"), self.tls_client("other")
        for client in (stuck, other):
            client.subscribe(("flood", 0))
        for _ in range(40):
            sender.publish("flood", b"z" * 200_000)
            other.expect_publish("flood")
        sender.expect_nothing()
        self.assert_healthy()
