"""Clients that speak the wrong language, cut a handshake off, or say nothing: closed in time, harming nobody."""

import random
import resource
import socket
import ssl
import time

from harness import packets, seconds
from harness.tls_case import TlsCase


class TlsStalls(TlsCase):
    def plain_to(self, port):
        made = socket.create_connection(("127.0.0.1", port), timeout=seconds(8))
        self.addCleanup(made.close)
        return made

    @staticmethod
    def drain(sock):
        try:
            while sock.recv(65536):
                pass
        except ConnectionResetError:
            pass

    def lines_about(self, sock, since):
        """What the log says of this connection, its arrival aside."""
        name = "127.0.0.1:%d" % sock.getsockname()[1]
        return [line for line in self.broker.log()[since:].splitlines() if name in line and "New connection" not in line]

    def test_plain_client_on_a_tls_port(self):
        for port in (self.tls_port, self.wss_port, self.https_port):
            for first in (packets.connect("plain"), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x00\xff" * 1000):
                since = self.broker.log_size()
                client = self.plain_to(port)
                client.sendall(first)
                self.drain(client)
                self.wait_until(lambda: self.lines_about(client, since), "a line in the log")
                lines = self.lines_about(client, since)
                self.assertEqual(len(lines), 1, lines)
                self.assertRegex(lines[0], "disconnected: TLS handshake failed: ")
        self.assert_healthy()

    def test_tls_client_on_a_plain_port(self):
        for port in (self.broker.port, self.broker.http_port):
            since = self.broker.log_size()
            client = self.plain_to(port)
            name = client.getsockname()
            context = self.certificates.context()
            with self.assertRaises((ssl.SSLError, ConnectionResetError)):
                context.wrap_socket(client, server_hostname="localhost")
            self.wait_until(lambda: "127.0.0.1:%d" % name[1] in self.broker.log()[since:].replace(
                "New connection from 127.0.0.1:%d" % name[1], ""), "a line in the log")
        self.assert_healthy()

    def test_handshake_cut_off(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.certificates.context().wrap_bio(incoming, outgoing, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            tls.do_handshake()
        hello = outgoing.read()
        for port in (self.tls_port, self.https_port):
            for size in (1, 5, 6, len(hello) // 2, len(hello)):
                client = self.plain_to(port)
                client.sendall(hello[:size])
                client.close()
        self.assert_healthy()

    def test_flipped_bytes(self):
        """One byte wrong, in the handshake or after it: the connection ends, nothing else."""
        dice = random.Random(7)
        for attempt in range(150):
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = self.certificates.context().wrap_bio(incoming, outgoing, server_hostname="localhost")
            client = self.plain_to((self.tls_port, self.wss_port, self.https_port)[attempt % 3])
            flight = dice.randrange(3)  # hello, the end of the handshake, data
            try:
                for number in range(3):
                    try:
                        if number < 2:
                            tls.do_handshake()
                        else:
                            tls.write(packets.connect("flipped") + bytes(200))
                    except ssl.SSLWantReadError:
                        pass
                    data = bytearray(outgoing.read())
                    if number == flight and data:
                        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
                    client.sendall(data)
                    if number == 0 and flight != 0:
                        incoming.write(client.recv(65536))
                client.shutdown(socket.SHUT_WR)
                self.drain(client)
            except OSError:  # refused: one of many ways
                pass
            client.close()
        self.assert_healthy()

    def test_a_mute_client_is_closed_in_time(self):
        since = self.broker.log_size()
        client = self.plain_to(self.tls_port)
        started = time.monotonic()
        self.drain(client)
        self.assertLess(time.monotonic() - started, seconds(7))
        self.broker.wait_log("disconnected: no CONNECT in time", since)

    def test_mute_after_the_handshake(self):
        client = self.tls_raw()
        started = time.monotonic()
        client.expect_closed(seconds(8))
        self.assertLess(time.monotonic() - started, seconds(7))

    def test_a_thousand_mute_ones_delay_nobody(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        mute = [self.plain_to(self.tls_port) for _ in range(1000)]
        for client in mute[::2]:
            client.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a hello
        for attempt in range(5):
            started = time.monotonic()
            client = self.tls_client(f"proper-{attempt}")
            client.publish("a", b"b", qos=1)
            client.disconnect()
            self.assertLess(time.monotonic() - started, seconds(1))
        for client in mute:
            client.close()

    def test_idle_connections_use_no_cpu(self):
        idle = [self.tls_client(f"idle-{i}") for i in range(20)] + [self.wss_client(f"wide-{i}") for i in range(5)]
        before = self.broker.cpu_seconds()
        time.sleep(1)
        self.assertLess(self.broker.cpu_seconds() - before, 0.2)
        for client in idle:
            client.expect_nothing()
