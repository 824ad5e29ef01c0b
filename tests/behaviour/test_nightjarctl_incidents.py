"""nightjarctl incidents, incident and publish --incident: what is wrong, and who looks after it (features A-26, A-43, A-44)."""

import json
import os
import subprocess

from harness.broker import ROOT
from harness.sensors import SensorsCase


class Incidents(SensorsCase):
    broker_per_test = True

    def ctl(self, *arguments, status=0):
        done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), *arguments, "--url",
                               f"http://127.0.0.1:{self.broker.http_port}"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    def states(self, *arguments):
        return {i["id"]: i["status"] for i in json.loads(self.ctl("incidents", "--json", *arguments))}

    def test_from_the_first_to_the_last_step(self):
        self.assertEqual(self.ctl("incidents").split(),
                         "ID STATUS SENSOR DEVICE TYPE OPENED CLOSED REASON".split())
        self.ingest("dht11/salon/data", {"temperature": 40})
        self.ingest("dht11/cave/data", {"humidity": 99})
        self.assertEqual(self.states(), {1: "open", 2: "open"})
        cave = self.sensor(device="cave", type="humidity")["id"]
        self.assertEqual(self.states("--sensor", str(cave)), {2: "open"})
        self.assertEqual(self.states("--last", "1"), {2: "open"})
        self.assertIn("temperature 40 is above 35", self.ctl("incidents"))

        told = self.ctl("incident", "1", "--ack", "--by", "op1", "--comment", "on my way")
        self.assertIn("on my way", told)  # the history as it is now
        self.assertEqual(self.states("--status", "acknowledged"), {1: "acknowledged"})
        self.ctl("incident", "1", "--comment", "window", "--by", "op1")
        self.ctl("incident", "1", "--close", "--by", "op2")
        self.assertIn("409", self.ctl("incident", "1", "--ack", status=1))
        shown = self.ctl("incident", "1")
        for words in ("closed", "op1", "on my way", "window", "op2"):
            self.assertIn(words, shown)
        history = json.loads(self.ctl("incident", "1", "--json"))["history"]
        self.assertEqual([(h["status"], h["by"]) for h in history][1:],
                         [("acknowledged", "op1"), ("acknowledged", "op1"), ("closed", "op2")])

    def test_say_it_again(self):
        self.ingest("dht11/salon/data", {"temperature": 40})
        watcher = self.client("watcher").subscribe(("dht11/incidents", 1))
        self.ctl("publish", "--incident", "1")
        self.assertEqual(json.loads(watcher.take("dht11/incidents").payload)["incident_id"], 1)
        self.assertIn("404", self.ctl("publish", "--incident", "9", status=1))

    def test_what_is_asked_wrongly(self):
        self.assertIn("404", self.ctl("incident", "9", status=1))
        for wrong in (["incident"], ["incident", "x"], ["incident", "1", "--ack", "--close"],
                      ["incidents", "--status", "broken"], ["publish", "--incident", "1", "--temp", "5"]):
            self.ctl(*wrong, status=2)
