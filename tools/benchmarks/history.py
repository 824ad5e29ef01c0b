"""How long REST takes for a thousand rows out of millions. The store is filled through the broker itself."""

import http.client
import json
import statistics
import tempfile
import time

from systems import BUILD, Nightjar, load

SENSORS = 1000


def measure_history(rows):
    with tempfile.TemporaryDirectory(prefix="nightjar-bench-", dir=BUILD) as store:
        with Nightjar(pinned=False, http=True, store=store) as running:
            fill(running, rows)
            return {"history of one sensor": median_ms(running.http_port, "/api/monitoring/sensors/7/measurements/?limit=1000"),
                    "history of all sensors": median_ms(running.http_port, "/api/monitoring/measurements/?limit=1000")}


def fill(running, rows):
    while (stored := count(running.http_port)) < rows:
        print(f"  filling: {stored} rows", flush=True)
        load(running, ["--workload", "ingest", "--pairs", "4", "--window", "2000", "--sensors", str(SENSORS), "--warm", "0"], 20)


def count(port):
    """Rows stored, from three sensors: all get the same number."""
    return sum(rows_of(port, sensor) for sensor in (1, SENSORS // 2, SENSORS)) * SENSORS // 3


def rows_of(port, sensor):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", f"/api/monitoring/sensors/{sensor}/")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return json.loads(body)["count"] if answer.status == 200 else 0


def median_ms(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    times = []
    for _ in range(21):
        start = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status == 200 and body.count(b'"id"') == 1000, body[:200]
    connection.close()
    return statistics.median(times)
