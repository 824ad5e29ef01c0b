"""Options that no other test is named after, each by what it does; and that no option is without such a test."""

import os
import re
import socket
import subprocess
import unittest
from pathlib import Path

from harness import BrokerCase, MqttClient, TcpTransport, WebSocket, packets as mqtt
from harness.broker import ROOT, program, seconds
from harness.websocket import HandshakeRefused


def all_options():
    """{name: "works", "differs", "warned", "refused" or "own"}."""
    text = subprocess.run([program(), "--list-options"], capture_output=True, text=True, check=True).stdout
    return dict(line.split("\t")[:2] for line in text.splitlines())


class EveryOption(BrokerCase):
    nightjar_only = "the table is nightjar's"
    autostart = False

    def test_has_a_test_named_after_it(self):
        names = []
        for file in (ROOT / "tests/behaviour").glob("test_*.py"):
            text = file.read_text()
            names += [file.stem, *re.findall(r"def (test_\w+)|class (\w+)\(", text)]
        plain = [re.sub(r"[_.]", "", "".join(name)).lower() for name in names]
        missing = [option for option, state in all_options().items() if state not in ("warned", "refused")
                   and not any(re.sub(r"[_.]", "", option) in name for name in plain)]
        self.assertEqual(missing, [])

    def test_that_has_no_effect_is_warned_about(self):
        """With its line, whatever its value is."""
        warned = [option for option, state in all_options().items() if state == "warned"]
        self.assertGreater(len(warned), 40)
        before = self.broker.conf().count("\n")
        bridge = ["connection house", *(option for option in warned if option != "connection")]
        lines = [line if " " in line else line + " true" for line in bridge]
        self.broker.launch(self.broker.conf() + "\n".join(lines) + "\n", ["--test-config"])
        self.broker.wait_exit()
        named = dict(re.findall(r"Warning: (\S+) is ignored: .+\n Warning found at .*broker\.conf:(\d+)\.",
                                self.broker.log()))
        self.assertEqual(named, {line.split()[0]: str(number) for number, line in enumerate(lines, before + 1)})


    def test_that_cannot_be_had_is_refused(self):
        """psk_file, plugin_load and the like: without them the broker would not be what its operator wants."""
        refused = [option for option, state in all_options().items() if state == "refused"]
        self.assertGreater(len(refused), 5)
        for option in refused:
            with self.subTest(option=option):
                self.broker.launch(self.broker.conf() + f"{option} true\n", ["--test-config"])
                self.assertEqual(self.broker.wait_exit(), 3)
                self.assertIn(option, self.broker.log())


class OneOption(BrokerCase):
    broker_per_test = True

    def assert_values(self, option, good, bad):
        for values, status in ((good, 0), (bad, 3)):
            for value in values:
                with self.subTest(value=value):
                    self.broker.launch(self.broker.conf() + f"{option} {value}\n", ["--test-config"])
                    self.assertEqual(self.broker.wait_exit(), status, self.broker.log())
        self.broker.process = None

    def extra(self):
        client = MqttClient(TcpTransport(self.broker.extra_port))
        self.addCleanup(client.close)
        return client


class AllowZeroLengthClientid(OneOption):
    extra_conf = "allow_zero_length_clientid false"

    def test_refused(self):
        client = self.raw()
        client.send(mqtt.connect("", clean=True))
        client.expect(mqtt.connack(2))
        client.expect_closed()
        self.client("named").disconnect()


class BindAddress(OneOption):
    extra_conf = "port EXTRA_PORT\nbind_address 127.0.0.2"

    def test_there_alone(self):
        self.wait_until(lambda: "port " + str(self.broker.extra_port) in self.broker.log(), "it listens")
        client = MqttClient(TcpTransport(self.broker.extra_port, "127.0.0.2"))
        self.addCleanup(client.close)
        client.connect("there").disconnect()
        self.assertFalse(self.broker.accepts(self.broker.extra_port))


class GlobalMaxConnections(OneOption):
    extra_conf = "global_max_connections 2"

    def test_third_is_refused(self):
        first = self.client("first")
        self.client("second")
        third = self.raw()
        third.send_until_closed(mqtt.connect("third"))
        third.wait_closed()
        first.disconnect()

        def comes_in():
            client = self.raw()
            client.send_until_closed(mqtt.connect("third"))
            try:
                client.expect(mqtt.connack(0))
                return True
            except AssertionError:
                return False
        self.wait_until(comes_in, "the place is free")


class IncludeDir(OneOption):
    autostart = False

    def test_files_in_order_and_others_not(self):
        directory = self.broker.directory + "/conf.d"
        os.mkdir(directory)
        for name, text in (("b.conf", "allow_zero_length_clientid false\n"), ("a.conf", "auto_id_prefix made-\n"),
                           ("note.txt", "nonsense\n")):
            Path(directory, name).write_text(text)
        self.broker.extra_conf = f"include_dir {directory}"
        self.broker.start()
        client = self.raw()
        client.send(mqtt.connect("", clean=True))
        client.expect(mqtt.connack(2))


class LogDest(OneOption):
    autostart = False

    def test_file(self):
        file = self.broker.directory + "/nightjar.log"
        self.broker.launch(self.broker.conf().replace("log_dest stderr", f"log_dest file {file}"))
        self.wait_until(lambda: self.broker.accepts(self.broker.port), "it accepts")
        self.client("seen").disconnect()
        self.wait_until(lambda: " as seen " in Path(file).read_text(), "the line is in the file")
        self.assertNotIn(" as seen ", self.broker.log())

    def test_dlt_is_an_error(self):
        self.broker.launch(self.broker.conf() + "log_dest dlt\n", ["--test-config"])
        self.assertEqual(self.broker.wait_exit(), 3)
        self.assertIn("dlt", self.broker.log())


class LogFacility(OneOption):
    autostart = False

    def test_values(self):
        for value, status in ((0, 0), (7, 0), (8, 3), ("local", 3)):
            with self.subTest(value=value):
                self.broker.launch(self.broker.conf() + f"log_facility {value}\n", ["--test-config"])
                self.assertEqual(self.broker.wait_exit(), status, self.broker.log())


class LogType(OneOption):
    log_types = "subscribe"

    def test_that_one_alone(self):
        self.client("quiet").subscribe(("some/topic", 0))
        self.broker.wait_log("quiet 0 some/topic")
        self.assertNotIn("New client connected", self.broker.log())


class MaxKeepalive(OneOption):
    extra_conf = "max_keepalive 60"

    def test_longer_ones_and_none_are_refused(self):
        for keepalive, code in ((60, 0), (61, 2), (0, 2)):
            with self.subTest(keepalive=keepalive):
                client = self.raw()
                client.send(mqtt.connect("k", keepalive=keepalive))
                client.expect(mqtt.connack(code))
                client.close()


class MaxQueuedBytes(OneOption):
    nightjar_only = "it is seen over REST"
    extra_conf = "max_queued_bytes 1000\nmax_inflight_messages 1"

    def test_what_is_beyond_is_dropped(self):
        self.client("away", clean=False).subscribe(("t", 1)).disconnect()
        sender = self.client("sender")
        for number in range(5):
            sender.publish("t", b"%d" % number + b"x" * 399, 1)
        self.wait_until(lambda: self.rest.get("/api/v1/clients/away").json()["dropped"].get("queue_bytes") == 3,
                        "three are too many")
        away = self.client("away", True, clean=False)
        got = [away.take("t", None, 1).payload[:1] for _ in range(2)]
        self.assertEqual(got, [b"0", b"1"])
        away.expect_nothing()


class MessageSizeLimit(OneOption):
    extra_conf = "message_size_limit 100"

    def test_larger_payloads_go_nowhere(self):
        client, sender = self.client("c").subscribe(("t", 1)), self.client("sender")
        sender.publish("t", b"x" * 101, 1)
        sender.publish("t", b"y" * 100, 1)
        client.take("t", b"y" * 100, 1)


class PersistentClientExpiration(OneOption):
    extra_conf = "persistent_client_expiration 1h"

    def test_who_came_in_time_is_known(self):
        """Who did not: tests/faults/clock_jump.py, with a clock that jumps."""
        self.client("away", clean=False).subscribe(("t", 1)).disconnect()
        self.broker.restart()
        self.client("away", True, clean=False).disconnect()

    def test_wrong_values(self):
        self.broker.stop()
        for value in ("1x", "h", "-1d"):
            with self.subTest(value=value):
                self.broker.launch(self.broker.conf().replace("1h", value), ["--test-config"])
                self.assertEqual(self.broker.wait_exit(), 3)
        self.broker.process = None
        self.broker.start()


class PidFile(OneOption):
    autostart = False

    def test_written_and_gone(self):
        file = Path(self.broker.directory, "nightjar.pid")
        self.broker.extra_conf = f"pid_file {file}"
        self.broker.start()
        self.assertEqual(int(file.read_text()), self.broker.process.pid)
        self.broker.stop()
        self.assertFalse(file.exists())


class PacketBufferSize(OneOption):
    nightjar_only = "of mosquitto 2.1"
    extra_conf = "packet_buffer_size 1024"

    def test_larger_heads_are_refused(self):
        self.assertEqual(self.rest.get("/api/v1/version", headers={"Cookie": "x" * 1024}).status, 431)


class PersistenceLocation(OneOption):
    autostart = False

    def test_the_store_is_there(self):
        place = self.broker.directory + "/elsewhere"
        self.broker.launch(self.broker.conf().replace(f"persistence_location {self.broker.store}",
                                                      f"persistence_location {place}"))
        self.wait_until(lambda: self.broker.accepts(self.broker.port), "it accepts")
        self.assertTrue(os.path.exists(place + "/nightjar.mdb"))
        self.assertEqual(os.listdir(self.broker.store), [])


class RetainedPersistence(OneOption):
    nightjar_only = "of older mosquittos"
    extra_conf = "retained_persistence false"

    def test_as_persistence(self):
        """extra_conf names it, so that persistence true is not in the file."""
        self.client("c").publish("kept", b"1", 1, retain=True)
        self.broker.restart()
        self.client("d").subscribe(("kept", 0)).expect_nothing()


class ProxyProtocolV2RequireTls(OneOption):
    nightjar_only = "of mosquitto 2.1"
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nenable_proxy_protocol 2\nproxy_protocol_v2_require_tls true"

    def test_without_tls_nobody_comes_in(self):
        header = b"\r\n\r\n\0\r\nQUIT\n" + bytes((0x21, 0x11, 0, 12)) + bytes((10, 0, 0, 1, 10, 0, 0, 2, 0, 80, 7, 91))
        client = self.extra()
        client.send_until_closed(header + mqtt.connect("c"))
        client.wait_closed()
        self.assertNotIn(" as c ", self.broker.log())


class QueueQos0Messages(OneOption):
    extra_conf = "queue_qos0_messages true"

    def test_who_is_away_gets_them_later(self):
        self.client("away", clean=False).subscribe(("t", 1)).disconnect()
        sender = self.client("sender")
        sender.publish("t", b"1")
        sender.disconnect()
        self.client("away", True, clean=False).take("t", b"1", 0)


class RetainAvailable(OneOption):
    extra_conf = "retain_available false"

    def test_who_wants_one_kept_is_closed(self):
        client = self.client("c")
        client.send(mqtt.publish("t", b"1", retain=True))
        client.expect_closed()
        self.client("d").subscribe(("t", 0)).expect_nothing()


class SetTcpNodelay(OneOption):
    extra_conf = "set_tcp_nodelay false"

    def round_trip(self):
        client = self.client("c").subscribe(("t", 0))
        client.publish("t", b"1")
        client.take("t", b"1")
        client.disconnect()

    def test_both_values_serve(self):
        """What it changes is not seen from outside: answers to one small packet at a time come at once either way."""
        self.round_trip()
        self.broker.stop()
        self.broker.extra_conf = "set_tcp_nodelay true"
        self.broker.start()
        self.round_trip()


class SocketDomain(OneOption):
    extra_conf = "listener EXTRA_PORT\nsocket_domain ipv6"

    @unittest.skipUnless(os.path.exists("/proc/net/if_inet6") and Path("/proc/net/if_inet6").read_text(), "no IPv6")
    def test_ipv6_alone(self):
        self.broker.wait_log(f"Opening ipv6 listen socket on port {self.broker.extra_port}")
        self.assertNotIn(f"Opening ipv4 listen socket on port {self.broker.extra_port}", self.broker.log())
        with socket.create_connection(("::1", self.broker.extra_port), timeout=seconds(5)):
            pass


class WebsocketsOrigin(OneOption):
    nightjar_only = "mosquitto does not look"
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nprotocol websockets\nwebsockets_origin https://house.example"

    def handshake(self, origin):
        websocket = WebSocket(self.broker.extra_port, origin=origin)
        self.addCleanup(websocket.close)
        websocket.handshake()

    def test_others_are_refused(self):
        self.handshake("https://house.example")
        with self.assertRaises(HandshakeRefused) as refusal:
            self.handshake("https://other.example")
        self.assertEqual(refusal.exception.status, 403)


class AcknowledgeBeforeStored(OneOption):
    nightjar_only = "our own"
    extra_conf = "acknowledge_before_stored true"

    def test_it_is_said_and_all_is_stored_in_the_end(self):
        self.broker.wait_log("acknowledge_before_stored is on")
        self.client("c").publish("kept", b"1", 1, retain=True)
        self.broker.restart()
        self.client("d").subscribe(("kept", 0)).take("kept", b"1")


class HowLongValuesAreKept(OneOption):
    """What goes when: tests/unit/storage/series.cpp, with days that have passed."""
    nightjar_only = "our own"
    autostart = False

    def test_hours_keep_days(self):
        self.assert_values("hours_keep_days", (0, 30), (-1, "long"))

    def test_measurements_keep_days(self):
        self.assert_values("measurements_keep_days", (0, 30), (-1, "long"))


class HttpOrigin(OneOption):
    nightjar_only = "our own"
    extra_conf = "http_origin https://house.example"

    def test_that_one_alone(self):
        for origin, told in (("https://house.example", "https://house.example"), ("https://other.example", None)):
            with self.subTest(origin=origin):
                answer = self.rest.get("/api/v1/version", headers={"Origin": origin})
                self.assertEqual(answer.headers.get("Access-Control-Allow-Origin"), told)
                self.assertEqual(answer.headers.get("Access-Control-Expose-Headers") is None, told is None)


class OnDamagedStore(OneOption):
    nightjar_only = "our own"
    autostart = False

    def damage(self):
        file = Path(self.broker.store, "nightjar.mdb")
        file.write_bytes(b"x" * 100_000)
        return file

    def test_stop(self):
        file = self.damage()
        self.broker.extra_conf = "on_damaged_store stop"
        self.broker.launch()
        self.assertNotEqual(self.broker.wait_exit(), 0)
        self.assertIn("damaged", self.broker.log())
        self.assertEqual(file.read_bytes(), b"x" * 100_000)

    def test_a_backup_that_is_a_file_of_the_store(self):
        file = self.damage()
        beside = Path(self.broker.store, "nightjar.mdb.new")
        beside.write_bytes(b"a backup")
        link = Path(self.broker.directory, "link")
        link.symlink_to(self.broker.store)
        for name in (file, beside, link / "nightjar.mdb.new", link / "nightjar.lock"):
            with self.subTest(name):
                self.broker.extra_conf = f"on_damaged_store backup {name}"
                self.broker.launch()
                self.assertEqual(self.broker.wait_exit(), 3)
                self.assertRegex(self.broker.log(), rf"{name} is a file of the store itself.*\n.*broker\.conf:\d+")
        self.assertEqual((file.read_bytes(), beside.read_bytes()), (b"x" * 100_000, b"a backup"))

    def test_a_backup_in_the_place_of_a_store_that_is_to_come(self):
        store, link = Path(self.broker.directory, "to_come"), Path(self.broker.directory, "link")
        link.symlink_to("to_come/nightjar.mdb")
        conf = self.broker.conf().replace(self.broker.store, f"{store}/")
        for name in (store / "nightjar.mdb", store / "nightjar.lock", link):
            with self.subTest(name):
                self.broker.launch(conf + f"on_damaged_store backup {name}\n", ["--test-config"])
                self.assertEqual(self.broker.wait_exit(), 3)
                self.assertIn(f"{name} is a file of the store itself", self.broker.log())
        self.broker.launch(conf + f"on_damaged_store backup {store / 'copy.mdb'}\n", ["--test-config"])
        self.assertEqual(self.broker.wait_exit(), 0)
        self.assertFalse(store.exists())

    def test_empty(self):
        self.damage()
        self.broker.extra_conf = "on_damaged_store empty"
        self.broker.start()
        self.assertTrue(any(".damaged-" in name for name in os.listdir(self.broker.store)))


class UnixSocketMode(OneOption):
    nightjar_only = "of mosquitto 2.1"
    autostart = False

    def test_who_may_connect(self):
        place = self.broker.directory + "/socket"
        self.broker.extra_conf = f"listener 0 {place}\nunix_socket_mode 0620"
        self.broker.start()
        self.assertEqual(os.stat(place).st_mode & 0o777, 0o620)


class WorkerThreads(OneOption):
    nightjar_only = "our own"
    extra_conf = "worker_threads 3"

    def test_as_many(self):
        self.broker.wait_log("3 worker threads")
        tasks = Path(f"/proc/{self.broker.process.pid}/task")
        wanted = ["nj-worker-0", "nj-worker-1", "nj-worker-2"]

        def workers():
            names = [Path(task, "comm").read_text().strip() for task in tasks.iterdir()]
            return sorted(name for name in names if name.startswith("nj-worker")) == wanted
        self.wait_until(workers, "each has its name")


class WorkerThreadsByDefault(BrokerCase):
    nightjar_only = "our own"
    extra_conf = "worker_threads 0"
    autostart = False

    def start_on(self, cores):
        self.broker.before_exec = lambda: os.sched_setaffinity(0, cores)
        self.broker.start()

    def test_one_core_is_left_to_the_store(self):
        cores = os.sched_getaffinity(0)
        self.start_on(cores)
        wanted = max(1, len(cores) - 1)
        self.broker.wait_log(f": {wanted} worker thread{'s' if wanted > 1 else ''}, storing in ")

    def test_one_core_has_one(self):
        self.start_on({min(os.sched_getaffinity(0))})
        self.broker.wait_log(": 1 worker thread, storing in ")
