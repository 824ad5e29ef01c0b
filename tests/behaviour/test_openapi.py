"""GET /api/v1/openapi.json: well-formed, and every answer of the broker is what it says (features A-64, H1-H7)."""

import base64
import gzip
import json
import socket
import time

from harness import BrokerCase
from harness.openapi import Document, of
from harness.rest import Rest
from harness.sensors import SensorsCase
from jsonschema import Draft202012Validator


class Served(BrokerCase):
    nightjar_only = "mosquitto has no REST"

    def setUp(self):
        super().setUp()
        self.document = of(self.rest)

    def test_version_and_dialect(self):
        self.assertEqual(self.document.content["openapi"], "3.1.0")
        self.assertEqual(self.document.content["info"]["version"], self.rest.get("/api/v1/version").body.decode())

    def test_every_reference_leads_somewhere(self):
        references = [(path, node["$ref"]) for path, node in self.document.nodes() if "$ref" in node]
        self.assertGreater(len(references), 100)
        for path, reference in references:
            with self.subTest(path):
                self.assertTrue(reference.startswith("#/components/"))
                self.document.resolve({"$ref": reference})
        used = {reference for _, reference in references}
        for kind, parts in self.document.content["components"].items():
            for name in parts if kind != "securitySchemes" else ():
                if name not in ("PastValue", "TraceLine"):  # lines of texts
                    self.assertIn(f"#/components/{kind}/{name}", used)

    def test_every_schema_is_one(self):
        for path, schema in self.document.schemas():
            with self.subTest(path):
                Draft202012Validator.check_schema(schema)

    def test_every_operation_is_whole(self):
        ids = [operation.id for operation in self.document.operations]
        self.assertEqual(len(ids), len(set(ids)), ids)
        tags = {tag["name"] for tag in self.document.content["tags"]}
        for operation in self.document.operations:
            with self.subTest(operation.id):
                parameters = [self.document.resolve(parameter) for parameter in operation.parameters]
                places = [(parameter["in"], parameter["name"]) for parameter in parameters]
                self.assertEqual(len(places), len(set(places)))
                in_path = {part[1:-1] for part in operation.path.split("/") if part.startswith("{")}
                self.assertEqual({name for where, name in places if where == "path"}, in_path)
                self.assertTrue(all(parameter["required"] for parameter in parameters if parameter["in"] == "path"))
                self.assertTrue(all("schema" in parameter for parameter in parameters))
                self.assertTrue(set(operation.content["tags"]) <= tags)
                self.assertTrue({"401", "403", "503", "default"} <= set(operation.content["responses"]))
                self.assertTrue(any(status.startswith("2") for status in operation.content["responses"]))
                for answer in operation.content["responses"].values():
                    self.assertTrue(self.document.resolve(answer)["description"])

    def test_what_is_answered_has_no_other_members(self):
        """A superfluous member fails, so the document cannot lag behind."""
        for operation in self.document.operations:
            if operation.id == "openapi":
                continue
            for answer in operation.content["responses"].values():
                for content in self.document.resolve(answer).get("content", {}).values():
                    self.assert_closed(content["schema"], operation.id)

    def assert_closed(self, schema, where):
        schema = self.document.resolve(schema)
        if schema.get("type") == "object":
            self.assertIn("additionalProperties", schema, where)
            self.assertIsNot(schema["additionalProperties"], True, where)
        parts = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
        for part in parts + [schema["items"]] if "items" in schema else parts:
            self.assert_closed(part, where)

    def test_compressed_and_asked_for_again(self):
        plain = self.rest.get("/api/v1/openapi.json")
        small = self.rest.get("/api/v1/openapi.json", {"Accept-Encoding": "gzip"})
        self.assertEqual((small.headers["Content-Encoding"], gzip.decompress(small.body)), ("gzip", plain.body))
        for answer, coding in ((plain, {}), (small, {"Accept-Encoding": "gzip"})):
            again = self.rest.get("/api/v1/openapi.json", {"If-None-Match": answer.headers["ETag"], **coding})
            self.assertEqual((again.status, again.body), (304, b""))
            self.document.check(self.document.find("GET", "/api/v1/openapi.json"), again)

    def test_whatever_directory_is_served(self):
        self.broker.extra_conf = f"listener EXTRA_PORT 127.0.0.1\nprotocol http_api\nhttp_dir {self.broker.directory}"
        self.broker.restart()
        own = Rest(self.broker.extra_port)
        self.assertEqual(own.get("/sensors").status, 404)
        self.assertEqual(own.get("/api/v1/openapi.json").json(), self.document.content)


class AnswersCase(SensorsCase):
    """call() asks, and holds the answer against the document."""

    def setUp(self):
        super().setUp()
        self.document = of(self.rest)
        self.called = set()

    def call(self, method, path, body=None, status=200, schema=None, headers=None):
        operation = self.document.find(method, path)
        answer = self.rest.request(method, path, body, headers)
        self.assertEqual(answer.status, status, f"{method} {path}: {answer}")
        self.document.check(operation, answer)
        if schema is not None:
            self.document.validate(answer.json(), {"$ref": "#/components/schemas/" + schema}, f"{method} {path}")
        if status < 300:
            self.called.add(operation.id)
            if isinstance(body, dict):
                self.document.check_body(operation, body)
        return answer


class Answers(AnswersCase):
    broker_per_test = True
    extra_conf = ("plugin builtin:sensors\nplugin_opt_open_after 1\n"
                  "plugin_opt_alert_url http://127.0.0.1:EXTRA_PORT/secret")  # nobody is there

    def test_every_operation(self):
        for part in (self.sensors_and_values, self.incidents, self.old_dashboard, self.messages, self.clients,
                     self.administration, self.observation, self.pause, self.deletions):
            part()
        self.assertEqual(self.called, {operation.id for operation in self.document.operations})

    def sensors_and_values(self):
        self.call("POST", "/api/monitoring/sensors/", {"id": 30, "name": "Salon", "thresholds": {"max": "5"}}, 201)
        self.call("GET", "/api/monitoring/sensors/30", schema="Sensor")  # without a value
        self.call("GET", "/api/monitoring/sensors/30/last", status=404)
        self.call("GET", "/api/monitoring/sensors/30/stats")
        past = "\n".join(json.dumps({"sensor": 3, "value": n, "created_at": f"2024-01-28T15:{n:02}:00Z", "unit": "V"})
                         for n in range(50))
        self.call("POST", "/api/v1/measurements", past)
        self.call("POST", "/api/v1/measurements", past + "\n{")
        self.call("POST", "/api/v1/measurements?strict=true", "{", 400)
        self.ingest("iot/measurements", {"sensor_id": 3, "value": 2.57, "type": "light"})
        self.ingest("iot/hall/temp", "21.5")
        self.call("PATCH", "/api/monitoring/sensors/3/", {"name": "Capteur", "thresholds": {"min": 0, "max": None}})
        for row in self.call("GET", "/api/monitoring/sensors/").json():
            self.document.validate(row, {"$ref": "#/components/schemas/SensorRow"}, "a row of all members")
        self.call("GET", "/api/monitoring/sensors?fields=id,last,status&limit=1")
        self.call("GET", "/api/monitoring/sensors/3")
        self.call("GET", "/api/monitoring/sensors/3/last")
        self.call("POST", "/api/monitoring/sensors/", {"id": 31}, 201)
        self.call("POST", "/api/monitoring/sensors/31/merge", {"into": 30})
        self.call("POST", "/api/monitoring/sensors/30/merge", {"into": 30}, 409)
        self.call("GET", "/api/monitoring/sensors/31", status=404)
        self.call("GET", "/api/monitoring/incidents/?sensor=31", status=404)
        self.call("GET", "/api/monitoring/sensors/30")
        self.call("DELETE", "/api/monitoring/sensors/31/merge")
        self.call("DELETE", "/api/monitoring/sensors/31/merge", status=404)
        self.call("GET", "/api/monitoring/sensors/3/thresholds")
        self.call("GET", "/api/monitoring/sensors/3/live")
        self.call("GET", "/api/monitoring/sensors/3/stats?n=10")
        self.call("GET", "/api/monitoring/sensors/3/stats?window=300")
        for path in ("/api/monitoring/measurements", "/api/monitoring/sensors/3/measurements"):
            for form in ("json", "csv", "ndjson"):
                answer = self.call("GET", f"{path}?limit=7&format={form}")
                self.assertIn('rel="next"', answer.headers["Link"])
        for line in self.rest.get("/api/monitoring/measurements?format=ndjson").body.splitlines():
            self.document.validate(json.loads(line), {"$ref": "#/components/schemas/Measurement"}, "a line")
        self.call("GET", "/api/monitoring/sensors/3/measurements?points=10")
        self.assertEqual(len(self.call("GET", "/api/v1/series?sensor=3&step=60&to=2024-01-29").json()), 50)

    def incidents(self):
        self.ingest("dht11/sensor/data", {"temperature": 40, "humidity": 50})
        opened = self.call("GET", "/api/monitoring/incidents?status=open").json()[0]["id"]
        path = f"/api/monitoring/incidents/{opened}"
        self.call("POST", "/api/monitoring/incidents/", {"sensor": 3, "reason": "smoke", "by": "op1"}, 201)
        self.call("POST", "/api/monitoring/incidents/", {"sensor": 3}, 409)
        self.call("POST", path + "/ack", {"by": "op1", "comment": "on my way"})
        self.call("POST", path + "/ack", status=409)
        self.call("POST", path + "/comment", {"comment": "ladder"})
        self.call("POST", path + "/comment", status=400)
        self.call("POST", f"/mqtt/publish/incident/{opened}")
        self.call("POST", path + "/close")
        self.call("POST", "/api/monitoring/incidents/999/close", status=404)
        self.call("GET", path)
        self.assertIn("Link", self.call("GET", "/api/monitoring/incidents?limit=1").headers)
        self.call("GET", "/incident/archive/list")
        self.call("GET", f"/incident/archive/{opened}")
        self.call("GET", "/incident/status")
        self.call("POST", "/incident/update", {"op": 1, "ack": True, "comment": "x"})

    def old_dashboard(self):
        self.call("GET", "/latest")
        self.call("GET", "/api")
        self.call("GET", "/mqtt/status")
        self.call("POST", "/mqtt/publish/sensor", {"temperature": 25, "humidity": "60", "device": "salon"})
        self.call("POST", "/mqtt/publish/sensor", {"device": "a/b", "temperature": 1}, 400)
        self.call("POST", "/api/post", {"temp": 21, "timestamp": "2026-01-28T15:07:55Z"})

    def messages(self):
        self.call("POST", "/publish", {"topic": "kept/a", "msg": "Hello", "retain": True, "qos": 1})
        self.call("POST", "/publish", {"topic": "kept/b", "msg": "//4=", "encoding": "base64", "retain": True})
        self.call("POST", "/publish", {"topic": "a/#", "msg": "x"}, 400)
        self.call("GET", "/api/v1/retained?filter=kept/%23&limit=1")
        self.call("GET", "/api/v1/retained/kept%2Fb?payload=1")
        self.call("GET", "/api/v1/retained/nothing", status=404)

    def clients(self):
        self.client("meter", username="ann", password="x").subscribe(("a/+", 1))
        self.client("meter/2").publish("iot/measurements", b'{"sensor_id":3,"value":1}', qos=1)
        self.client("away", clean=False).subscribe(("b", 1)).disconnect()
        self.websocket_client("page")
        self.call("GET", "/api/v1/clients")
        self.call("GET", "/api/v1/clients?limit=1&connected=true&order=desc")
        sensors = self.call("GET", "/api/v1/clients/meter%2F2").json()["sensors"]
        self.assertEqual([s["id"] for s in sensors], [3])
        session = self.call("GET", "/api/v1/clients/meter").json()["session"]
        self.call("GET", f"/api/v1/sessions/{session}")
        self.call("GET", "/api/v1/sessions/x", status=400)
        self.call("DELETE", "/api/v1/clients/nobody", status=404)
        self.call("DELETE", "/api/v1/clients/away", status=409)
        self.call("DELETE", "/api/v1/clients/meter", status=204)
        session = self.call("GET", "/api/v1/clients/page").json()["session"]
        self.call("DELETE", f"/api/v1/sessions/{session}", status=204)
        self.broker.restart()  # of who is away, the connection is forgotten
        away, = self.call("GET", "/api/v1/clients").json()
        self.assertNotIn("address", away)
        self.call("GET", "/api/v1/clients/away")

    def administration(self):
        self.call("GET", "/api/v1/acl/check?access=read&topic=a&username=ann")
        self.call("GET", "/api/v1/acl/check?access=write&topic=a/%2B", status=400)
        self.call("POST", "/api/v1/config/reload")
        conf = self.broker.directory + "/broker.conf"
        with open(conf) as file:
            good = file.read()
        with open(conf, "w") as file:
            file.write(good + "\nmax_qos 7\n")
        self.call("POST", "/api/v1/config/reload", status=422)
        self.call("GET", "/api/v1/config/reload")

    def observation(self):
        self.ingest("iot/hall/temp", "warm")
        self.call("POST", "/api/v1/alerts/test")
        self.assertTrue(self.call("GET", "/api/v1/notifications?limit=5").json())
        self.assertTrue(self.call("GET", "/api/v1/ingest/rejected").json()["last"])
        for path in ("/metrics", "/api/v1/version", "/api/v1/systree", "/api/v1/listeners", "/api/v1/openapi.json"):
            self.call("GET", path)
        self.trace()

    def trace(self):
        self.call("GET", "/api/v1/trace", status=400)
        described = self.document.find("GET", "/api/v1/trace").content["responses"]["200"]["content"]
        with socket.create_connection(("127.0.0.1", self.broker.http_port), timeout=10) as reader:
            reader.sendall(b"GET /api/v1/trace?topic=%23 HTTP/1.0\r\nHost: localhost\r\n\r\n")
            file = reader.makefile("rb")
            self.assertIn(b" 200 ", file.readline())
            head = [line.decode().strip() for line in iter(file.readline, b"\r\n")]
            self.assertIn("Content-Type: " + next(iter(described)), head)
            self.rest.post("/publish", {"topic": "traced", "msg": "x"})
            line = next(line for line in file if line.strip())
        self.document.validate(json.loads(line), {"$ref": "#/components/schemas/TraceLine"}, "a line of a trace")
        self.called.add("trace")

    def pause(self):
        self.call("POST", "/mqtt/disconnect", {"minutes": 5})
        self.call("POST", "/mqtt/publish/sensor", {"temperature": 1}, 409)
        self.call("POST", "/mqtt/connect", {"broker": "elsewhere"}, 409)
        self.call("POST", "/mqtt/connect")

    def deletions(self):
        self.call("DELETE", "/api/v1/retained/kept%2Fa", status=204)
        self.call("DELETE", "/api/v1/retained?filter=kept/%23", status=400)
        self.call("DELETE", "/api/v1/retained?filter=kept/%23&confirm=true")
        self.call("DELETE", "/api/monitoring/sensors/3", status=204)
        self.call("DELETE", "/api/monitoring/sensors/3", status=404)


class Refusals(AnswersCase):
    autostart = False

    def setUp(self):
        super(SensorsCase, self).setUp()

    def start(self, acl):
        self.start_with_acl(acl)
        self.document = of(self.rest)
        self.called = set()

    def test_denied(self):
        self.start("topic readwrite a/#\ntopic read /api/#\ntopic read /publish\n")
        self.call("GET", "/api/v1/retained", status=200)
        self.call("GET", "/latest", status=403)
        self.call("POST", "/publish", {"topic": "b", "msg": "x"}, 403)
        self.call("POST", "/api/v1/config/reload", status=403)
        self.call("POST", "/api/monitoring/sensors", {"id": 4}, 403)

    def test_of_any_operation(self):
        self.start("topic readwrite #\n")
        self.call("GET", "/api/v1/clients", status=403, headers={"Origin": "http://evil.example"})
        self.call("POST", "/publish", "x" * 1100000, 413)
        error = self.document.resolve(self.document.content["components"]["responses"]["Other"])
        for method, path, headers, status in (("DELETE", "/latest", {}, 405), ("GET", "/nothing", {}, 404),
                                              ("GET", "/latest", {"Host": "evil.example"}, 421),
                                              ("GET", "/latest", {"X": "x" * 9000}, 431)):
            answer = self.rest.request(method, path, headers=headers)
            self.assertEqual(answer.status, status)
            self.document.validate(answer.json(), error["content"]["application/json"]["schema"], path)


class Unauthorized(AnswersCase):
    autostart = False

    def setUp(self):
        super(SensorsCase, self).setUp()

    def test_nobody_without_a_name(self):
        users = self.broker.directory + "/users"
        open(users, "w").close()
        self.broker.extra_conf = (f"password_file {users}\nlistener EXTRA_PORT 127.0.0.1\nprotocol http_api\n"
                                  "listener_allow_anonymous false")
        self.broker.start()
        self.document = of(self.rest)
        for operation in self.document.operations:
            path = operation.path.replace("{id}", "1").replace("{", "").replace("}", "")
            answer = Rest(self.broker.extra_port).request(operation.method, path)
            self.assertEqual(answer.status, 401, operation.id)
            self.document.check(operation, answer)
            self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Basic "))
