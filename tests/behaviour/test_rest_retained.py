"""GET and DELETE /api/v1/retained: which there are, one of them, and deleting them for good."""

import base64
import urllib.parse

from harness import BrokerCase

PATH = "/api/v1/retained/"


def quoted(topic):
    return PATH + urllib.parse.quote(topic, safe="")


class RetainedCase(BrokerCase):
    nightjar_only = "mosquitto has no list of retained messages"
    broker_per_test = True
    extra_conf = "plugin builtin:none"  # it has a retained message of its own

    def keep(self, *topics, payload=b"x", qos=1):
        publisher = self.client("keeper")
        for topic in topics:
            publisher.publish(topic, payload, qos=qos, retain=True)
        publisher.expect_nothing()
        publisher.disconnect()

    def get(self, **query):
        answer = self.rest.get(PATH + "?" + urllib.parse.urlencode(query))
        self.assertEqual(answer.status, 200, answer)
        return answer

    def topics(self, **query):
        return [row["topic"] for row in self.get(**query).json()]

    def delete(self, path):
        return self.rest.request("DELETE", path)

    def delete_all(self, **query):
        return self.delete(PATH + "?" + urllib.parse.urlencode(query))


class List(RetainedCase):
    def test_filter_search_and_order(self):
        self.keep("b", "a/2", "a/1", "a", "a/1/x")
        self.assertEqual(self.topics(), ["a", "a/1", "a/1/x", "a/2", "b"])
        self.assertEqual(self.topics(filter="a/+"), ["a/1", "a/2"])
        self.assertEqual(self.topics(filter="a/#"), ["a", "a/1", "a/1/x", "a/2"])
        self.assertEqual(self.topics(filter="a/1"), ["a/1"])
        self.assertEqual(self.topics(filter="nothing"), [])
        self.assertEqual(self.topics(search="/1"), ["a/1", "a/1/x"])
        self.assertEqual(self.topics(filter="a/+", search="2"), ["a/2"])
        self.assertEqual(self.get(filter="a/#", limit=1).headers["X-Total-Count"], "4")

    def test_our_own_figures_are_told_if_asked_for(self):
        self.wait_until(lambda: "$SYS/broker/uptime" in self.topics(filter="$SYS/#"), "figures")
        self.assertEqual(self.topics(), [])

    def test_pages(self):
        wanted = sorted(f"page/{number}/{'deep/' * (number % 3)}x" for number in range(100))
        self.keep(*wanted)
        path, seen = PATH + "?limit=9", []
        while path:
            answer = self.rest.get(path)
            self.assertLessEqual(len(answer.json()), 9)
            seen += [row["topic"] for row in answer.json()]
            link = answer.headers["Link"]
            path = link[1:link.index(">")] if link else None
            if link:
                self.assertEqual(self.delete(quoted(seen[-1])).status, 204)  # where the next page begins
        self.assertEqual(seen, wanted)

    def test_long_topics(self):
        topics = ["l" * 60000 + str(number) for number in range(5)]
        self.keep(*topics)
        path, seen = PATH + "?limit=2", []
        while path:
            answer = self.rest.get(path)
            seen += [row["topic"] for row in answer.json()]
            link = answer.headers["Link"]
            path = link[1:link.index(">")] if link else None
        self.assertEqual(sorted(seen), topics)
        answer = self.delete_all(filter="#", search="llll", confirm="true")
        self.assertEqual(answer.json(), {"deleted": 5, "denied": 0})

    def test_wrong_parameters(self):
        for query in ("filter=a%23", "filter=", "limit=0", "after=x", "payload=-1", "payload=1048577", "payload=x"):
            self.assert_http_error(self.rest.get(PATH + "?" + query), 400)


class One(RetainedCase):
    def test_members(self):
        self.keep("room/1", payload="23 °C\n".encode(), qos=2)
        row = self.rest.get(quoted("room/1")).json()
        self.assertEqual({**row, "age": 0, "retained_at": ""}, {
            "topic": "room/1", "size": 7, "qos": 2, "retained_at": "", "age": 0, "payload": "23 °C\n", "encoding": "text",
            "truncated": False})
        self.assertRegex(row["retained_at"], r"^20\d\d-\d\d-\d\dT")
        self.assertLess(row["age"], 10)
        self.assertEqual(self.rest.get(PATH + "room/1").json()["topic"], "room/1")  # its slashes may stay

    def test_what_the_last_process_kept_is_of_unknown_age(self):
        self.keep("old")
        self.broker.restart()
        row = self.rest.get(quoted("old")).json()
        self.assertEqual((row["payload"], row["age"], row["retained_at"]), ("x", None, None))

    def test_bytes_that_are_no_text(self):
        raw = bytes(range(256))
        for size in (254, 255, 256):
            self.keep("raw", payload=raw[:size])
            row = self.rest.get(quoted("raw")).json()
            self.assertEqual((row["encoding"], base64.b64decode(row["payload"])), ("base64", raw[:size]))

    def test_text_has_no_control_characters_but_those_of_lines(self):
        for payload, encoding in ((b"a\tb\r\n", "text"), (b"bell\x07", "base64"), (b"\x7f", "base64"), (b"", "text")):
            self.keep("line", payload=payload + b"x")
            self.assertEqual(self.rest.get(quoted("line")).json()["encoding"], encoding)
        self.keep("line", payload=b"abc\x01" + bytes(200))
        self.assertEqual(self.get(payload=4).json()[0]["encoding"], "base64")

    def test_a_long_payload_is_cut(self):
        self.keep("long", payload="ä".encode() * 1000)
        row = self.get(payload=101).json()[0]
        self.assertEqual((row["payload"], row["truncated"], row["size"]), ("ä" * 50, True, 2000))
        self.assertEqual(self.get(payload=0).json()[0]["payload"], "")
        self.assertEqual(self.rest.get(quoted("long")).json()["payload"], "ä" * 1000)
        self.assertEqual(len(self.get().json()[0]["payload"]), 128)

    def test_unknown(self):
        self.assert_http_error(self.rest.get(quoted("nothing")), 404)
        self.assert_http_error(self.delete(quoted("nothing")), 404)
        self.assert_http_error(self.rest.get(quoted("a/#")), 400, "bad_topic")
        self.assert_http_error(self.delete(quoted("+")), 400, "bad_topic")


class Delete(RetainedCase):
    def test_it_is_off_the_disk(self):
        self.keep("one", "two", "three")
        self.assertEqual(self.delete(quoted("one")).status, 204)
        self.assertEqual(self.delete_all(filter="two", confirm="true").json(), {"deleted": 1, "denied": 0})
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.topics(), ["three"])

    def test_subscribers_hear_of_it_as_of_an_empty_message(self):
        self.keep("one")
        away = self.client("away", clean=False).subscribe(("#", 1))
        away.take("one", qos=1)
        away.disconnect()
        reader = self.client("reader").subscribe(("one", 1))
        reader.expect_publish("one", b"x")
        self.assertEqual(self.delete(quoted("one")).status, 204)
        got = reader.expect_publish("one", b"", 0)
        self.assertFalse(got.retain)
        self.client("away", clean=False, session_present=True).expect_nothing()

    def test_many_only_if_it_is_meant(self):
        self.keep(*(f"many/{number}" for number in range(500)), "other")
        for query in ({"filter": "many/#"}, {"filter": "many/#", "confirm": "yes"}):
            body = self.assert_http_error(self.delete_all(**query), 400, "not_confirmed")
            self.assertIn(" 500 ", body["detail"])
        self.assert_http_error(self.delete_all(confirm="true"), 400, "missing_parameter")
        self.assertEqual(len(self.topics()), 501)
        self.assertEqual(self.delete_all(filter="many/#", confirm="true").json(), {"deleted": 500, "denied": 0})
        self.assertEqual(self.topics(), ["other"])
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.topics(), ["other"])

    def test_our_own_figures_stay(self):
        self.assert_http_error(self.delete(quoted("$SYS/broker/version")), 403, "denied")
        self.assertEqual(self.topics(filter="$SYS/broker/version"), ["$SYS/broker/version"])

    def test_hostile_topics(self):
        topics = ["<b>", "/", "//", "a/", "a?b", "a%2Fb", "..", "a b", "日本語", "\\\"'"]
        self.keep(*topics)
        self.assertEqual(self.topics(), sorted(topics, key=str.encode))
        for topic in topics:
            self.assertEqual(self.rest.get(quoted(topic)).json()["topic"], topic)
            self.assertEqual(self.delete(quoted(topic)).status, 204, topic)
        self.assertEqual(self.topics(), [])


class Sensors(RetainedCase):
    extra_conf = ""

    def test_a_deleted_message_is_no_value_of_a_sensor(self):
        self.keep("iot/measurements", payload=b'{"sensor_id":3,"type":"light","value":1,"unit":"V"}')
        self.assertEqual(self.delete(quoted("iot/measurements")).status, 204)
        self.assertEqual(self.rest.get("/api/v1/ingest/rejected").json()["counts"], {})


class Rights(RetainedCase):
    def setUp(self):
        super().setUp()
        self.keep("open/1", "open/2", "read/1", "write/1", "secret/1")
        with open(self.broker.directory + "/acl", "w") as file:
            file.write("topic read /api/v1/retained/#\ntopic readwrite open/#\ntopic read read/#\ntopic write write/#\n")
        self.broker.extra_conf = f"plugin builtin:none\nacl_file {self.broker.directory}/acl"
        self.broker.restart()

    def test_each_topic_by_its_rights(self):
        answer = self.get()
        self.assertEqual([row["topic"] for row in answer.json()], ["open/1", "open/2", "read/1"])
        self.assertEqual(answer.headers["X-Total-Count"], "3")
        self.assert_http_error(self.rest.get(quoted("secret/1")), 403)
        self.assert_http_error(self.delete(quoted("read/1")), 403)
        self.assert_http_error(self.delete(quoted("secret/1")), 403)
        self.assertEqual(self.delete(quoted("write/1")).status, 204)
        self.assertEqual(self.delete_all(filter="#", confirm="true").json(), {"deleted": 2, "denied": 2})
        self.assertEqual(self.topics(), ["read/1"])


if __name__ == "__main__":
    import unittest
    unittest.main()


class Large(BrokerCase):
    nightjar_only = "mosquitto has no REST"
    log_types = "notice"
    extra_conf = "persistence false\nmax_packet_size 0"

    def test_readers_that_do_not_read(self):
        """A dozen of them, for 16 MB each: what they wait for does not fill the memory, and nobody else waits."""
        publisher, payload = self.client("publisher"), b"\x01" * (1 << 20)
        for number in range(16):
            publisher.publish(f"large/{number}", payload, 1, retain=True)
        before = self.broker.memory()
        readers = [self.rest.open() for _ in range(12)]
        for reader in readers:
            self.addCleanup(reader.close)
            reader.sendall(b"GET /api/v1/retained?filter=large/%23&payload=1048576 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        statuses = {reader.recv(12)[9:] for reader in readers}
        self.assertLessEqual(statuses, {b"200", b"503"})
        self.assertLess(self.broker.memory() - before, 200 << 20)
        self.assertEqual(self.rest.get("/api/v1/version").status, 200)

    def test_pages_are_cut_by_their_size(self):
        publisher = self.client("publisher")
        for number in range(10):
            publisher.publish(f"page/{number}", b"x" * (1 << 20), 1, retain=True)
        path, topics = "/api/v1/retained?filter=page/%23&payload=1048576", []
        while path:
            answer = self.rest.get(path)
            self.assertEqual((answer.status, answer.headers["X-Total-Count"]), (200, "10"))
            self.assertLess(len(answer.body), 6 << 20)
            topics += [row["topic"] for row in answer.json()]
            link = answer.headers["Link"]
            path = link[1:link.index(">")] if link else None
        self.assertEqual(topics, [f"page/{number}" for number in range(10)])
