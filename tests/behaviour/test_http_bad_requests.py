"""Requests that are no HTTP, too large, ambiguous or cut short get an error or the end; nobody else is harmed.

Reliability section 5 and rows 67 and 68.
"""

from harness import BrokerCase
from harness.rest import Rest

POST = b"POST /publish HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
BODY = b'{"topic":"http/bad","msg":"wrong"}'


class HttpBadRequests(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def test_not_http(self):
        for raw in (b"\r\n\r\n", b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                    b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"GET / HTTP/1.1\r\n: x\r\n\r\n", b"\x16\x03\x01\x00\xff" * 20,
                    b"GET / HTTP/1.1\r\nHost: a\r\n b: folded\r\n\r\n", bytes(range(256)) + b"\r\n\r\n"):
            with self.subTest(raw[:30]):
                self.assertIn(self.status_of_cut(raw), (None, 400, 404, 421, 505))
        self.assert_healthy()

    def status_of_cut(self, raw):
        """As Rest.status_of, for requests that the broker may go on waiting for."""
        with self.rest.open() as connection:
            connection.sendall(raw)
            connection.shutdown(1)
            answer = connection.recv(65536)
        return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else None

    def test_ambiguous_lengths_publish_nothing(self):
        watcher = self.client("watcher").subscribe(("http/bad", 0))
        size = str(len(BODY)).encode()
        chunked = b"Transfer-Encoding: chunked\r\n"
        for headers in (b"Content-Length: " + size + b"\r\nContent-Length: 3\r\n",
                        b"Content-Length: " + size + b"\r\n" + chunked, b"Content-Length: -1\r\n",
                        b"Content-Length: 99999999999999999999999\r\n", b"Content-Length: x\r\n",
                        b"Content-Length: 0x10\r\n", b"Transfer-Encoding: gzip\r\n"):
            with self.subTest(headers):
                self.assertIn(self.rest.status_of(POST + headers + b"\r\n" + BODY), (400, 413, 501, None))
        watcher.expect_nothing()

    def test_body_over_the_limit(self):
        answer = self.rest.exchange(POST + b"Content-Length: 1073741824\r\n\r\n{")
        self.assertTrue(answer.startswith(b"HTTP/1.1 413"), answer[:100])
        self.assert_healthy()

    def test_chunked_body_without_end(self):
        before = self.broker.memory()
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        self.assertIn(self.rest.status_of(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 200), (413, None))
        self.assertLess(self.broker.memory() - before, 20 << 20)
        self.assert_healthy()

    def test_endless_headers(self):
        for port in (self.broker.http_port, self.broker.websocket_port):
            server = Rest(port)
            many = b"".join(b"X-%d: y\r\n" % number for number in range(100000))
            self.assertIn(server.status_of(b"GET / HTTP/1.1\r\nHost: a\r\n" + many), (400, 431, None))
            self.assertIn(server.status_of(b"GET / HTTP/1.1\r\nX: " + b"y" * 1000000), (400, 431, None))
            self.assertIn(server.status_of(b"GET /" + b"y" * 1000000), (400, 414, 431, None))
        self.assert_healthy()

    def test_long_path(self):
        self.assertIn(self.rest.get("/" + "a" * 4000).status, (400, 404, 414))
