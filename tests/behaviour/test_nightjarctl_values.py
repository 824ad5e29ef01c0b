"""nightjarctl export, and import of stored values: what one broker had, another one has (features B-18)."""

import contextlib
import csv
import json
import os
import pty
import random
import subprocess

from harness.broker import ROOT, Broker
from harness.rest import Rest
from harness.sensors import SensorsCase


class ExportImport(SensorsCase):
    broker_per_test = True

    def setUp(self):
        super().setUp()
        self.other = Broker("").start()
        self.addCleanup(self.other.close)

    def ctl(self, *arguments, broker=None, status=0, stdin=None, pass_fds=()):
        url = f"http://127.0.0.1:{(broker or self.broker).http_port}"
        done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), *arguments, "--url", url],
                              input=stdin, capture_output=True, timeout=60, check=False, pass_fds=pass_fds)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout.decode(), done.stderr.decode()

    def path(self, name, content=None):
        path = f"{self.broker.directory}/{name}"
        if content is not None:
            with open(path, "w", newline="") as file:
                file.write(content)
        return path

    def fill(self):
        """More than two pages of rows, of sensors of every source; the last ones have texts that CSV has to quote."""
        values = random.Random(7)
        client = self.client("device")
        for _ in range(8):
            batch = [{"sensor_id": values.randint(1, 40), "value": values.uniform(-1e3, 1e3), "type": "light", "unit": "V"}
                     for _ in range(3000)]
            client.publish("iot/measurements", json.dumps(batch), qos=1)
        client.publish("dht11/salon/data", '{"temperature":21.5,"humidity":40}', qos=1)
        client.publish("iot/livingroom/temp", "23.4 °C", qos=1)
        client.publish("iot/measurements", json.dumps({"sensor_id": 77, "type": 'a "b", c', "unit": "m\ns", "value": 1e21,
                                                       "timestamp": "2020-01-01"}), qos=1)

    def test_an_export_that_does_not_begin_leaves_the_old_file(self):
        old = self.path("old.csv", "what there was")
        self.ctl("export", "--sensor", "99", "-o", old, status=1)
        self.ctl("export", "--from", "yesterday", "-o", old, status=1)
        self.other.kill()
        self.ctl("export", "-o", old, broker=self.other, status=1)
        with open(old) as file:
            self.assertEqual(file.read(), "what there was")

    @staticmethod
    def everything(broker):
        rest = Rest(broker.http_port)
        rows, path = [], "/api/monitoring/measurements/?order=asc&limit=10000"
        while path:
            answer = rest.get(path)
            rows += answer.json()
            link = answer.headers["Link"]
            path = link[1:link.index(">")] if link else None
        fields = ("id", "name", "type", "unit", "device", "source", "topic", "last")
        sensors = [{name: sensor[name] for name in fields} for sensor in rest.get("/api/monitoring/sensors/").json()]
        return rows, sensors

    def test_an_empty_broker_becomes_the_same(self):
        self.fill()
        before = self.everything(self.broker)
        self.assertEqual(len(before[0]), 8 * 3000 + 4)
        for format in ("csv", "ndjson"):
            file = self.path("values." + format)
            out, err = self.ctl("export", "--format", format, "-o", file)
            self.assertEqual((out, err), (f"exported 24004 values to {file}\n", ""))
            out, err = self.ctl("import", file, broker=self.other)
            self.assertEqual((out, err), (f"imported 24004 values from {file}\n", ""))
            rows, sensors = self.everything(self.other)
            self.assertEqual(rows, before[0])  # ids and all
            self.assertEqual(sensors, before[1])
            # And what it exports is the same file, to the byte, after a start too.
            self.other.restart()
            again, _ = self.ctl("export", "--format", format, broker=self.other)
            with open(file, newline="") as first:
                self.assertEqual(again, first.read())
            self.other.close()
            self.other = Broker("").start()
            self.addCleanup(self.other.close)

    def test_names_as_long_as_topics(self):
        """What the broker makes of topics comes back; quotes are twice as long in a file."""
        client = self.client("device")
        for topic in ("iot/" + "p" * 201 + "/temp", "iot/p/" + "c" * 300, "iot/" + '"' * 65_000 + "/temp",
                      "iot/p/" + '"' * 65_529, "dht11/" + "d" * 65_524 + "/data"):
            client.publish(topic, b'{"temperature":21.5}' if topic.startswith("dht11") else b"21.5", qos=1)
        before = self.everything(self.broker)
        self.assertEqual(len(before[1]), 5)
        for format in ("csv", "ndjson"):
            file = self.path("values." + format)
            self.ctl("export", "--format", format, "-o", file)
            self.assertEqual(self.ctl("import", file, broker=self.other)[1], "")
            self.assertEqual(self.everything(self.other), before)
            self.other.close()
            self.other = Broker("").start()
            self.addCleanup(self.other.close)

    def test_numbers_are_the_same_to_the_last_bit(self):
        values = random.Random(11)
        numbers = [values.uniform(-1e3, 1e3) * 10.0 ** values.randint(-20, 20) for _ in range(1000)]
        rows = "".join(f"3,{number!r},{1700000000 + n}\n" for n, number in enumerate(numbers))
        self.ctl("import", "--format", "csv", "-", stdin=("sensor,value,t\n" + rows).encode())
        self.assertEqual([float(row["value"]) for row in csv.DictReader(self.ctl("export")[0].splitlines())], numbers)
        lines = self.ctl("export", "--format", "ndjson")[0].splitlines()
        self.assertEqual([json.loads(line)["value"] for line in lines], numbers)

    def test_not_onto_a_file_of_a_store(self):
        self.client("device").publish("iot/measurements", '{"sensor_id":3,"value":1}', qos=1)
        link, file, dangling = self.path("link"), self.path("values.csv"), self.path("more.csv")
        os.symlink(self.broker.store, link)
        os.symlink(self.broker.store + "nightjar.mdb", file)
        os.symlink("link/nightjar.mdb.new", dangling)
        for name in (self.broker.store + "nightjar.mdb", self.broker.store + "nightjar.lock", link + "/nightjar.mdb-lock",
                     link + "/nightjar.mdb.new", file, dangling):
            self.assertIn("is a file of a store; name another one", self.ctl("export", "-o", name, status=1)[1])
        self.broker.restart()
        self.assertEqual(self.values(3), [1])
        self.assertFalse(os.path.exists(self.broker.store + "nightjar.mdb.new"))
        self.ctl("export", "-o", self.broker.store + "values.csv")

    def test_into_a_pipe_by_name(self):
        self.client("device").publish("iot/measurements", '{"sensor_id":3,"value":1}', qos=1)
        values, _ = self.ctl("export")
        self.assertEqual(self.ctl("export", "-o", "/dev/stdout"), (values, ""))
        self.assertIn("exported 1 value to", self.ctl("export", "-o", "/dev/null")[0])
        self.assertIn("the file has no name", self.ctl("export", "-o", "", status=2)[1])
        mine, theirs = os.pipe()
        with os.fdopen(mine, newline="") as end:  # >(gzip >x.gz)
            name = f"/dev/fd/{theirs}"
            out, _ = self.ctl("export", "-o", name, pass_fds=[theirs])
            os.close(theirs)
            self.assertEqual((out, end.read()), (f"exported 1 value to {name}\n", values))

    def test_a_part(self):
        self.ctl("import", "--format", "csv", "-", stdin=b"sensor,value,created_at\n3,1,2024-01-01\n3,2,2024-01-02\n"
                                                         b"4,3,2024-01-02\n3,4,2024-01-03\n")
        out, _ = self.ctl("export", "--sensor", "3", "--from", "2024-01-02", "--to", "2024-01-02T23:59:59Z")
        self.assertEqual(out, "id,sensor,value,unit,created_at,type,name,device,source,topic\r\n"
                              "1704153600000000,3,2,,2024-01-02T00:00:00Z,unknown,unknown 3,,measurement,\r\n")
        self.assertEqual(self.ctl("export", "--format", "ndjson", "--from", "2025-01-01")[0], "")
        self.assertIn("404", self.ctl("export", "--sensor", "9", status=1)[1])
        self.assertIn("400", self.ctl("export", "--from", "soon", status=1)[1])
        self.assertIn("cannot write", self.ctl("export", "-o", self.path("none/x"), status=1)[1])

    def test_other_columns_of_other_programs(self):
        """PostgreSQL's COPY of the table that system B had."""
        file = self.path("old.csv", "\ufeffid,Value,unit,created_at,sensor_id,quality\n"
                                    '1,2.57,V,2026-01-28 15:07:55.123456+00,3,good\n'
                                    '2,"3,5",V,2026-01-28 15:07:56+00,3,bad\n'
                                    '3,4,"m, ""s""",2026-01-28 15:07:57+00,4,good\n'
                                    '4,5\n\n5,6,V,2026-01-28 15:07:58+00,3,good')
        out, err = self.ctl("import", file, status=1)
        self.assertEqual(out, f"imported 3 values from {file}; refused 2 lines\n")
        self.assertEqual(sorted(err.splitlines()),
                         [f'nightjarctl: {file}:3: value "3,5" is not a finite number.',
                          f"nightjarctl: {file}:5: 2 fields where the heading has 6."])
        rows = self.rest.get("/api/monitoring/measurements/?order=asc").json()
        self.assertEqual([(r["sensor"], r["value"], r["unit"], r["created_at"]) for r in rows],
                         [(3, 2.57, "V", "2026-01-28T15:07:55.123Z"), (4, 4, 'm, "s"', "2026-01-28T15:07:57Z"),
                          (3, 6, "V", "2026-01-28T15:07:58Z")])

    def test_strict_stops_and_tells_where(self):
        row = '{{"sensor":3,"value":{},"created_at":{}}}\n'.format
        wrong = row('"x"', 1700000002)
        file = self.path("x.ndjson", "".join(row(n, 1700000000 + n) for n in range(5001)) + wrong + row(9, 1700009999))
        out, err = self.ctl("import", "--strict", "--json", file, status=1)
        self.assertEqual(json.loads(out), {"stored": 5000, "refused": 1, "last_line": 5000})
        self.assertEqual(err, f'nightjarctl: {file}:5002: value "x" is not a finite number.\n')
        self.assertEqual(len(self.values(3)), 1000)  # a page
        out, _ = self.ctl("import", "--from-line", "5003", file)
        self.assertEqual(out, f"imported 1 value from {file}\n")

    def test_what_it_cannot_do(self):
        file = self.path("x.csv", "sensor,value\n3,1\n")
        self.assertIn("names no column created_at", self.ctl("import", file, status=1)[1])
        self.assertIn("cannot read", self.ctl("import", "--format", "csv", self.path("none"), status=1)[1])
        self.assertIn("directory", self.ctl("import", "--format", "csv", self.broker.directory, status=1)[1])
        for name in ("-", "/dev/stdin"):
            self.assertIn("--format has to tell", self.ctl("import", name, status=1, stdin=b"x")[1])
        good = "sensor,value,created_at\n3,1,1700000000\n"
        self.assertEqual(self.ctl("import", "--format", "csv", "/dev/stdin", stdin=good.encode())[0],
                         "imported 1 value from /dev/stdin\n")
        self.assertIn("is empty", self.ctl("import", self.path("none.csv", ""), status=1)[1])
        self.assertIn("whose first line names the columns",
                      self.ctl("import", self.path("bare.csv", "3,1,1700000000\n"), status=1)[1])
        self.assertIn("--store is for a mosquitto.db",
                      self.ctl("import", "--store", self.broker.store, self.path("good.csv", good), status=1)[1])
        self.ctl("import", "--format", "xml", file, status=2)
        self.ctl("import", status=2)
        self.broker.kill()
        file = self.path("y.csv", "sensor,value,created_at\n3,1,1700000000\n")
        self.assertIn("go on with --from-line 2", self.ctl("import", file, status=1)[1])

    def test_a_bar_on_a_terminal_alone(self):
        file = self.path("x.csv", "sensor,value,t\n" + "".join(f"3,{n},{1700000000 + n}\n" for n in range(6000)))
        mine, theirs = pty.openpty()
        done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "import", file, "--url",
                               f"http://127.0.0.1:{self.broker.http_port}"], stdout=subprocess.PIPE, stderr=theirs,
                              timeout=60, check=True)
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError): # the other end is closed: all is read
            while piece := os.read(mine, 65536):
                shown += piece
        os.close(mine)
        shown = shown.decode()
        self.assertRegex(shown, r"\r\[#+ *\] +\d+ %  \d+ values")
        self.assertTrue(shown.endswith("\r\x1b[K"))
        self.assertEqual(done.stdout.decode(), f"imported 6000 values from {file}\n")
