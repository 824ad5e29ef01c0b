"""Unknown paths, wrong methods and bad values: status, Allow and the error body (features H2, H6, H7)."""

from harness import BrokerCase

GET_PATHS = ["/mqtt/status", "/api/monitoring/sensors", "/api/monitoring/sensors/1/last",
             "/api/monitoring/sensors/1/measurements"]
POST_PATHS = ["/publish", "/mqtt/publish/sensor"]


class RestErrors(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def test_unknown_paths(self):
        for path in ("/api/v1/", "/api/nothing", "/api/monitoring/", "/api/monitoring/sensors/1/nothing/", "/publish/x",
                     "/nothing.html", "/mqtt/"):
            with self.subTest(path):
                self.assert_http_error(self.rest.get(path), 404)

    def test_wrong_methods(self):
        for path in GET_PATHS:
            for method in ("PUT", "POST", "DELETE"):
                for slash in ("", "/"):
                    if (method, path) == ("POST", "/api/monitoring/sensors"):
                        continue  # pre-declares a sensor
                    with self.subTest(path=path + slash, method=method):
                        answer = self.rest.request(method, path + slash, b"{}")
                        self.assert_http_error(answer, 405)
                        self.assertIn("GET", answer.headers["Allow"])
        for path in POST_PATHS:
            for method in ("GET", "PUT", "DELETE"):
                with self.subTest(path=path, method=method):
                    answer = self.rest.request(method, path, b"{}" if method == "PUT" else None)
                    self.assert_http_error(answer, 405)
                    self.assertIn("POST", answer.headers["Allow"])

    def test_unknown_method(self):
        status = self.rest.status_of(b"BREW /publish HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        self.assertIn(status, (400, 405, 501))

    def test_answers_are_json_and_not_cached(self):
        for answer in (self.rest.get("/mqtt/status/"), self.rest.get("/api/nothing")):
            self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
            self.assertIn("no-store", answer.headers["Cache-Control"])
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertIsNone(answer.headers["Access-Control-Allow-Origin"])

    def test_bad_query_values(self):
        for query in ("limit=x", "limit=-1", "from=yesterday", "order=sideways", "before=x", "limit=%zz"):
            with self.subTest(query):
                self.assert_http_error(self.rest.get("/api/monitoring/measurements/?" + query), 400)

    def test_odd_queries_are_harmless(self):
        for query in ("?", "?a=&&==", "?limit", "?x=%00", "?" + "a=b&" * 500):
            with self.subTest(query[:20]):
                self.assertIn(self.rest.get("/api/monitoring/sensors/" + query).status, (200, 400))
