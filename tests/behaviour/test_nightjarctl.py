"""nightjarctl against a running broker: publish, listen, simulate, sensors, measurements (features A-25 to A-27, B-19)."""

import json
import os
import signal
import subprocess

from harness import BrokerCase
from harness.broker import ROOT


class Nightjarctl(BrokerCase):
    nightjar_only = "nightjarctl asks nightjar's REST"
    broker_per_test = True

    def command(self, *arguments):
        return [str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), *arguments]

    def ctl(self, *arguments, status=0):
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    def mqtt(self, name, *arguments, status=0):
        return self.ctl(name, "-p", str(self.broker.port), *arguments, status=status)

    def url(self):
        return ["--url", f"http://127.0.0.1:{self.broker.http_port}"]

    def test_publish_at_each_qos(self):
        reader = self.client("reader").subscribe(("ctl/#", 2))
        for qos in ("0", "1", "2"):
            self.mqtt("publish", "-t", "ctl/x", "-m", f"qos {qos}", "-q", qos)
            reader.take("ctl/x", f"qos {qos}".encode(), int(qos))

    def test_publish_a_reading_and_ask_for_it(self):
        self.mqtt("publish", "--temp", "25", "--hum", "60", "--device", "salon")
        self.assertIn("salon temperature", self.ctl("sensors", *self.url()))
        rows = json.loads(self.ctl("measurements", "--last", "5", "--json", *self.url()))
        self.assertEqual(sorted(row["value"] for row in rows), [25, 60])
        one = self.ctl("measurements", "--last", "1", "--sensor", str(rows[0]["sensor"]), *self.url()).splitlines()
        self.assertEqual(len(one), 2)

    def test_listen_until_interrupted(self):
        with subprocess.Popen(self.command("listen", "-p", str(self.broker.port), "-t", "ctl/#", "-v"),
                              stdout=subprocess.PIPE, text=True) as listener:
            self.broker.wait_log("Sending SUBACK to nightjarctl-")
            self.client("publisher").publish("ctl/a", b"hello", qos=1)
            self.assertEqual(listener.stdout.readline(), "ctl/a hello\n")
            listener.send_signal(signal.SIGINT)
            self.assertEqual(listener.wait(10), 0)

    def test_simulated_alert_opens_and_closes_one_incident(self):
        watcher = self.client("watcher").subscribe(("dht11/alerts", 1))
        self.mqtt("simulate", "--mode", "alert", "--interval", "0")
        kinds = [json.loads(watcher.take("dht11/alerts").payload)["alert_type"] for _ in range(2)]
        self.assertEqual(kinds, ["created", "closed"])
        watcher.expect_nothing()

    def test_simulation_repeats_itself(self):
        first = self.mqtt("simulate", "--mode", "once", "--seed", "5", "--sensors", "3")
        self.assertEqual(first, self.mqtt("simulate", "--mode", "once", "--seed", "5", "--sensors", "3"))
        self.assertEqual(len(first.splitlines()), 3)

    def test_errors(self):
        self.assertIn("cannot connect", self.ctl("publish", "-p", "1", "-t", "a", "-m", "x", status=1))
        self.assertIn("cannot ask", self.ctl("sensors", "--url", "http://127.0.0.1:1", status=1))
        for wrong in ([], ["publish"], ["nothing"], ["publish", "-t", "a", "-q", "3"], ["measurements", "--last", "0"]):
            self.ctl(*wrong, status=2)
        for sensor in ("999", "0"):
            for command in ("measurements", "export"):
                self.assertIn("404", self.ctl(command, "--sensor", sensor, *self.url(), status=1))

    def test_what_no_sensor_would_send_is_not_published(self):
        for option in ("--temp", "--hum"):
            for number in ("nan", "inf", "-inf", "1e400", "warm"):
                self.mqtt("publish", option, number, status=2)
        for device in ("", "a/b", "+", "#", "a#"):
            self.assertIn("one level", self.mqtt("publish", "--temp", "25", "--device", device, status=2))
        for option in ("--interval", "--duration"):
            self.mqtt("simulate", option, "nan", status=2)
        self.assertEqual(json.loads(self.ctl("sensors", "--json", *self.url())), [])

    def test_topics_are_looked_at_first(self):
        for topic in ("a/#", "+", ""):
            self.assertIn("no topic to publish to", self.mqtt("publish", "-t", topic, "-m", "x", status=2))
        for topic in ("a/#/b", "a+", ""):
            self.assertIn("no topic filter", self.mqtt("listen", "-t", "a", "-t", topic, status=2))

    def test_addresses_are_looked_at_first(self):
        for url in ("127.0.0.1:8000", "ftp://box", "http://", "http://box:x", "http://box/path", "http://[::1:80"):
            self.assertIn("is no address", self.ctl("sensors", "--url", url, status=2))
            self.assertIn("is no address", self.ctl("publish", "--incident", "1", "--url", url, status=2))
        refusal = self.ctl("sensors", "--url", "http://ann:secret@127.0.0.1:8000", status=2)
        self.assertIn("with -u and -P", refusal)
        self.assertNotIn("secret", refusal)
