"""The live page is served on the http_api listener and on the websockets listener (features H1, C-12, C-13)."""

import gzip

from harness import BrokerCase
from harness.rest import Rest


class HttpPage(BrokerCase):
    nightjar_only = "mosquitto serves no page"

    def servers(self):
        return Rest(self.broker.http_port), Rest(self.broker.websocket_port)

    def test_page(self):
        for server in self.servers():
            for path in ("/", "/iot/mqtt.html", "/iot/"):
                with self.subTest(port=server.port, path=path):
                    answer = server.get(path)
                    self.assertEqual(answer.status, 200, answer)
                    self.assertTrue(answer.headers["Content-Type"].startswith("text/html"))
                    self.assertIn(b"<!doctype html", answer.body[:100].lower())

    def test_every_page_has_its_address(self):
        for path in ("/sensors/3", "/sensors/3/", "/graph_temp/", "/graph_hum/", "/clients", "/client", "/client/lamp%201", "/client/house/lamp", "/topics",
                     "/console", "/status", "/admin/"):
            with self.subTest(path):
                self.assertEqual(self.rest.get(path).body, self.rest.get("/").body)
                self.assertEqual(self.rest.get(path, {"Accept-Encoding": "gzip"}).headers["Content-Encoding"], "gzip")
        for path in ("/topics/more", "/nothing", "/js/nothing.js"):
            with self.subTest(path):
                self.assertEqual(self.rest.get(path).status, 404)

    def test_scripts_have_their_type(self):
        for path, kind in (("/paho-mqtt.js", "javascript"), ("/uplot.js", "javascript"), ("/uplot.css", "text/css")):
            with self.subTest(path):
                answer = self.rest.get(path)
                self.assertEqual(answer.status, 200, answer)
                self.assertIn(kind, answer.headers["Content-Type"])

    def test_security_headers(self):
        headers = self.rest.get("/").headers
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'self'", headers["Content-Security-Policy"])
        self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])

    def test_not_modified(self):
        first = self.rest.get("/")
        again = self.rest.get("/", {"If-None-Match": first.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def test_gzip(self):
        plain = self.rest.get("/paho-mqtt.js")
        packed = self.rest.get("/paho-mqtt.js", {"Accept-Encoding": "gzip"})
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertLess(len(packed.body), len(plain.body))
        self.assertEqual(gzip.decompress(packed.body), plain.body)

    def test_head(self):
        answer = self.rest.request("HEAD", "/")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(int(answer.headers["Content-Length"]), len(self.rest.get("/").body))

    def test_rest_on_the_websockets_listener(self):
        self.assertEqual(self.servers()[1].get("/mqtt/status/").status, 200)
