"""What the values of 1,000 sensors cost, from the publisher's socket to the disk, to a chart and to an alert. Each row has a
fresh broker with the workers it chooses; stores that are to be large are filled by nightjar-fill, without a broker."""

import contextlib
import http.client
import json
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from systems import BUILD, Nightjar, free_space, load, start_load

SENSORS = 1000
DAY = 86_400
MOST_DELAY_MS = 20  # of an acknowledgement, whatever else goes on
LIMIT = "light 0 9.985"  # one of a thousand values of the generator is above it
INGEST = ["--workload", "ingest", "--pairs", "4", "--sensors", str(SENSORS)]
PROBE = [*INGEST, "--window", "10000", "--rate", "1000", "--warm", "0"]  # a value a second of each
ROOM = 3 << 30  # bytes that the largest store and its log may take


class Broker(Nightjar):
    """As many workers as it chooses itself, on any core; with limits."""

    def __init__(self, store=None, more=()):
        super().__init__(workers=0, pinned=False, http=True, store=store,
                         more=[f"plugin_opt_threshold {LIMIT}", "plugin_opt_threshold probe 0 50", *more])

    def connect(self):
        return contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=30))

    def figure(self, name):
        """The sum of a figure's samples."""
        with self.connect() as connection:
            text = ask(connection, "/metrics").decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if re.match(rf"{name}[ {{]", line))


def ask(connection, path, method="GET"):
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status in (200, 204), (method, path, answer.status, body[:200])
    return body


def fill(store, begin, rounds, first=1, sensors=SENSORS):
    """(values, bytes) of the store then."""
    done = subprocess.run([BUILD / "bench/nightjar-fill", store, "--from", str(begin), "--rounds", str(rounds),
                           "--first", str(first), "--sensors", str(sensors)], check=True, capture_output=True, text=True)
    got = json.loads(done.stdout)
    print(f"  filled: {rounds * sensors} values of {sensors} sensors, {got['values/s']} a second", flush=True)
    return got["values"], got["bytes"]


def timed(connection, path, method="GET"):
    """(milliseconds, body)"""
    begin = time.perf_counter()
    body = ask(connection, path, method)
    return (time.perf_counter() - begin) * 1000, body


def count(connection):
    """Values stored, from three sensors: all have the same number."""
    three = (1, SENSORS // 2, SENSORS)
    return sum(json.loads(ask(connection, f"/api/monitoring/sensors/{one}/"))["count"] for one in three) * SENSORS // 3


class Sensors:
    def __init__(self, options, row):
        self.options = options
        self.row = row
        self.got = {}
        self.bytes = {}

    def measure(self):
        free = free_space()
        if free < ROOM:
            raise SystemExit(f"tools/bench: {BUILD} has {free >> 20} MB left, sensors needs {ROOM >> 20}")
        self.ingest()
        with tempfile.TemporaryDirectory(prefix="nightjar-bench-", dir=BUILD) as store:
            self.chart(store)
        with tempfile.TemporaryDirectory(prefix="nightjar-bench-", dir=BUILD) as store:
            self.raw_and_retention(store)
        largest = max(self.bytes.values())
        self.row("stored bytes a value: " + ", ".join(f"{what} {each:.2f}" for what, each in self.bytes.items()),
                 f"{largest:.2f} bytes", "<= 8", largest <= 8)
        with tempfile.TemporaryDirectory(prefix="nightjar-bench-", dir=BUILD) as store:
            self.deletion(store)
        self.alert()
        self.page()
        return self.got | {"bytes": self.bytes}

    def ingest(self):
        rates, opened = [], 0
        for _ in range(self.options.rounds):
            with Broker() as running:
                rates.append(load(running, [*INGEST, "--window", "1000"], max(self.options.seconds, 5))["rate"])
                opened = running.figure("sensors_incidents_opened_total")
        assert opened > 0, "no limit was crossed"
        rate = self.got["ingest"] = statistics.median(rates)
        print(f"  incidents opened in the last round: {opened:.0f}; rates {', '.join(f'{r:.0f}' for r in rates)}", flush=True)
        self.row("durable ingest, QoS 1, 1,000 sensors, limits, acked after the commit", f"{rate:.0f} values/s",
                 ">= 200000", rate >= 200_000)

    def chart(self, store):
        year = 365 * DAY
        begin = int(time.time()) - year - 60
        values, size = fill(store, begin, year, sensors=1)
        self.bytes["1 sensor, a year"] = size / values
        path = f"/api/v1/series?sensor=1&from={begin}&to={begin + year}&points=1000"
        with Broker(store) as running, running.connect() as connection:
            times = []
            for _ in range(21):  # the first with nothing in the process's memory
                took, body = timed(connection, path)
                times.append(took)
                points = json.loads(body)
                assert 800 <= len(points) <= 1000 and sum(p["count"] for p in points) == values, len(points)
        self.got["chart"] = times
        self.row(f"chart of a year at 1 Hz, {values} rows, points=1000: slowest of 21", f"{max(times):.1f} ms", "<= 50 ms",
                 max(times) <= 50)

    def raw_and_retention(self, store):
        now = int(time.time())
        old = (now // DAY - 2) * DAY
        values, size = fill(store, old, DAY)
        self.bytes["1,000 sensors, a day"] = size / values
        fill(store, int(time.time()) - 3700, 3600)
        stored = self.raw(store)
        self.retention(store, values, stored - values)

    def raw(self, store):
        seconds = 20
        arguments = [*INGEST, "--window", "10000", "--rate", "50000"]
        with Broker(store) as running, running.connect() as connection:
            alone = load(running, arguments, 5)
            ingesting = start_load(running, arguments, seconds)
            times = []
            end = time.monotonic() + seconds - 1
            while time.monotonic() < end:
                sensor, to = random.randint(1, SENSORS), time.time()
                took, body = timed(connection, f"/api/monitoring/sensors/{sensor}/measurements?from={to - 3600:.3f}&to={to:.3f}&limit=10000")
                times.append(took)
                assert body.count(b'"id"') > 3000, body[:200]
                time.sleep(0.05)
            meanwhile = json.loads(ingesting.communicate()[0])
            stored = count(connection)
        p99 = sorted(times)[int(len(times) * 0.99)]
        self.got["raw"] = {"p99_ms": p99, "median_ms": statistics.median(times), "alone": alone, "meanwhile": meanwhile}
        print(f"  {len(times)} queries of {body.count(b'id')} rows, median {statistics.median(times):.1f} ms, longest "
              f"{max(times):.1f} ms", flush=True)
        self.row("the last hour of 1 of 1,000 sensors, with 50,000 values/s coming in: p99", f"{p99:.1f} ms", "<= 20 ms", p99 <= 20)
        self.row(f"... these: acknowledged (p99 {meanwhile['p99_us'] / 1000:.1f} ms, without the queries "
                 f"{alone['p99_us'] / 1000:.1f} ms)", f"{meanwhile['rate']:.0f} values/s", ">= 49500",
                 meanwhile["rate"] >= 49_500)
        return stored

    def retention(self, store, values, kept):
        with Broker(store) as running:  # what the disk's own pauses cost
            untouched = [load(running, PROBE, 5)["longest_us"] / 1000 for _ in range(8)]
        with Broker(store, ["measurements_keep_days 1"]) as running, running.connect() as connection:
            begin = time.monotonic()
            longest = []
            kept += 512 * SENSORS  # what shares a block with them
            while (left := count(connection)) > kept + 5000 * (len(untouched) + len(longest)) and time.monotonic() - begin < 300:
                longest.append(load(running, PROBE, 5)["longest_us"] / 1000)
            took = time.monotonic() - begin
        print(f"  the longest PUBACKs of each 5 s, in ms: {', '.join(f'{each:.1f}' for each in untouched)}; while they went, in "
              f"{took:.0f} s, {', '.join(f'{each:.1f}' for each in longest)}", flush=True)
        self.got["retention"] = {"longest_ms": longest, "untouched_ms": untouched, "seconds": took, "left": left}
        done = took < 300
        self.row(f"retention of a day of {values} rows: the longest PUBACK meanwhile", f"{max(longest):.1f} ms",
                 f"<= {MOST_DELAY_MS} ms", done and max(longest) <= MOST_DELAY_MS)

    def deletion(self, store):
        values = 600_000
        now = int(time.time())
        fill(store, now - 700 - values, values, first=SENSORS + 1, sensors=1)
        fill(store, now - 650, 600)
        with Broker(store) as running, running.connect() as connection:
            quiet = load(running, PROBE, 5)["longest_us"] / 1000
            probing = start_load(running, PROBE, 10)
            time.sleep(1)  # the probe is under way
            took, _ = timed(connection, f"/api/monitoring/sensors/{SENSORS + 1}/", "DELETE")
            longest = json.loads(probing.communicate()[0])["longest_us"] / 1000
        print(f"  the answer came after {took:.1f} ms; the longest PUBACK before it {quiet:.1f} ms", flush=True)
        self.got["deletion"] = {"longest_ms": longest, "quiet_ms": quiet, "answer_ms": took}
        self.row("deletion of a sensor with 600,000 values: the longest PUBACK meanwhile", f"{longest:.1f} ms",
                 f"<= {MOST_DELAY_MS} ms", longest <= MOST_DELAY_MS)

    def alert(self):
        with Broker() as running:
            beside = start_load(running, PROBE, 30)
            got = load(running, ["--workload", "alerts", "--sensors", "100", "--count", "4000", "--name", "probe"], 1)
            beside.kill()
            beside.wait()
        self.got["alert"] = got
        p99 = got["p99_us"] / 1000
        self.row("a value crosses its limit until the alert is at a subscriber, 1,000 values/s beside: p99", f"{p99:.2f} ms", "<= 10 ms", p99 <= 10)

    def page(self):
        node, chromium = shutil.which("node"), shutil.which("chromium")
        directory = Path(__file__).resolve().parent.parent.parent / "tests/browser"
        if not node or not chromium or not (directory / "node_modules").is_dir():
            print("  page: node, chromium or tests/browser/node_modules (npm ci) is missing", flush=True)
            return
        done = subprocess.run([node, "--test", "--test-name-pattern", "first view", "budget.test.mjs"], cwd=directory,
                              capture_output=True, text=True, timeout=120, check=False)
        found = re.search(r"first values after (\d+) ms", done.stdout)
        took = self.got["page"] = int(found.group(1)) if found else None
        print("" if found else done.stdout, end="", flush=True)
        self.row("page: first values, cold, Chromium over loopback", f"{took} ms", "<= 300 ms", found and took <= 300)


def measure_sensors(options, row, results):
    results["sensors"] = Sensors(options, row).measure()
