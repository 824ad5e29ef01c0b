"""No way of writing a path leads out of the page's files (reliability section 5)."""

from harness import BrokerCase
from harness.rest import Rest

PATHS = [
    "/../../../../etc/passwd", "/iot/../../../../etc/passwd", "/./../etc/passwd", "//etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/..%5c..%5c..%5cetc/passwd", "/..\\..\\etc\\passwd", "/%252e%252e%252fetc%252fpasswd", "/index.html%00.js", "/%00",
    "/etc/passwd", "/file:///etc/passwd", "/iot/%2e%2e/%2e%2e/etc/passwd", "/%c0%ae%c0%ae/etc/passwd", "/%", "/%zz",
    "/%2", "/....//....//etc/passwd", "/broker.conf", "/../broker.conf", "/../store/",
]


class PathTraversal(BrokerCase):
    nightjar_only = "mosquitto serves no page"

    def test_paths(self):
        for port in (self.broker.http_port, self.broker.websocket_port):
            server = Rest(port)
            for path in PATHS:
                with self.subTest(path):
                    answer = server.exchange(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                                             "Connection: close\r\n\r\n".encode())
                    self.assertIn(int(answer.split(b" ", 2)[1]), (400, 404), answer[:200])
                    self.assertNotIn(b"root:", answer)
                    self.assertNotIn(b"listener ", answer)
        self.assert_healthy()

    def test_absolute_form(self):
        port = self.broker.http_port
        status = Rest(port).status_of(f"GET http://127.0.0.1:{port}/../../etc/passwd HTTP/1.1\r\n"
                                      f"Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        self.assertIn(status, (400, 404))
