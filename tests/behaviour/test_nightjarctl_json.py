"""nightjarctl --json of the commands that do something: each prints one JSON value that says what was done."""

import json
import os
import signal
import subprocess

from harness import BrokerCase
from harness.broker import ROOT


class Json(BrokerCase):
    nightjar_only = "nightjarctl asks nightjar's REST"
    broker_per_test = True

    def command(self, name, *arguments):
        return [str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), name, "--json", *arguments]

    def ctl(self, name, *arguments, status=0):
        done = subprocess.run(self.command(name, *arguments), capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, (done.stdout, done.stderr))
        return json.loads(done.stdout)

    def rest(self):
        return "--url", f"http://127.0.0.1:{self.broker.http_port}"

    def mqtt(self):
        return "-p", str(self.broker.port)

    def file(self, name):
        return os.path.join(self.broker.directory, name)

    def test_publish(self):
        told = self.ctl("publish", *self.mqtt(), "-t", "a/b", "-m", "hällo", "-q", "1", "-r")
        self.assertEqual(told, {"topic": "a/b", "payload": "hällo", "encoding": "text", "qos": 1, "retain": True})
        told = self.ctl("publish", *self.mqtt(), "--temp", "99")
        self.assertEqual((told["topic"], json.loads(told["payload"])), ("dht11/sensor/data", {"temperature": 99}))
        self.assertEqual(self.ctl("publish", *self.rest(), "--incident", "1")["incident_id"], 1)

    def test_listen(self):
        with subprocess.Popen(self.command("listen", *self.mqtt(), "-t", "a/#", "-C", "2", "-q", "1"),
                              stdout=subprocess.PIPE, text=True) as listener:
            self.broker.wait_log("Sending SUBACK to nightjarctl-")
            publisher = self.client("publisher")
            publisher.publish("a/1", b"two\nlines", qos=1)
            publisher.publish("a/2", b"\xff\x00", qos=0)
            lines = [json.loads(line) for line in listener.stdout]
        self.assertEqual(lines, [
            {"topic": "a/1", "payload": "two\nlines", "encoding": "text", "qos": 1, "retain": False},
            {"topic": "a/2", "payload": "/wA=", "encoding": "base64", "qos": 0, "retain": False}])

    def test_listen_until_interrupted(self):
        with subprocess.Popen(self.command("listen", *self.mqtt(), "-t", "a"), stdout=subprocess.PIPE) as listener:
            self.broker.wait_log("Sending SUBACK to nightjarctl-")
            listener.send_signal(signal.SIGINT)
            self.assertEqual((listener.wait(10), listener.stdout.read()), (0, b""))
        self.broker.wait_log(" disconnected.")  # it took its leave

    def test_simulate(self):
        told = self.ctl("simulate", *self.mqtt(), "--mode", "once")
        self.assertEqual((told["topic"], told["qos"]), ("dht11/sensor/data", 1))
        self.assertEqual(sorted(json.loads(told["payload"])), ["humidity", "temperature"])

    def test_kick(self):
        self.client("victim", clean=False)
        told = self.ctl("kick", *self.rest(), "victim")
        self.assertEqual(told, {"client_id": "victim", "kicked": True, "discarded": False})
        session = self.ctl("client", *self.rest(), "victim")["session"]
        told = self.ctl("kick", *self.rest(), "--discard", "--session", session)
        self.assertEqual(told, {"session": session, "kicked": True, "discarded": True})

    def test_retained_delete(self):
        keeper = self.client("keeper")
        for topic in ("a/1", "a/2", "b"):
            keeper.publish(topic, b"x", qos=1, retain=True)
        self.assertEqual(self.ctl("retained-delete", *self.rest(), "b"), {"deleted": 1, "denied": 0})
        self.assertEqual(self.ctl("retained-delete", *self.rest(), "a/#", "--yes"), {"deleted": 2, "denied": 0})

    def test_backup_and_check(self):
        copy = self.file("copy.mdb")
        told = self.ctl("backup", "--store", self.broker.store, copy)
        self.assertEqual(told, {"file": copy, "bytes": os.path.getsize(copy), "checked": True})
        self.assertEqual(self.ctl("check", copy), {"store": copy, "findings": []})
        with open(copy, "r+b") as damaged:
            damaged.truncate(os.path.getsize(copy) - 4096)
        findings = self.ctl("check", copy, status=1)["findings"]
        self.assertTrue(findings and all(isinstance(text, str) for text in findings), findings)

    def test_export(self):
        self.ctl("simulate", *self.mqtt(), "--mode", "once")
        written = self.file("values.csv")
        self.assertEqual(self.ctl("export", *self.rest(), "-o", written),
                         {"exported": 2, "file": written, "format": "csv"})
        self.assertEqual(self.ctl("import", *self.rest(), written), {"stored": 2, "refused": 0, "last_line": 3})
        done = subprocess.run(self.command("export", *self.rest()), capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)  # the values go to standard output themselves

    def test_sensor_merge(self):
        for sensor in (51, 52):
            self.client("device").publish("iot/measurements", json.dumps({"sensor_id": sensor, "value": 1}), qos=1)
        told = self.ctl("sensor-merge", *self.rest(), "--yes", "52", "--into", "51")
        self.assertEqual((told["id"], told["count"], told["parts"]), (51, 2, [52]))
        told = self.ctl("sensor-unmerge", *self.rest(), "52")
        self.assertEqual((told["id"], told["count"], told["parts"]), (52, 1, []))

    def test_alert_test(self):
        told = self.ctl("alert-test", *self.rest())
        self.assertEqual(told, {"topic": "dht11/alerts", "all_sent": True, "notifications": [], "no_answer": []})

    def test_alert_test_that_fails(self):
        self.broker.extra_conf = "plugin_opt_alert_url http://127.0.0.1:1/hook"
        self.broker.restart()
        told = self.ctl("alert-test", *self.rest(), status=1)
        self.assertFalse(told["all_sent"])
        self.assertEqual([(n["channel"], n["state"]) for n in told["notifications"]], [("webhook", "pending")])
        self.assertTrue(told["notifications"][0]["error"])

    def test_passwd(self):
        users = self.file("users")
        self.assertEqual(self.ctl("passwd", "-c", "-b", users, "ann", "secret"),
                         {"file": users, "user": "ann", "set": True})
        self.assertEqual(self.ctl("passwd", "-D", users, "ann"), {"file": users, "user": "ann", "removed": True})
        with open(users, "w", encoding="ascii") as plain:
            plain.write("bob:plain\n")
        self.assertEqual(self.ctl("passwd", "-U", users), {"file": users, "hashed": 1, "unchanged": 0})
        done = subprocess.run(self.command("passwd", "-c", "-b", "-", "ann", "secret"), capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)

    def test_tls_selfsigned(self):
        directory = self.file("tls")
        told = self.ctl("tls-selfsigned", "--client", "ann", directory)
        self.assertEqual([c["name"] for c in told["clients"]], ["ann"])
        for name in (told["cafile"], told["certfile"], told["keyfile"], told["clients"][0]["keyfile"]):
            self.assertTrue(os.path.isfile(name), name)

    def test_reload_and_lists(self):
        self.assertIsInstance(self.ctl("reload", *self.rest())["findings"], list)
        for name in ("sensors", "measurements", "incidents", "clients", "retained"):
            self.assertIsInstance(self.ctl(name, *self.rest()), list, name)

    def test_every_command_has_it(self):
        program = self.command("")[0]
        help_text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
        names = [line.split()[0] for line in help_text.partition("Subcommands:\n")[2].splitlines()
                 if line.startswith("  ") and not line.startswith("   ")]
        self.assertIn("publish", names)
        for name in names:
            text = subprocess.run([program, name, "--help"], capture_output=True, text=True, check=True).stdout
            self.assertIn("--json", text, name)


if __name__ == "__main__":
    import unittest
    unittest.main()
