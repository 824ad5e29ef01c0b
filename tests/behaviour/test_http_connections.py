"""How HTTP connections are kept: keep-alive, close, HTTP/1.0, pipelining, Expect, chunked bodies, HEAD."""

import http.client
import socket

from harness import BrokerCase

STATUS = b"GET /mqtt/status/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"


class HttpConnections(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def test_keep_alive(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.broker.http_port, timeout=10)
        for _ in range(5):
            connection.request("GET", "/mqtt/status/")
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200)
            answer.read()
            self.assertIsNotNone(connection.sock, "closed although HTTP/1.1 keeps connections")
        connection.close()

    def test_close_when_asked(self):
        answer = self.rest.exchange(STATUS + b"Connection: close\r\n\r\n")  # returns only when closed
        self.assertTrue(answer.startswith(b"HTTP/1.1 200"))

    def test_http_1_0(self):
        answer = self.rest.exchange(b"GET /mqtt/status/ HTTP/1.0\r\n\r\n")
        self.assertRegex(answer, rb"^HTTP/1\.[01] 200")
        self.assertNotIn(b"chunked", answer.partition(b"\r\n\r\n")[0].lower())

    def test_pipelined_requests_are_answered_in_order(self):
        answer = self.rest.exchange(STATUS + b"\r\n" + b"GET /no/such HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" +
                                    STATUS + b"Connection: close\r\n\r\n")
        codes = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
        self.assertEqual(codes, [b"200", b"404", b"200"])

    def test_expect_100_continue(self):
        body = b'{"topic":"http/expect","msg":"x"}'
        with self.rest.open() as connection:
            connection.sendall(b"POST /publish HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n"
                               b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 100"))
            connection.sendall(body)
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200"))

    def test_chunked_body(self):
        answer = self.rest.exchange(b"POST /publish HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
                                    b"Connection: close\r\n\r\n"
                                    b'9\r\n{"topic":\r\n16\r\n"http/chunk","msg":1} \r\n0\r\n\r\n')
        self.assertTrue(answer.startswith(b"HTTP/1.1 200"), answer[:300])

    def test_a_byte_at_a_time(self):
        with self.rest.open() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in STATUS + b"Connection: close\r\n\r\n":
                connection.sendall(bytes([byte]))
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200"))

    def test_client_that_leaves_before_the_answer(self):
        for _ in range(50):
            connection = self.rest.open()
            connection.sendall(b"GET /api/monitoring/measurements/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            connection.close()
        self.assert_healthy()
        self.assertEqual(self.rest.get("/mqtt/status/").status, 200)
