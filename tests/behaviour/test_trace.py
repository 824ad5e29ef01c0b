"""`nightjarctl trace`: each packet and decision of a client, an address or a topic, as it happens."""

import base64
import json
import os
import signal
import socket
import subprocess

from harness import BrokerCase, packets as mqtt, seconds
from harness.certificates import nightjarctl


class Trace:
    """An open GET /api/v1/trace; next() gives its lines."""

    def __init__(self, case, query, user=None):
        self.socket = socket.create_connection(("127.0.0.1", case.broker.http_port), timeout=seconds(10))
        case.addCleanup(self.socket.close)
        login = "" if user is None else "Authorization: Basic " + base64.b64encode(user.encode()).decode() + "\r\n"
        self.socket.sendall(f"GET /api/v1/trace?{query} HTTP/1.0\r\nHost: localhost\r\n{login}\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        while self.file.readline().strip():
            pass

    def next(self):
        while True:
            line = self.file.readline()
            if not line:
                return None
            if line.strip():
                return json.loads(line)

    def until(self, **members):
        """The lines up to one that has these members."""
        lines = []
        while True:
            line = self.next()
            if line is None:
                raise AssertionError(f"the trace has ended without {members}: {lines}")
            lines.append(line)
            if members.items() <= line.items():
                return lines

    def close(self):
        self.file.close()
        self.socket.close()


def packets_of(lines):
    """("in", "PUBLISH") ..."""
    return [(line["direction"], line["packet"]) for line in lines if line["event"] == "packet"]


class TraceCase(BrokerCase):
    nightjar_only = "mosquitto has no traces"
    log_types = "notice"

    def trace(self, query, **options):
        opened = Trace(self, query, **options)
        self.assertEqual(opened.status, 200)
        return opened


class Client(TraceCase):
    def test_every_packet_of_a_client(self):
        trace = self.trace("client=c1")
        client = self.client("c1", username="joe", password="secret-word", will=("a/w", "gone", 1, True))
        client.subscribe(("c/#", 1), ("b", 2))
        client.publish("a/b", b"hello", qos=2, retain=True)
        other = self.client("other")
        other.publish("c/d", b"hello", qos=1)
        client.take("c/d", b"hello")
        other.publish("unseen", b"x", qos=1)
        client.send(mqtt.PINGREQ)
        client.expect(mqtt.PINGRESP)
        client.unsubscribe("b")
        client.disconnect()
        lines = trace.until(event="disconnected")
        self.assertEqual({line["client"] for line in lines}, {"c1"})
        self.assertNotIn("secret-word", json.dumps(lines))
        self.assertNotIn("hello", json.dumps(lines))
        seen = packets_of(lines)
        for packet in (("in", "CONNECT"), ("out", "CONNACK"), ("in", "SUBSCRIBE"), ("out", "SUBACK"), ("in", "PUBLISH"),
                       ("out", "PUBREC"), ("in", "PUBREL"), ("out", "PUBCOMP"), ("out", "PUBLISH"), ("in", "PUBACK"),
                       ("in", "PINGREQ"), ("out", "PINGRESP"), ("in", "UNSUBSCRIBE"), ("out", "UNSUBACK"),
                       ("in", "DISCONNECT")):
            self.assertIn(packet, seen)
        connect = next(line for line in lines if line.get("packet") == "CONNECT")
        self.assertEqual((connect["username"], connect["password"], connect["will_topic"], connect["clean_session"]),
                         ("joe", True, "a/w", True))
        publish = next(line for line in lines if (line.get("direction"), line.get("packet")) == ("in", "PUBLISH"))
        self.assertEqual({key: publish[key] for key in ("topic", "qos", "retain", "dup", "packet_id", "payload_bytes",
                                                        "remaining_length", "address")},
                         {"topic": "a/b", "qos": 2, "retain": True, "dup": False, "packet_id": 2, "payload_bytes": 5,
                          "remaining_length": 12, "address": "127.0.0.1"})
        subscribe = next(line for line in lines if line.get("packet") == "SUBSCRIBE")
        self.assertEqual(subscribe["filters"], [{"filter": "c/#", "qos": 1}, {"filter": "b", "qos": 2}])
        suback = next(line for line in lines if line.get("packet") == "SUBACK")
        self.assertEqual(suback["return_codes"], [1, 2])
        self.assertIn("stored", [line.get("what") for line in lines if line["event"] == "retained"])
        self.assertEqual(lines[-1]["reason"], "disconnect")

    def test_reconnects_and_sessions(self):
        trace = self.trace("client=comes-back")
        self.client("comes-back", clean=False).subscribe(("kept", 1))
        first = self.client("comes-back", session_present=True, clean=False)
        first.close()
        trace.until(event="disconnected", reason="connection lost")
        self.client("sender").publish("kept", b"x", qos=1)
        queued = trace.until(event="queued")[-1]
        self.assertEqual((queued["topic"], queued["why"], queued["qos"]), ("kept", "client away", 1))
        second = self.client("comes-back", session_present=True, clean=False)
        second.take("kept")
        lines = trace.until(packet="PUBACK")
        self.assertIn("resumed", [line.get("what") for line in lines])

    def test_take_over(self):
        trace = self.trace("client=twice")
        self.client("twice")
        self.client("twice")
        lines = trace.until(event="disconnected")
        self.assertEqual(lines[-1]["reason"], "taken over")
        self.assertIn("taken over", [line.get("what") for line in lines])

    def test_what_is_dropped(self):
        trace = self.trace("client=drops")
        self.client("drops", clean=False).subscribe(("drop/#", 1))
        self.client("drops", session_present=True, clean=False).close()
        trace.until(event="disconnected", reason="connection lost")
        self.client("sender").publish("drop/0", b"x")
        self.assertEqual(trace.until(event="dropped")[-1]["why"], "offline")

    def test_refused_connect(self):
        trace = self.trace("address=127.0.0.1")
        client = self.raw()
        client.send(mqtt.connect("", clean=False))
        line = trace.until(packet="CONNACK")[-1]
        self.assertEqual((line["return_code"], line["why"]), (2, "zero-length client id"))

    def test_payload_on_demand(self):
        trace = self.trace("client=p&payload=true")
        client = self.client("p")
        client.publish("a", "täxt\n".encode())
        client.publish("a", b"\x00\xff")
        self.assertEqual(trace.until(packet="PUBLISH")[-1]["payload"], "täxt\n")
        self.assertEqual(trace.until(packet="PUBLISH")[-1]["payload_hex"], "00ff")

    def test_topic(self):
        trace = self.trace("topic=room/%2B/temp")
        self.client("s").subscribe(("room/#", 0))
        sender = self.client("t")
        sender.publish("room/1/hum", b"x")
        sender.publish("room/1/temp", b"x")
        lines = trace.until(packet="PUBLISH", direction="out", client="s")
        self.assertEqual({line["topic"] for line in lines}, {"room/1/temp"})
        self.assertIn(("in", "PUBLISH"), packets_of(lines))
        self.assertEqual(next(line for line in lines if line["event"] == "routed")["client"], "t")

    def test_no_trace_is_left_behind(self):
        for _ in range(20):  # more than may be open at once
            trace = self.trace("client=x")
            trace.close()
            self.wait_until(lambda: self.rest.get("/api/v1/trace?client=").status == 400, "the server answers")
        opened = [Trace(self, "client=x") for _ in range(9)]
        self.assertEqual(sorted(each.status for each in opened), [200] * 8 + [429])

    def test_a_reader_that_does_not_read_delays_nobody(self):
        trace = self.trace("topic=%23&rate=100000&payload=true")
        client = self.client("fast")
        for _ in range(5000):
            client.send(mqtt.publish("flood", bytes(4000)))
        client.publish("flood", b"last", qos=1)
        lines = trace.until(event="lines_dropped")
        self.assertGreater(lines[-1]["count"], 0)

    def test_it_ends_with_the_broker(self):
        trace = self.trace("client=x")
        self.broker.stop()
        self.assertIsNone(trace.next())
        self.broker.start()


class Rights(TraceCase):
    autostart = False

    def start(self):
        directory = self.broker.directory
        with open(directory + "/acl", "w") as file:
            file.write("topic readwrite open/#\nuser ann\ntopic readwrite #\ntopic deny secret/#\n"
                       "topic read $CONTROL/trace\nuser bob\ntopic read #\n")
        os.chmod(directory + "/acl", 0o600)
        subprocess.run([nightjarctl(), "passwd", "-b", "-c", directory + "/users", "ann", "pw"], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run([nightjarctl(), "passwd", "-b", directory + "/users", "bob", "pw"], check=True,
                       stdout=subprocess.DEVNULL)
        self.broker.extra_conf = f"acl_file {directory}/acl\npassword_file {directory}/users\n"
        self.broker.start()
        self.acl = directory + "/acl"

    def test_the_line_that_decided(self):
        self.start()
        trace = self.trace("client=a1", user="ann:pw")
        client = self.client("a1", username="ann", password="pw")
        client.publish("plant/1", b"x")
        line = trace.until(event="access")[-1]
        self.assertEqual((line["access"], line["allowed"], line["topic"], line["by"]),
                         ("write", True, "plant/1", f"{self.acl}:3: topic readwrite #"))
        client.publish("secret/1", b"x")
        line = trace.until(event="access")[-1]
        self.assertEqual((line["allowed"], line["by"]), (False, f"{self.acl}:4: topic deny secret/#"))
        client.subscribe(("#", 0))
        with_right = self.client("b1", username="bob", password="pw")
        with_right.publish("plant/2", b"x", qos=1)  # bob may read alone
        anonymous = self.client("anonymous")
        anonymous.publish("open/1", b"x")
        line = trace.until(event="access", access="read")[-1]
        self.assertEqual((line["allowed"], line["topic"]), (True, "open/1"))
        trace = self.trace("topic=%23", user="ann:pw")
        anonymous.subscribe(("#", 0))
        client.publish("plant/3", b"x")
        denied = trace.until(event="access", client="anonymous", access="read")[-1]
        self.assertFalse(denied["allowed"])
        self.assertIn(f"no line of {self.acl}", denied["by"])

    def test_who_may_follow(self):
        self.start()
        self.assertEqual(Trace(self, "client=x").status, 403)  # no line lets anonymous read /api/...
        self.assertEqual(Trace(self, "client=x", user="ann:wrong").status, 401)
        self.assertEqual(Trace(self, "client=x", user="ann:pw").status, 200)
        self.assertEqual(Trace(self, "client=x", user="bob:pw").status, 403)  # it would show what others may read

    def test_a_reload_ends_what_is_no_longer_allowed(self):
        self.start()
        trace, other = self.trace("topic=%23", user="ann:pw"), self.trace("topic=%23", user="ann:pw")
        other.close()
        client = self.client("says")
        client.publish("open/1", b"x")
        trace.until(packet="PUBLISH", topic="open/1")
        for allowed in (True, False):
            with open(self.acl, "a") as file:
                file.write("" if allowed else "user ann\ntopic deny $CONTROL/trace\n")
            since = self.broker.log_size()
            self.broker.process.send_signal(signal.SIGHUP)
            self.broker.wait_log("The new configuration counts", since)
            client.publish("open/2", b"x", qos=1)
            if allowed:
                trace.until(packet="PUBLISH", topic="open/2")
        while line := trace.next():  # what came before
            self.assertNotEqual(line.get("packet"), "PUBLISH")


class Command(TraceCase):
    def start(self, *arguments):
        process = subprocess.Popen([nightjarctl(), "trace", "--url", f"http://127.0.0.1:{self.broker.http_port}",
                                    *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def publish_until_seen(self, client_id, process):
        """The first line: the trace may begin a little after its process."""
        import selectors
        waiting = selectors.DefaultSelector()
        waiting.register(process.stdout, selectors.EVENT_READ)
        client = self.client(client_id)

        def seen():
            client.publish("a/b", b"x")
            return waiting.select(0.05)
        self.wait_until(seen, "a line of the trace")
        return process.stdout.readline()

    def test_lines_for_people_until_interrupted(self):
        for word in ("by-id", "127.0.0.1", "a/#"):
            process = self.start(word)
            line = self.publish_until_seen("by-id", process)
            self.assertRegex(line, r"^\d\d:\d\d:\d\d\.\d{6} by-id (->|\*\*) \S+ .*topic=a/b")
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(seconds(10)), 0, process.stderr.read())

    def test_json_and_count(self):
        process = self.start("--client", "j", "--json", "-C", "3")
        line = json.loads(self.publish_until_seen("j", process))
        self.assertEqual(line["client"], "j")
        self.client("j")
        self.assertEqual(process.wait(seconds(10)), 0)

    def test_wrong_use(self):
        self.assertEqual(self.start("--topic", "a/#/b").wait(seconds(10)), 1)
        self.assertEqual(self.start().wait(seconds(10)), 2)
        self.assertEqual(self.start("a", "--client", "b").wait(seconds(10)), 2)
