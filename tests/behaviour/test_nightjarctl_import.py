"""nightjarctl import: what a real mosquitto 2 kept in its mosquitto.db goes on in nightjar where it stopped."""

import hashlib
import os
import shutil
import signal
import subprocess
import time

from harness import BrokerCase, MqttClient, TcpTransport, free_port, packets as mqtt, seconds
from harness.broker import ROOT, Broker

MOSQUITTO = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
IN_FLIGHT = 2  # max_inflight_messages of mosquitto


class Mosquitto:
    """start(), clients, stop(); then `file` is what it kept."""

    def __init__(self, directory):
        self.directory = directory + "/mosquitto/"
        self.file = self.directory + "mosquitto.db"
        self.port = free_port()
        self.clients = []
        self.process = None
        os.mkdir(self.directory)

    def start(self):
        conf = self.directory + "conf"
        with open(conf, "w") as file:
            file.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\npersistence true\n"
                       f"persistence_location {self.directory}\nautosave_interval 0\n"
                       f"max_inflight_messages {IN_FLIGHT}\n")
        with open(self.directory + "log", "w") as log:
            self.process = subprocess.Popen([MOSQUITTO, "-c", conf], stdout=log, stderr=log)
        end = time.monotonic() + seconds(10)
        while not Broker.accepts(self.port):
            assert self.process.poll() is None and time.monotonic() < end, "mosquitto does not start"
            time.sleep(0.01)
        return self

    def client(self, client_id, **options):
        client = MqttClient(TcpTransport(self.port)).connect(client_id, **options)
        self.clients.append(client)
        return client

    def stop(self):
        """As `systemctl stop` would; clients that are connected stay so until then."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(seconds(10)) == 0
        for client in self.clients:
            client.close()

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Import(BrokerCase):
    nightjar_only = "nightjarctl import fills nightjar's store"
    autostart = False

    def setUp(self):
        if MOSQUITTO is None:
            self.skipTest("needs Debian's mosquitto")
        super().setUp()
        self.mosquitto = Mosquitto(self.broker.directory)
        self.addCleanup(self.mosquitto.kill)
        self.mosquitto.start()

    def run_import(self, file=None, store=None, status=0):
        """(standard output, standard error)"""
        done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "import", "--store",
                               store or self.broker.store, file or self.mosquitto.file],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout, done.stderr

    def sleeper_and_retained(self):
        """20 messages for one who is away, two retained ones; returns (payload, QoS) of the 20."""
        self.mosquitto.client("sleeper", clean=False).subscribe(("sleep/#", 2)).disconnect()
        publisher = self.mosquitto.client("publisher")
        sent = []
        for number in range(20):
            sent.append((str(number).encode(), 1 + number % 2))
            publisher.publish("sleep/x", *sent[-1])
        publisher.publish("kept/a", b"old", qos=1, retain=True)
        publisher.publish("kept/a", b"A", qos=1, retain=True)
        publisher.publish("kept/b", b"B", retain=True)
        publisher.publish("sync", b"", qos=1)
        return sent

    def check_sleeper_and_retained(self, sent):
        sleeper = self.client("sleeper", clean=False, session_present=True)
        self.assertEqual([(m.payload, m.qos) for m in sleeper.take_many(len(sent))], sent)
        sleeper.expect_nothing()
        reader = self.client("reader").subscribe(("kept/#", 0))
        reader.expect_unordered(mqtt.publish("kept/a", b"A", retain=True), mqtt.publish("kept/b", b"B", retain=True))
        reader.expect_nothing()
        self.client("publisher").publish("sleep/y", b"live", qos=2)
        sleeper.take("sleep/y", b"live", 2)  # the subscription is there

    def test_queues_and_retained_messages(self):
        sent = self.sleeper_and_retained()
        self.mosquitto.stop()
        out, err = self.run_import()
        self.assertEqual(out, "imported 1 session, 1 subscription, 20 queued messages, 2 retained messages from "
                              f"{self.mosquitto.file}\n")
        self.assertEqual(err, "")
        self.broker.start()
        self.check_sleeper_and_retained(sent)
        self.broker.restart()
        self.client("sleeper", clean=False, session_present=True).expect_nothing()

    def test_messages_in_flight_keep_their_packet_ids(self):
        one = self.mosquitto.client("one", clean=False).subscribe(("flight/#", 1))
        two = self.mosquitto.client("two", clean=False).subscribe(("flight/#", 2))
        publisher = self.mosquitto.client("publisher")
        for number in range(4):
            publisher.publish("flight/x", str(number), qos=2)
        ids_of_one = [one.expect_publish("flight/x", str(n), 1).packet_id for n in range(IN_FLIGHT)]
        ids_of_two = [two.expect_publish("flight/x", str(n), 2).packet_id for n in range(IN_FLIGHT)]
        two.send(mqtt.pubrec(ids_of_two[0]))
        two.expect(mqtt.pubrel(ids_of_two[0]))
        self.mosquitto.stop()
        self.assertIn("imported 2 sessions, 2 subscriptions, 8 queued messages", self.run_import()[0])
        self.broker.start()
        one = self.client("one", clean=False, session_present=True)
        for number, packet_id in enumerate(ids_of_one):
            one.expect(mqtt.publish("flight/x", str(number), 1, packet_id, dup=True))
            one.send(mqtt.puback(packet_id))
        self.assertEqual([m.payload for m in one.take_many(2)], [b"2", b"3"])
        two = self.client("two", clean=False, session_present=True)
        two.expect(mqtt.pubrel(ids_of_two[0]), mqtt.publish("flight/x", "1", 2, ids_of_two[1], dup=True))
        two.send(mqtt.pubcomp(ids_of_two[0]), mqtt.pubrec(ids_of_two[1]))
        rest = [two.read_packet() for _ in range(3)]
        self.assertIn(mqtt.pubrel(ids_of_two[1]), rest)
        published = [mqtt.Publish(raw) for raw in rest if raw[0] >> 4 == 3]
        self.assertEqual([(m.payload, m.dup) for m in published], [(b"2", False), (b"3", False)])
        self.assertFalse({m.packet_id for m in published} & set(ids_of_two))

    def test_qos_2_from_a_client_is_finished_and_delivered_once(self):
        self.mosquitto.client("sleeper", clean=False).subscribe(("two/#", 2)).disconnect()
        sender = self.mosquitto.client("sender", clean=False)
        for packet_id, retain in ((77, True), (78, False)):
            sender.send(mqtt.publish("two/x", f"once {packet_id}", 2, packet_id, retain))
            sender.expect(mqtt.pubrec(packet_id))
        self.mosquitto.stop()
        self.assertIn("2 sessions, 1 subscription, 2 queued messages, 1 retained message ", self.run_import()[0])
        self.broker.start()
        sender = self.client("sender", clean=False, session_present=True)
        sender.send(mqtt.publish("two/x", "once 77", 2, 77, retain=True, dup=True))
        sender.expect(mqtt.pubrec(77))
        for packet_id in (77, 78):
            sender.send(mqtt.pubrel(packet_id))
            sender.expect(mqtt.pubcomp(packet_id))
        sender.publish("two/x", b"new", qos=2)
        sleeper = self.client("sleeper", clean=False, session_present=True)
        self.assertEqual([m.payload for m in sleeper.take_many(3)], [b"once 77", b"once 78", b"new"])
        self.client("reader").subscribe(("two/#", 0)).expect(mqtt.publish("two/x", "once 77", retain=True))

    def test_options_that_mean_values_are_refused(self):
        self.sleeper_and_retained()
        self.mosquitto.stop()
        for options in (["--url", "http://127.0.0.1:8000"], ["--strict"], ["--from-line", "2"], ["-u", "me"]):
            done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "import",
                                   "--store", self.broker.store, self.mosquitto.file, *options],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            name = {"-u": "--username"}.get(options[0], options[0])
            self.assertIn(f"{name} is for values; a mosquitto.db goes into a store", done.stderr)
        self.assertEqual(os.listdir(self.broker.store), [])

    def test_twice_changes_nothing(self):
        sent = self.sleeper_and_retained()
        self.mosquitto.stop()
        self.run_import()
        out, err = self.run_import()
        self.assertIn("imported 0 sessions, 0 subscriptions, 0 queued messages, 0 retained messages", out)
        self.assertIn("skipped, for the store has them: 1 session, 2 retained messages", out)
        self.assertIn('client "sleeper"', err)
        self.assertIn('topic "kept/a"', err)
        self.broker.start()
        self.check_sleeper_and_retained(sent)
        self.client("publisher").publish("kept/a", b"newer", qos=1, retain=True)
        self.broker.stop()
        self.run_import()
        self.broker.start()
        self.client("sleeper", clean=False, session_present=True).expect_nothing()
        reader = self.client("reader").subscribe(("kept/a", 0))
        reader.expect(mqtt.publish("kept/a", b"newer", retain=True))

    def test_what_the_store_has_stays(self):
        self.sleeper_and_retained()
        self.mosquitto.stop()
        self.broker.start()
        self.client("sleeper", clean=False).subscribe(("other", 1)).disconnect()
        self.client("publisher").publish("kept/b", b"mine", qos=1, retain=True)
        self.client("publisher").publish("other", b"mine", qos=1)
        self.assertIn("in use", self.run_import(status=1)[1])
        self.broker.stop()
        self.assertIn("1 retained message from", self.run_import()[0])
        self.broker.start()
        sleeper = self.client("sleeper", clean=False, session_present=True)
        sleeper.take("other", b"mine", 1)
        sleeper.expect_nothing()
        self.client("reader").subscribe(("kept/#", 0)).expect_unordered(
            mqtt.publish("kept/a", b"A", retain=True), mqtt.publish("kept/b", b"mine", retain=True))

    def test_a_damaged_file_writes_nothing(self):
        self.sleeper_and_retained()
        self.mosquitto.stop()
        with open(self.mosquitto.file, "rb") as file:
            whole = file.read()
        damaged = self.mosquitto.directory + "damaged.db"
        missing = self.broker.directory + "/missing"
        shutil.rmtree(self.broker.store)
        self.broker.start()
        self.client("mine", clean=False).disconnect()
        self.broker.stop()
        before = self.digest()
        version_5 = whole[:22] + b"\x05" + whole[23:]
        for content, words in ((b"", "is empty"), (whole[:10], "nor a mosquitto.db"),
                               (b"x" + whole, "nor a mosquitto.db"), (whole[:-1], "cut short"),
                               (whole[:len(whole) // 2 + 1], "byte "), (version_5, "persistence format 5"),
                               (whole[:300] + b"\xFF" * 40 + whole[340:], "byte ")):
            with open(damaged, "wb") as file:
                file.write(content)
            for store in (missing, self.broker.store):
                out, err = self.run_import(damaged, store, status=1)
                self.assertEqual(out, "")
                self.assertRegex(err, f"^nightjarctl: {damaged}(, byte [0-9]+:)? .*\n$")
                self.assertIn(words, err)
        self.assertFalse(os.path.exists(missing))
        self.assertEqual(self.digest(), before)
        self.assertIn("cannot read", self.run_import(self.mosquitto.directory + "none", status=1)[1])

    def digest(self):
        with open(self.broker.store + "nightjar.mdb", "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
