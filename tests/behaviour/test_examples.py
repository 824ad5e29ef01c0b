"""conf/examples: what the pages and examples say is true of the broker that was built.

Blocks marked `sh` run as they stand, `conf` blocks are checked, rest.sh runs; the dashboards' queries are asked; what the
sketches send is stored. compose.yaml is read, not run: there is no container here.
"""

import json
import os
import pathlib
import re
import stat
import subprocess
import urllib.parse

import yaml

from harness.broker import ROOT, program
from harness.sensors import SensorsCase

EXAMPLES = ROOT / "conf/examples"
PAGES = ("quickstart.md", "production.md", "cookbook.md", "troubleshooting.md")
CTL = str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl"))

# The commands of the pages mean the usual ports; here the broker has others.
WRAPPERS = {
    "mosquitto_pub": 'exec /usr/bin/mosquitto_pub -p "$MQTT_PORT" "$@"',
    "mosquitto_sub": 'exec /usr/bin/mosquitto_sub -W 20 -p "$MQTT_PORT" "$@"',
    "nightjarctl": f"""case $1 in
        publish|listen|simulate) exec {CTL} "$@" -p "$MQTT_PORT" ;;
        passwd|acl-test|tls-selfsigned|backup|check) exec {CTL} "$@" ;;
        *) exec {CTL} "$@" --url "$NIGHTJAR_URL" ;;
    esac""",
}


def blocks(page, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", (EXAMPLES / page).read_text(), re.MULTILINE | re.DOTALL)


class Examples(SensorsCase):
    broker_per_test = True

    def setUp(self):
        super().setUp()
        self.home = pathlib.Path(self.broker.directory) / "home"
        tools = self.home / "tools"
        tools.mkdir(parents=True)
        for name, script in WRAPPERS.items():
            (tools / name).write_text("#!/bin/sh\n" + script + "\n")
            (tools / name).chmod(stat.S_IRWXU)
        self.environment = os.environ | {
            "PATH": f"{tools}:{os.environ['PATH']}", "MQTT_PORT": str(self.broker.port),
            "NIGHTJAR_URL": f"http://127.0.0.1:{self.broker.http_port}"}

    def sh(self, script):
        script = script.replace("localhost:8000", f"localhost:{self.broker.http_port}")
        done = subprocess.run(["sh", "-eu"], input=script, cwd=self.home, env=self.environment, text=True,
                              capture_output=True, timeout=50, check=False)
        self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def test_quickstart(self):
        one, two, simulate, incidents, again = blocks("quickstart.md", "sh")
        self.assertEqual(self.sh(one), "greetings/first hello\n")
        out = self.sh(two)
        for words in ("light 3", "salon temperature", "salon humidity", "livingroom temp", '"value":2.57'):
            self.assertIn(words, out)
        self.assertEqual(len(self.sh(simulate).rstrip().splitlines()[-6:]), 6)
        self.assertIn("temperature 40 is above 35", self.sh(incidents))
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.sh(again).splitlines()[-1], "greetings/first hello")

    def test_the_other_pages(self):
        for page in PAGES[1:]:
            found = blocks(page, "sh")
            self.assertTrue(found, page)
            for block in found:
                with self.subTest(page):
                    self.sh(block)
        self.assertEqual([s["name"] for s in self.sensors() if s["id"] == 7], ["Capteur Lumière"])

    def test_configurations(self):
        self.sh(blocks("production.md", "sh")[0])  # the files that they name
        for page in PAGES:
            for block in blocks(page, "conf"):
                with self.subTest(block.splitlines()[0]):
                    file = self.home / "block.conf"
                    file.write_text(block.replace("/etc/nightjar/", f"{self.home}/")
                                    .replace("/var/lib/nightjar/", f"{self.home}/store/"))
                    done = subprocess.run([program(), "-c", str(file), "--test-config"], capture_output=True, text=True,
                                          timeout=30, check=False)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                    self.assertNotIn("Error", done.stdout + done.stderr)

    def test_links_lead_somewhere(self):
        for page in PAGES:
            for link in re.findall(r"\]\(([^)]+)\)", (EXAMPLES / page).read_text()):
                self.assertTrue((EXAMPLES / link).exists(), f"{page}: {link}")

    def test_rest(self):
        out = self.sh((EXAMPLES / "rest.sh").read_text())
        self.assertIn("sensors_incidents_open 0", out)
        self.assertIn('"comment":"closed it"', out)
        # It ends where something is refused.
        done = subprocess.run(["sh", str(EXAMPLES / "rest.sh")], env=self.environment | {"NIGHTJAR_URL": "http://127.0.0.1:1"},
                              capture_output=True, timeout=30, check=False)
        self.assertNotEqual(done.returncode, 0)

    def test_arduino(self):
        sketch = (EXAMPLES / "arduino.ino").read_text()
        topic = re.search(r'TOPIC = "([^"]+)"', sketch)[1]
        form = json.loads('"' + re.search(r'snprintf\(payload, sizeof payload, "((?:[^"\\]|\\.)*)"', sketch)[1] + '"')
        self.ingest(topic, form % ("21.5", "48.0"), qos=0)
        self.wait_until(lambda: {s["name"]: s["last"]["value"] for s in self.sensors() if s["last"]}
                        == {"salon temperature": 21.5, "salon humidity": 48}, "stored")

    def test_esp32(self):
        sketch = (EXAMPLES / "esp32.ino").read_text()
        topic = re.search(r'\*TOPIC = "([^"]+)"', sketch)[1]
        form = json.loads('"' + re.search(r'snprintf\(payload, sizeof payload, "((?:[^"\\]|\\.)*)"', sketch)[1] + '"')
        ids = {name: int(number) for name, number in re.findall(r"(\w+_ID) = (\d+)", sketch)}
        calls = re.findall(r'report\((\w+_ID), "(\w+)", [^"]+, "([^"]+)"\)', sketch)
        self.assertEqual(len(calls), 3)
        size = int(re.search(r"MQTTClient mqtt\((\d+)\)", sketch)[1])
        for name, kind, unit in calls:
            payload = form % (ids[name], kind, 21.456, unit)
            self.assertLess(len(topic) + len(payload.encode()) + 9, size)
            self.assertLess(len(payload.encode()), int(re.search(r"char payload\[(\d+)\]", sketch)[1]))
            self.ingest(topic, payload)
        self.assertEqual([(s["id"], s["type"], s["unit"], s["last"]["value"]) for s in self.sensors()],
                         [(1, "temperature", "°C", 21.46), (2, "humidity", "%", 21.46), (3, "light", "V", 21.46)])

    def test_yaml(self):
        compose = yaml.safe_load((EXAMPLES / "compose.yaml").read_text())
        service = compose["services"]["nightjar"]
        dockerfile = (ROOT / "conf/docker/Dockerfile").read_text()
        exposed = set(re.search(r"^EXPOSE (.*)$", dockerfile, re.MULTILINE)[1].split())
        self.assertEqual({port.rsplit(":", 1)[1] for port in service["ports"]}, exposed)
        for service in compose["services"].values():
            for volume in service["volumes"]:
                source, target = volume.split(":")[:2]
                if source.startswith("."):
                    self.assertTrue((EXAMPLES / source).exists(), volume)
                else:
                    self.assertIn(source, compose["volumes"])
        self.assertIn("/mosquitto/data", dockerfile)
        scrape = yaml.safe_load((EXAMPLES / "prometheus.yml").read_text())["scrape_configs"][0]
        self.assertEqual(self.rest.get(scrape["metrics_path"]).status, 200)


class Dashboards(SensorsCase):
    def setUp(self):
        super().setUp()
        self.ingest("iot/measurements", {"sensor_id": 3, "type": "temperature", "value": 44, "unit": "°C"})
        self.ingest("iot/measurements", {"sensor_id": 3, "type": "temperature", "value": 45, "unit": "°C"})

    @staticmethod
    def dashboard(name):
        return json.loads((EXAMPLES / f"grafana/dashboards/{name}.json").read_text())

    def data_sources(self):
        provisioned = yaml.safe_load((EXAMPLES / "grafana/provisioning/datasources/nightjar.yaml").read_text())
        return {d["uid"]: d["type"] for d in provisioned["datasources"]}

    def test_panels_are_well_formed(self):
        known = self.data_sources()
        uids = set()
        for name in ("sensors", "broker"):
            board = self.dashboard(name)
            uids.add(board["uid"])
            self.assertEqual(len({p["id"] for p in board["panels"]}), len(board["panels"]))
            for panel in board["panels"]:
                for source in [panel["datasource"], *(t["datasource"] for t in panel["targets"])]:
                    self.assertEqual(known[source["uid"]], source["type"])
                self.assertLessEqual(panel["gridPos"]["x"] + panel["gridPos"]["w"], 24)
        self.assertEqual(len(uids), 2)

    def ask(self, query):
        """The rows that Infinity would see, and that each column it selects is in one of them."""
        url = query["url"]
        for name, value in {"sensor": "3", "__from": "0", "__to": "4102444800000"}.items():
            url = url.replace("${%s}" % name, value)
        self.assertNotIn("$", url)
        self.assertEqual(urllib.parse.urlsplit(url).netloc, "")
        answer = self.rest.get(url)
        self.assertEqual(answer.status, 200, f"{url}: {answer}")
        rows = answer.json()
        rows = rows if isinstance(rows, list) else [rows]
        self.assertTrue(rows, url)
        for column in query["columns"]:
            value = rows[0]
            for step in column["selector"].split("."):
                self.assertIn(step, value, f"{url}: {column}")
                value = value[step]
            if column["type"].startswith("timestamp_epoch") or column["type"] == "number":
                self.assertIsInstance(value, (int, float), f"{url}: {column}")

    def test_queries_of_values(self):
        board = self.dashboard("sensors")
        queries = [t for panel in board["panels"] for t in panel["targets"]]
        queries += [v["query"]["infinityQuery"] for v in board["templating"]["list"]]
        self.assertGreater(len(queries), 4)
        for query in queries:
            self.ask(query)

    def test_queries_of_figures(self):
        metrics = self.rest.get("/metrics").body.decode()
        names = set(re.findall(r"^(\w+)", metrics, re.MULTILINE))
        functions = {"rate"}
        expressions = [t["expr"] for panel in self.dashboard("broker")["panels"] for t in panel["targets"]]
        self.assertGreater(len(expressions), 10)
        for expression in expressions:
            for name in set(re.findall(r"[a-z_]{3,}", expression)) - functions:
                self.assertIn(name, names, expression)
