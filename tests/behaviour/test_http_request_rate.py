"""http_request_rate: who asks too often hears 429 and when to come again; nobody else notices (features H6)."""

import http.client
import time

from harness import BrokerCase, seconds
from harness.rest import Response, Rest


class FromAnAddress(Rest):
    """Requests from an address of the loopback network."""

    def __init__(self, port, address):
        super().__init__(port)
        self.address = address

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds(10),
                                                source_address=(self.address, 0))
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


class HttpRequestRate(BrokerCase):
    nightjar_only = "mosquitto has no REST"
    extra_conf = "http_request_rate 2"
    broker_per_test = True
    path = "/api/v1/version"

    def flood(self, rest):
        """The first refusal, and how many were answered before it."""
        for count in range(1000):
            answer = rest.get(self.path)
            if answer.status != 200:
                return answer, count
        raise AssertionError("nothing is refused")

    def test_ten_seconds_at_once_then_429(self):
        refused, count = self.flood(self.rest)
        self.assertTrue(20 <= count <= 22, count)  # and what half a second gives back
        self.assert_http_error(refused, 429, "too_many_requests")
        self.assertEqual(refused.headers["Retry-After"], "1")

    def test_who_comes_again_when_told_is_answered(self):
        refused, _ = self.flood(self.rest)
        until = time.monotonic() + int(refused.headers["Retry-After"])
        while time.monotonic() < until:  # the time that the broker asked for
            time.sleep(until - time.monotonic() if until > time.monotonic() else 0)
        self.assertEqual(self.rest.get(self.path).status, 200)

    def test_others_and_mqtt_do_not_notice(self):
        watcher = self.client("watcher").subscribe(("a", 1))
        self.flood(self.rest)
        self.assertEqual(FromAnAddress(self.broker.http_port, "127.0.0.2").get(self.path).status, 200)
        publisher = self.client("publisher")
        for _ in range(50):
            publisher.publish("a", b"x", qos=1)
        watcher.expect_publish()

    def test_writes_count_and_the_page_does_not(self):
        self.flood(self.rest)
        self.assertEqual(self.rest.post("/publish", {"topic": "a", "msg": "x"}).json()["error"], "too_many_requests")
        for _ in range(30):
            self.assertNotEqual(self.rest.get("/").status, 429)

    def test_one_connection_stays_open(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.broker.http_port, timeout=seconds(10))
        self.addCleanup(connection.close)
        statuses = []
        for _ in range(40):
            connection.request("GET", self.path)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        self.assertEqual(set(statuses), {200, 429})

    def test_a_reload_changes_it(self):
        self.flood(self.rest)
        self.broker.extra_conf = "http_request_rate 0"
        with open(self.broker.directory + "/broker.conf", "w") as file:
            file.write(self.broker.conf())
        self.broker.process.send_signal(1)
        self.wait_until(lambda: self.rest.get(self.path).status == 200, "the reload")
        for _ in range(100):
            self.assertEqual(self.rest.get(self.path).status, 200)


class Off(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def test_by_default_nobody_is_refused(self):
        self.assertEqual({self.rest.get("/api/v1/version").status for _ in range(300)}, {200})
