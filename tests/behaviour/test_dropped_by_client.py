"""Every message that is given up is counted: for its client, under its reason, and in the totals."""

import urllib.parse

from harness import packets as mqtt

from test_http_metrics import MetricsCase

REASONS = ["output_full", "queue_full", "queue_bytes", "memory_full", "mailbox_full", "offline", "session_ended", "denied", "too_large"]


class DropCase(MetricsCase):
    broker_per_test = True

    def of(self, client_id):
        """{reason: count}, without those that are 0."""
        dropped = self.rest.get("/api/v1/clients/" + urllib.parse.quote(client_id, safe="")).json()["dropped"]
        self.assertEqual(list(dropped), REASONS)
        return {reason: count for reason, count in dropped.items() if count}

    def wait_for(self, client_id, **wanted):
        self.wait_until(lambda: self.of(client_id) == wanted, f"{wanted}, not {self.of(client_id)}")

    def totals(self):
        now = self.metrics()
        return {reason: now[self.dropped(reason)] for reason in REASONS if now[self.dropped(reason)]}

    def away(self, client_id, *filters):
        self.client(client_id, clean=False).subscribe(*filters).disconnect()
        self.broker.wait_log(f"Client {client_id} (disconnected|closed its connection)")


class DroppedByClient(DropCase):
    extra_conf = "max_queued_messages 3\nmessage_size_limit 2000\nmax_packet_size 10000"

    def test_away(self):
        self.away("away", ("t", 1))
        publisher = self.client("publisher")
        for qos in (0, 0, 1, 1, 1, 1, 1):
            publisher.publish("t", b"x", qos=qos)
        self.wait_for("away", offline=2, queue_full=2)
        self.assertEqual(self.of("publisher"), {})
        self.assertEqual(self.totals(), {"offline": 2, "queue_full": 2})
        self.assertEqual(self.metrics()["broker_publish_messages_dropped"], 2)
        self.client("away", clean=True)  # takes the place of the session, and of the three that wait
        self.wait_until(lambda: self.totals() == {"offline": 2, "queue_full": 2, "session_ended": 3}, "the queue is lost")
        self.assertEqual(self.of("away"), {})
        self.assertEqual(self.metrics()["broker_publish_messages_dropped"], 2)

    def test_too_large(self):
        publisher = self.client("publisher", clean=False)
        publisher.publish("t", b"x" * 2001, qos=1)
        self.wait_for("publisher", too_large=1)
        publisher.send_until_closed(mqtt.publish("t", b"x" * 10000))
        publisher.wait_closed()
        self.wait_for("publisher", too_large=2)

    def test_a_reserved_topic(self):
        self.client("liar").publish("$SYS/broker/uptime", b"x", qos=1)
        self.wait_for("liar", denied=1)

    def test_a_client_that_does_not_read(self):
        stuck = self.client("stuck").subscribe(("stuck", 0))
        publisher = self.client("publisher")
        burst, sent = mqtt.publish("stuck", b"x" * 1000) * 1000, 0
        while not self.of("stuck"):
            publisher.send(burst)
            publisher.expect_nothing()
            sent += 1000
        lost = self.of("stuck")["output_full"]
        stuck.take_many(sent - lost)
        shown = self.rest.get("/api/v1/clients/stuck").json()
        self.assertEqual((shown["messages_sent"], shown["dropped"]["output_full"]), (sent - lost, lost))

    def test_unacknowledged_when_the_session_ends(self):
        reader = self.client("reader").subscribe(("t", 1))
        self.client("publisher").publish("t", b"x", qos=1)
        reader.expect_publish()
        reader.disconnect()
        self.wait_until(lambda: self.totals() == {"session_ended": 1}, "counted")

    def test_retained_messages_are_not_lost_with_a_session(self):
        self.client("publisher").publish("kept", b"x", qos=1, retain=True)
        reader = self.client("reader").subscribe(("kept", 1))
        reader.expect_publish()
        reader.disconnect()
        self.wait_until(lambda: self.rest.get("/api/v1/clients/reader").status == 404, "gone")
        self.assertEqual(self.totals(), {})


class QueueBytes(DropCase):
    extra_conf = "max_queued_bytes 1000"

    def test_away(self):
        self.away("away", ("t", 1))
        publisher = self.client("publisher")
        for _ in range(3):
            publisher.publish("t", b"x" * 400, qos=1)
        self.wait_for("away", queue_bytes=1)
        self.assertEqual(self.metrics()["broker_publish_messages_dropped"], 1)


class Denied(DropCase):
    workers = 1

    def setUp(self):
        super().setUp()
        with open(self.broker.directory + "/acl", "w") as file:
            file.write("topic readwrite open/#\ntopic write secret/#\ntopic read /api/v1/#\ntopic read /metrics\n")
        self.broker.extra_conf = f"acl_file {self.broker.directory}/acl\nworker_threads {self.workers}"
        self.broker.restart()

    def test_what_it_may_not_read_or_write(self):
        reader = self.client("reader").subscribe(("#", 1))
        publisher = self.client("publisher")
        for qos in (0, 1, 1):
            publisher.publish("secret/x", b"x", qos=qos)
        publisher.publish("closed", b"x", qos=1)
        publisher.publish("open/x", b"x", qos=1)
        reader.expect_publish("open/x")
        self.wait_for("reader", denied=3)
        self.wait_for("publisher", denied=1)
        self.assertEqual(self.totals(), {"denied": 4})

    def test_what_a_persistent_session_may_not_read(self):
        self.away("reader", ("#", 1))
        publisher = self.client("publisher")
        publisher.publish("secret/x", b"x", qos=1)
        publisher.publish("open/x", b"x", qos=1)
        self.wait_for("reader", denied=1)


class DeniedOnTwoWorkers(Denied):
    workers = 2
