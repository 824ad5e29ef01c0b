"""POST /publish (features E-1, E-2): what is published, and the answers with their `code`."""

import base64

from harness import BrokerCase, packets as mqtt


class RestPublish(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def published(self, body, topic="rest/x", qos=0, path="/publish", headers=None):
        """Posts and returns the message that a subscriber got."""
        reader = self.client("reader").subscribe((topic, 2))
        answer = self.rest.post(path, body, headers)
        self.assertEqual((answer.status, answer.json()), (200, {"code": 0}), answer)
        message = reader.take(topic, qos=qos)
        reader.disconnect()
        return message

    def test_the_systems_own_line(self):
        message = self.published({"topic": "django/mqtt", "msg": "Hello"}, "django/mqtt")
        self.assertEqual(message.payload, b"Hello")

    def test_with_and_without_slash_and_any_content_type(self):
        for path in ("/publish", "/publish/"):
            for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
                with self.subTest(path=path, kind=kind):
                    self.published({"topic": "rest/x", "msg": "1"}, path=path, headers={"Content-Type": kind})

    def test_msg_types(self):
        for msg, payload in (("é", "é".encode()), (2.57, b"2.57"), (25, b"25"), (True, b"true"), (None, b""),
                             ("", b"")):
            with self.subTest(msg=msg):
                self.assertEqual(self.published({"topic": "rest/x", "msg": msg}).payload, payload)
        message = self.published({"topic": "rest/x", "msg": {"a": [1, "x"]}})
        self.assertEqual(message.payload.replace(b" ", b""), b'{"a":[1,"x"]}')

    def test_payload_is_an_alias(self):
        self.assertEqual(self.published({"topic": "rest/x", "payload": "p"}).payload, b"p")

    def test_base64(self):
        data = bytes(range(256))
        body = {"topic": "rest/x", "msg": base64.b64encode(data).decode(), "encoding": "base64"}
        self.assertEqual(self.published(body).payload, data)

    def test_qos(self):
        for qos in (0, 1, 2):
            self.published({"topic": "rest/x", "msg": "q", "qos": qos}, qos=qos)

    def test_retain(self):
        self.published({"topic": "rest/kept", "msg": "kept", "retain": True}, "rest/kept")
        late = self.client("late").subscribe(("rest/kept", 0))
        late.expect(mqtt.publish("rest/kept", b"kept", retain=True))

    def test_reaches_a_session_that_is_away(self):
        self.client("away", clean=False).subscribe(("rest/away", 1)).disconnect()
        self.assertEqual(self.rest.post("/publish", {"topic": "rest/away", "msg": "1", "qos": 1}).status, 200)
        self.client("away", clean=False, session_present=True).take("rest/away", b"1", 1)

    def refused(self, body, status, code):
        answer = self.assert_http_error(self.rest.post("/publish", body), status)
        self.assertEqual(answer["code"], code, answer)

    def test_bad_topics(self):
        for topic in ("", "a/#", "+", "a\0b", 5, None, ["x"], "/".join("x" * 300)):
            with self.subTest(topic=topic):
                self.refused({"topic": topic, "msg": "wrong"}, 400, 3)
        self.refused({"msg": "wrong"}, 400, 3)

    def test_bad_fields(self):
        for fields in ({"qos": 3}, {"qos": -1}, {"qos": "x"}, {"qos": 0.5}, {"retain": "perhaps"}, {"encoding": "rot13"},
                       {"encoding": "base64", "msg": "*"}):
            with self.subTest(fields=fields):
                answer = self.rest.post("/publish", {"topic": "rest/bad", "msg": "wrong", **fields})
                self.assertIsInstance(self.assert_http_error(answer, 400)["code"], int)

    def test_commands_have_paths_of_their_own(self):
        self.refused({"topic": "$CONTROL/sensors", "msg": {"action": "remove", "sensor": 3}, "qos": 1}, 403, 12)

    def test_no_message(self):
        self.assert_http_error(self.rest.post("/publish", {"topic": "rest/bad"}), 400)

    def test_too_large(self):
        self.refused({"topic": "rest/large", "msg": "x" * (3 << 20)}, 413, 9)

    def test_not_json(self):
        for body in (b"", b"topic=x", b"{", b"[]", b"[{}]", b'"x"', b"null", b'{"topic":"t","msg":NaN}', b"\xff\xfe",
                     b'{"topic":"t","msg":1e999}', b"[" * 10000, b'{"topic":"t","msg":' + b"[" * 10000,
                     b'{"topic":"t","msg":"x"} x', b"{" + b" " * 1022, b" " * 2048, b'{"topic":"\xc3\x28","msg":"x"}'):
            with self.subTest(body[:30]):
                self.assert_http_error(self.rest.post("/publish", body), 400)
        self.assert_healthy()
