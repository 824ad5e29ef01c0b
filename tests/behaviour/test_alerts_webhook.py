"""Alerts by webhook: a POST of the alert's JSON, again until it is taken (features A-39)."""

import http.server
import json
import threading
from pathlib import Path

from harness.sensors import SensorsCase


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        self.server.got.append((status, self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *args):
        pass


class AlertsWebhook(SensorsCase):
    autostart = False

    def begin(self, *statuses):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.server.got, self.server.statuses = [], list(statuses)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.broker.extra_conf = (f"plugin builtin:sensors\nplugin_opt_alert_url {self.url}/hook?token=secret\n"
                                  "plugin_opt_alert_retry 1 1")
        self.broker.start()

    def states(self):
        return [row["state"] for row in self.rest.get("/api/v1/notifications").json()]

    def test_the_json_of_the_alert(self):
        self.begin()
        self.ingest("iot/measurements", {"sensor_id": 3, "type": "temperature", "value": 40})
        self.wait_until(lambda: self.states() == ["sent"], "it is sent")
        (status, path, content_type, alert), = self.server.got
        self.assertEqual((path, content_type), ("/hook?token=secret", "application/json"))
        self.assertEqual((alert["alert_type"], alert["sensor"], alert["value"], alert["severity"]),
                         ("created", 3, 40, "warning"))
        row, = self.rest.get("/api/v1/notifications").json()
        self.assertEqual((row["channel"], row["to"], row["incident_id"]), ("webhook", self.url + "/...", 1))

    def test_again_until_it_is_taken(self):
        self.begin(503, 500)
        self.ingest("iot/measurements", {"sensor_id": 3, "type": "temperature", "value": 40})
        self.wait_until(lambda: self.states() == ["sent"], "it is sent")
        self.assertEqual([status for status, *_ in self.server.got], [503, 500, 204])

    def test_a_request_that_is_refused_is_not_repeated(self):
        self.begin(400)
        self.ingest("iot/measurements", {"sensor_id": 3, "type": "temperature", "value": 40})
        self.wait_until(lambda: self.states() == ["failed"], "it is given up")
        self.ingest("iot/measurements", {"sensor_id": 3, "type": "temperature", "value": 20})
        self.wait_until(lambda: self.states() == ["sent", "failed"], "the next one gets through")

    def test_a_reload_takes_what_waits_from_a_webhook_that_is_gone(self):
        self.begin(*[503] * 1000)
        self.ingest("iot/measurements", {"sensor_id": 3, "type": "temperature", "value": 40})
        self.wait_until(lambda: self.server.got, "it was tried")
        conf = Path(self.broker.directory, "broker.conf")
        conf.write_text(conf.read_text().replace("/hook?token=secret", "/new"))
        self.assertEqual(self.rest.post("/api/v1/config/reload").status, 200)
        tried = len(self.server.got)
        self.wait_until(lambda: self.states() == ["failed"], "it is given up")
        self.assertLessEqual(len(self.server.got), tried + 1)  # one may have been under way
        row, = self.rest.get("/api/v1/notifications").json()
        self.assertIn("no alert_url any more", row["error"])
