"""GET /metrics, read by Prometheus' own parser: counters grow by exactly what was sent, drops are told by reason."""

from prometheus_client.parser import text_string_to_metric_families

from harness import BrokerCase, packets as mqtt
from harness.mqtt_client import MqttClient
from harness.rest import Rest


class CountingTransport:
    """Counts the bytes that go through another transport."""

    def __init__(self, through):
        self.through, self.sent, self.received = through, 0, 0

    def send(self, data):
        self.sent += len(data)
        self.through.send(data)

    def receive(self, timeout):
        data = self.through.receive(timeout)
        self.received += len(data)
        return data

    def close(self):
        self.through.close()


class MetricsCase(BrokerCase):
    nightjar_only = "mosquitto has no /metrics"

    def families(self):
        text = self.rest.get("/metrics").body.decode()
        return {family.name: family for family in text_string_to_metric_families(text)}

    def metrics(self):
        """{name: value}, with labels as name{label=value,...} in the order of their names."""
        found = {}
        for family in self.families().values():
            for sample in family.samples:
                labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
                found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
        return found

    def wait_for_growth(self, before, **wanted):
        """Waits until each metric is larger by so much, then looks once more: it must not be more either."""
        def missing():
            now = self.metrics()
            return {name: now[name] - before[name] for name, by in wanted.items() if now[name] - before[name] != by}
        try:
            self.wait_until(lambda: not missing(), "growth")
        except AssertionError:
            raise AssertionError(f"wanted {wanted}, these differ: {missing()}")
        self.assertEqual(missing(), {})

    def dropped(self, reason):
        return f"nightjar_publish_dropped_total{{reason={reason}}}"


class HttpMetrics(MetricsCase):
    extra_conf = "max_queued_messages 3"

    def setUp(self):
        super().setUp()
        self.wait_until(lambda: self.metrics()["nightjar_clients_connected"] == 0, "clients of other tests are gone")

    def test_form(self):
        answer = self.rest.get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertTrue(answer.body.endswith(b"\n"))
        for name, family in self.families().items():
            self.assertGreater(len(family.documentation), 5, name)
            self.assertIn(family.type, ("unknown",) if name.startswith("broker_") else ("counter", "gauge"), name)

    def test_the_websockets_listener_answers_too(self):
        self.assertEqual(Rest(self.broker.websocket_port).get("/metrics").status, 200)

    def test_what_the_broker_is(self):
        found = self.metrics()
        version = self.rest.get("/api/v1/version").body.decode()
        self.assertEqual(found[f"nightjar_build_info{{version={version}}}"], 1)
        self.assertGreater(found["nightjar_uptime_seconds"], 0)
        self.assertEqual(found["nightjar_start_time_seconds"], self.metrics()["nightjar_start_time_seconds"])
        self.assertGreater(found["nightjar_store_map_bytes"], found["nightjar_store_used_bytes"])
        self.assertGreater(found["process_resident_memory_bytes"], 1 << 20)
        self.assertGreater(found["process_open_fds"], 5)

    def test_traffic(self):
        before = self.metrics()
        pipe = CountingTransport(self.raw().transport), CountingTransport(self.raw().transport)
        reader = MqttClient(pipe[0]).connect("reader").subscribe(("traffic", 2))
        publisher = MqttClient(pipe[1]).connect("publisher")
        for qos in (0, 1, 2):
            publisher.publish("traffic", b"x" * 10, qos=qos)
            reader.take("traffic", qos=qos)
        self.wait_for_growth(before, **{
            "nightjar_connections_accepted_total": 2, "nightjar_connect_received_total": 2,
            "nightjar_connect_accepted_total": 2, "nightjar_clients_connected": 2, "nightjar_sessions": 2,
            "nightjar_subscriptions": 1,
            "nightjar_packets_received_total": 10,  # 2 CONNECT, SUBSCRIBE, 3 PUBLISH, PUBREL; PUBACK, PUBREC, PUBCOMP
            "nightjar_packets_sent_total": 10,  # as many answers, and the same three messages
            "nightjar_received_bytes_total": sum(p.sent for p in pipe),
            "nightjar_sent_bytes_total": sum(p.received for p in pipe),
            "nightjar_publish_received_total": 3, "nightjar_publish_received_bytes_total": 30,
            "nightjar_publish_sent_total": 3, "nightjar_publish_sent_bytes_total": 30,
            "broker_publish_messages_received": 3, "broker_bytes_received": sum(p.sent for p in pipe),
            self.dropped("queue_full"): 0, self.dropped("denied"): 0})

    def test_a_client_that_changes_its_worker_is_counted_once(self):
        self.client("mover", clean=False).disconnect()
        before = self.metrics()
        for _ in range(10):  # connections go to the workers in turn, the session stays where it is
            self.client("mover", clean=False, session_present=True).disconnect()
        each = len(mqtt.connect("mover", clean=False)) + len(mqtt.DISCONNECT)
        self.wait_for_growth(before, nightjar_connections_accepted_total=10, nightjar_connect_received_total=10,
                             nightjar_packets_received_total=20, nightjar_received_bytes_total=10 * each,
                             nightjar_packets_sent_total=10, nightjar_sent_bytes_total=40)
        self.client("mover", clean=True).disconnect()

    def test_waiting_messages(self):
        before = self.metrics()
        self.client("waits", clean=False).subscribe(("waits", 1)).disconnect()
        publisher = self.client("publisher")
        for _ in range(3):
            publisher.publish("waits", b"12345", qos=1)
        self.wait_for_growth(before, nightjar_waiting_messages=3, nightjar_waiting_bytes=15, broker_messages_stored=3)
        reader = self.client("waits", clean=False, session_present=True)
        got = [reader.expect_publish() for _ in range(3)]
        self.wait_for_growth(before, nightjar_waiting_messages=3, nightjar_waiting_bytes=15)  # in flight
        reader.send(*(mqtt.puback(message.packet_id) for message in got))
        self.wait_for_growth(before, nightjar_waiting_messages=0, nightjar_waiting_bytes=0)
        reader.disconnect()
        publisher.publish("waits", b"12345", qos=1)
        self.wait_for_growth(before, nightjar_waiting_messages=1)
        self.client("waits", clean=True).disconnect()  # ends the session
        self.wait_for_growth(before, nightjar_waiting_messages=0, nightjar_waiting_bytes=0)

    def test_retained_messages(self):
        before = self.metrics()
        publisher = self.client("publisher")
        publisher.publish("kept/metric", b"12345", retain=True)
        self.wait_for_growth(before, nightjar_retained_messages=1, nightjar_retained_bytes=5)
        publisher.publish("kept/metric", b"123", retain=True)
        self.wait_for_growth(before, nightjar_retained_messages=1, nightjar_retained_bytes=3)
        publisher.publish("kept/metric", b"", retain=True)
        self.wait_for_growth(before, nightjar_retained_messages=0, nightjar_retained_bytes=0)

    def test_dropped_for_who_is_away(self):
        self.client("away", clean=False).subscribe(("away", 1)).disconnect()
        before = self.metrics()
        publisher = self.client("publisher")
        for qos in (0, 0, 1, 1, 1, 1, 1):
            publisher.publish("away", b"x", qos=qos)
        self.wait_for_growth(before, **{self.dropped("offline"): 2, self.dropped("queue_full"): 2,
                                        "broker_publish_messages_dropped": 2, self.dropped("output_full"): 0})
        self.client("away", clean=True).disconnect()

    def test_denied(self):
        before = self.metrics()
        publisher = self.client("publisher")
        publisher.publish("$SYS/mine", b"x")
        publisher.publish("$SYS/mine", b"x", qos=1)
        self.wait_for_growth(before, **{self.dropped("denied"): 2, "broker_publish_messages_dropped": 0,
                                        "nightjar_publish_received_total": 2})

    def test_a_client_that_does_not_read(self):
        stuck = self.client("stuck").subscribe(("stuck", 0))
        before = self.metrics()
        publisher = self.client("publisher")
        burst, sent = mqtt.publish("stuck", b"x" * 1000) * 1000, 0
        while self.metrics()[self.dropped("output_full")] == before[self.dropped("output_full")]:
            publisher.send(burst)
            publisher.expect_nothing()
            sent += 1000
        now = self.metrics()
        self.assertGreater(now["nightjar_output_backlog_bytes"], 1000)
        self.assertGreater(now["nightjar_output_backlog_packets"], 1)
        lost = now[self.dropped("output_full")] - before[self.dropped("output_full")]
        stuck.take_many(int(sent - lost))
        stuck.expect_nothing()
        self.wait_for_growth(before, nightjar_output_backlog_bytes=0, nightjar_output_backlog_packets=0,
                             nightjar_publish_sent_total=sent - lost)

    def test_listeners(self):
        names = [f"nightjar_listener_connections{{address=127.0.0.1,port={port},protocol={protocol}}}"
                 for port, protocol in ((self.broker.port, "mqtt"), (self.broker.websocket_port, "websockets"))]
        before = self.metrics()
        over_tcp, over_websocket = self.client("over-tcp"), self.websocket_client("over-websocket")
        self.wait_for_growth(before, **{names[0]: 1, names[1]: 1})
        over_tcp.close()
        over_websocket.close()
        self.wait_for_growth(before, **{names[0]: 0, names[1]: 0})

    def test_what_is_stored(self):
        before = self.metrics()
        publisher = self.client("publisher")
        publisher.publish("iot/metrics/temp", b"20", qos=1)
        publisher.publish("iot/metrics/temp", b"99", qos=1)
        publisher.publish("iot/metrics/temp", b"hot", qos=1)
        name = "sensors_values_rejected_total{reason=not_a_number}"
        self.wait_for_growth({**before, name: 0, "sensors_incidents_opened_total{type=temperature}": 0}, **{
            "nightjar_store_measurements_total": 2, name: 1, "sensors_known": 1, "sensors_incidents_open": 1,
            "sensors_incidents_opened_total{type=temperature}": 1, "sensors_incidents_closed_total": 0,
            "nightjar_store_commits_failed_total": 0})
        self.assertGreaterEqual(self.metrics()["nightjar_store_commits_total"],
                                before["nightjar_store_commits_total"] + 2)
        publisher.publish("iot/metrics/temp", b"21", qos=1)
        self.wait_for_growth(before, sensors_incidents_open=0, sensors_incidents_closed_total=1)


class HttpMetricsNames(MetricsCase):
    """Those that dashboards and alerts for mosquitto's exporters ask for."""
    NAMES = """broker_uptime broker_clients_connected broker_clients_disconnected broker_clients_total
        broker_clients_maximum broker_clients_expired broker_messages_received broker_messages_sent
        broker_messages_stored broker_store_messages_count broker_store_messages_bytes broker_subscriptions_count
        broker_shared_subscriptions_count broker_retained_messages_count broker_heap_current broker_heap_maximum
        broker_bytes_received broker_bytes_sent broker_publish_bytes_received broker_publish_bytes_sent
        broker_publish_messages_received broker_publish_messages_sent broker_publish_messages_dropped""".split()
    LOADS = """messages_received messages_sent publish_received publish_sent publish_dropped bytes_received bytes_sent
        sockets connections""".split()

    def test_all_are_there(self):
        found = self.metrics()
        for name in self.NAMES + [f"broker_load_{load}_{window}" for load in self.LOADS
                                  for window in ("1min", "5min", "15min")]:
            self.assertIn(name, found)


class HttpMetricsWithoutSys(MetricsCase):
    extra_conf = "sys_interval 0"

    def test_only_the_loads_are_missing(self):
        found = self.metrics()
        self.assertIn("broker_clients_connected", found)
        self.assertFalse([name for name in found if name.startswith("broker_load")])
