"""What people do to incidents: over dht11/incidents and over REST, and the history of it (features A-20, A-24, A-36, A-41,
A-43, A-44)."""

import json

from harness.sensors import SensorsCase


class IncidentsCommands(SensorsCase):
    broker_per_test = True

    def open_one(self, value=40):
        self.ingest("dht11/sensor/data", {"temperature": value})
        return self.rest.get("/api/monitoring/incidents/?status=open").json()[0]["id"]

    def command(self, **what):
        self.ingest("dht11/incidents", what)

    def incident(self, number):
        return self.rest.get(f"/api/monitoring/incidents/{number}/").json()

    def steps(self, number):
        return [(step["status"], step["by"], step["comment"]) for step in self.incident(number)["history"]]

    def test_over_mqtt(self):
        number = self.open_one()
        watcher = self.client("watcher").subscribe(("dht11/alerts", 1))
        self.command(action="ack", incident_id=number, by="op1", comment="on my way")
        self.command(action="comment", incident_id=number, comment="fan is dead")
        self.command(action="resolve", incident_id=number, by="op1")
        self.assertEqual(self.steps(number), [
            ("open", None, "temperature 40 is above 35"), ("acknowledged", "op1", "on my way"),
            ("acknowledged", "device", "fan is dead"), ("closed", "op1", None)])
        types = [json.loads(watcher.take("dht11/alerts").payload)["alert_type"] for _ in range(2)]
        self.assertEqual(types, ["acknowledged", "closed"])
        self.client("late").subscribe((f"dht11/incidents/{number}", 0)).expect_nothing()
        self.assertIn("sensors_incidents_closed_total 1", self.rest.get("/metrics").body.decode())

    def test_refused_commands_are_counted_and_harm_nobody(self):
        number = self.open_one()
        self.command(action="explode", incident_id=number)
        self.command(action="close", incident_id=number + 1)
        self.command(action="close")
        last = self.rest.get("/api/v1/ingest/rejected").json()["last"]
        self.assertEqual([row["reason"] for row in last[:3]], ["unknown_incident", "unknown_incident", "unknown_action"])
        self.assertEqual(self.incident(number)["status"], "open")

    def test_over_rest(self):
        number = self.open_one()
        path = f"/api/monitoring/incidents/{number}"
        answer = self.rest.post(path + "/ack/", {"by": "op1", "comment": "vu"})
        self.assertEqual((answer.status, answer.json()["status"]), (200, "acknowledged"))
        self.assert_http_error(self.rest.post(path + "/ack/", {}), 409, "already_acknowledged")
        self.assertEqual(self.rest.post(path + "/comment", {"by": "op2", "comment": "ladder"}).status, 200)
        self.assert_http_error(self.rest.post(path + "/comment", {}), 400, "no_comment")
        self.assert_http_error(self.rest.post(path + "/ack/", "[]"), 400, "bad_json")
        self.assertEqual(self.rest.post(path + "/close/").status, 200)
        self.assert_http_error(self.rest.post(path + "/close/"), 409, "already_closed")
        self.assert_http_error(self.rest.post("/api/monitoring/incidents/999/close/"), 404, "unknown_incident")
        self.assert_http_error(self.rest.post("/api/monitoring/incidents/x/close/"), 400, "bad_id")
        self.assertEqual([step[:2] for step in self.steps(number)],
                         [("open", None), ("acknowledged", "op1"), ("acknowledged", "op2"), ("closed", "http-api")])

    def test_reported_by_hand(self):
        self.ingest("dht11/sensor/data", {"temperature": 20})
        answer = self.rest.post("/api/monitoring/incidents/", {"sensor": 100001, "reason": "smells burnt", "by": "op1"})
        self.assertEqual(answer.status, 201)
        number = answer.json()["incident_id"]
        self.assertEqual(answer.headers["Location"], f"/api/monitoring/incidents/{number}/")
        shown = self.incident(number)
        self.assertEqual((shown["kind"], shown["reason"], shown["value"]), ("manual", "smells burnt", None))
        self.assertEqual(shown["history"][0]["by"], "op1")
        self.assert_http_error(self.rest.post("/api/monitoring/incidents/", {"sensor": 100001}), 409, "already_open")
        self.assert_http_error(self.rest.post("/api/monitoring/incidents/", {"sensor": 5}), 404, "unknown_sensor")
        for body in ({}, {"sensor": "x"}, {"sensor": 0}, {"sensor": 1.5}, {"sensor": None}):
            self.assert_http_error(self.rest.post("/api/monitoring/incidents/", body), 400, "bad_sensor_id")

    def test_acknowledged_survives_a_kill(self):
        number = self.open_one()
        self.assertEqual(self.rest.post(f"/api/monitoring/incidents/{number}/ack/", {"by": "op1"}).status, 200)
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.incident(number)["status"], "acknowledged")
        self.assertEqual([step[:2] for step in self.steps(number)], [("open", None), ("acknowledged", "op1")])
        self.assertEqual(self.rest.get("/api/monitoring/incidents/?status=acknowledged").json()[0]["id"], number)
        self.assertEqual(self.rest.post(f"/api/monitoring/incidents/{number}/close/").status, 200)

    def test_republish(self):
        number = self.open_one()
        watcher = self.client("watcher").subscribe(("dht11/incidents", 1))
        answer = self.rest.post(f"/mqtt/publish/incident/{number}/")
        self.assertEqual(answer.json(), {"status": "success", "incident_id": number, "topic": "dht11/incidents"})
        self.assertEqual(json.loads(watcher.take("dht11/incidents").payload)["incident_id"], number)
        self.assert_http_error(self.rest.post("/mqtt/publish/incident/77/"), 404)
        self.assert_http_error(self.rest.post("/mqtt/publish/incident/seven/"), 400)

    def test_the_old_dashboards_paths(self):
        self.assertEqual(self.rest.get("/incident/status/").json(), {"is_open": False, "counter": 0, "id": None})
        self.assert_http_error(self.rest.post("/incident/update/", {"op": 1, "ack": True}), 400)
        number = self.open_one()
        self.assertEqual(self.rest.get("/incident/status/").json(), {"is_open": True, "counter": 1, "id": number})
        self.assertEqual(self.rest.post("/incident/update/", {"op": 2, "ack": True, "comment": "ok"}).status, 200)
        self.assertEqual(self.steps(number)[-1], ("acknowledged", "op2", "ok"))
        self.assertEqual(self.rest.get("/incident/archive/list/").json(), [])
        self.ingest("dht11/sensor/data", {"temperature": 20})
        self.assertEqual([row["id"] for row in self.rest.get("/incident/archive/list/").json()], [number])
        self.assertEqual(self.rest.get(f"/incident/archive/{number}/").json()["status"], "closed")


class IncidentsRights(SensorsCase):
    """Managing incidents needs the right to write to their topic, over REST too (H5)."""

    autostart = False

    def test_acl(self):
        self.start_with_acl("topic read #\ntopic write dht11/+/data\n")
        self.ingest("dht11/sensor/data", {"temperature": 40})
        self.assertEqual(self.rest.post("/api/monitoring/incidents/1/close/").status, 403)
        self.ingest("dht11/incidents", {"action": "close", "incident_id": 1})
        self.assertEqual(self.rest.get("/api/monitoring/incidents/1/").json()["status"], "open")
