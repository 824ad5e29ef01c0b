"""Options that say who may connect and with what: each class is named after its option."""

import re

from harness import BrokerCase, MqttClient, TcpTransport, packets as mqtt


class ExtraCase(BrokerCase):
    nightjar_only = "of mosquitto 2.1"

    def extra(self):
        client = MqttClient(TcpTransport(self.broker.extra_port))
        self.addCleanup(client.close)
        return client

    def assert_refused(self, code, client, raw):
        client.send_until_closed(raw)
        if code is not None:
            client.expect(mqtt.connack(code))
        client.expect_closed()


class UseUsernameAsClientid(ExtraCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nuse_username_as_clientid true"

    def test_the_name_is_the_id(self):
        first = self.extra().connect("anything", username="ann", password=b"x").subscribe(("t", 0))
        self.broker.wait_log(r"New client connected from \S+ as ann ")
        self.extra().connect("other", username="bob", password=b"x")
        first.expect_nothing()
        self.extra().connect("third", username="ann", password=b"x")
        first.expect_closed()

    def test_without_a_name(self):
        self.assert_refused(5, self.extra(), mqtt.connect("c"))
        self.client("elsewhere").disconnect()


class MaxQos(ExtraCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nmax_qos 1"

    def test_publish(self):
        client = self.extra().connect("c").subscribe(("t", 1))
        client.publish("other", b"1", 1)
        client.send(mqtt.publish("t", b"2", 2, 9))
        client.expect_closed()
        self.broker.wait_log(r"Client c \[.*\]: QoS of a PUBLISH above max_qos")

    def test_subscribe_grants_less(self):
        client = self.extra().connect("s")
        client.send(mqtt.subscribe(3, ("t", 2)))
        client.expect(mqtt.suback(3, 1))
        self.client("p").publish("t", b"1", 2)
        client.take("t", b"1", 1)

    def test_will(self):
        self.assert_refused(None, self.extra(), mqtt.connect("w", will=("t", b"x", 2, False)))
        self.extra().connect("w", will=("t", b"x", 1, False)).disconnect()


class MaximumQos(ExtraCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nmaximum_qos 0"

    def test_publish(self):
        client = self.extra().connect("c")
        client.send(mqtt.publish("t", b"1", 1, 9))
        client.expect_closed()


class AcceptProtocolVersions(ExtraCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\naccept_protocol_versions 3, 5"

    def test_others_are_refused(self):
        self.assert_refused(1, self.extra(), mqtt.connect("c"))
        self.extra().connect("c", level=3).disconnect()
        self.client("c").disconnect()


class ClientidPrefixes(ExtraCase):
    broker_per_test = True
    extra_conf = "clientid_prefixes good-"

    def test_others_are_refused(self):
        self.client("good-1").disconnect()
        for client_id in ("bad", "goo", ""):
            self.assert_refused(5, self.raw(), mqtt.connect(client_id))

    def assert_healthy(self):
        pass


class AutoIdPrefix(ExtraCase):
    extra_conf = "auto_id_prefix made-\nlistener EXTRA_PORT 127.0.0.1\nlistener_auto_id_prefix local-"

    def made(self, client):
        since = self.broker.log_size()
        client.connect("")
        return self.broker.wait_log(r"New client connected from \S+ as (\S+) ", since)[1]

    def test_global(self):
        self.assertRegex(self.made(self.raw()), "^made-")

    def test_listener_auto_id_prefix(self):
        self.assertRegex(self.made(self.extra()), "^local-")


class PerListener(ExtraCase):
    """auto_id_prefix and allow_zero_length_clientid belong to a listener then."""
    autostart = False

    def test_each_has_its_own(self):
        conf = "per_listener_settings true\n" + self.broker.conf() + (
            f"listener {self.broker.extra_port} 127.0.0.1\nallow_anonymous true\nauto_id_prefix mine-\n")
        first = re.search(r"^listener (\d+)", conf, re.MULTILINE)[0] + " 127.0.0.1\n"
        conf = conf.replace(first, first + "allow_anonymous true\nallow_zero_length_clientid false\n")
        self.broker.launch(conf)
        self.wait_until(lambda: self.broker.accepts(self.broker.extra_port), "the port accepts")
        self.assert_refused(2, self.raw(), mqtt.connect(""))
        self.extra().connect("")
        self.broker.wait_log(r"New client connected from \S+ as mine-")


class GlobalMaxClients(ExtraCase):
    broker_per_test = True
    extra_conf = "global_max_clients 2"

    def assert_healthy(self):
        pass

    def test_sessions_that_are_away_count(self):
        self.client("away", clean=False).disconnect()
        here = self.client("here")
        self.assert_refused(3, self.raw(), mqtt.connect("third"))
        self.client("away", True, clean=False).disconnect()  # its place is its own
        here.disconnect()
        self.wait_until(lambda: self.broker.log().count("Client here ") > 0, "it is gone")
        self.client("third").disconnect()


class MemoryLimit(ExtraCase):
    broker_per_test = True
    extra_conf = "memory_limit 30000000\nmax_queued_messages 0"

    def setUp(self):
        super().setUp()
        if not self.broker.memory():
            self.skipTest("a sanitizer has a heap of its own")

    def test_new_clients_wait_until_the_queue_is_empty(self):
        self.client("away", clean=False).subscribe(("big", 1)).disconnect()
        here = self.client("here").subscribe(("small", 0))
        for _ in range(40):
            here.publish("big", b"x" * 1_000_000, 1)
        self.broker.wait_log(r"Warning: memory_limit is reached: \d+ of 30000000 bytes\.")
        self.assert_refused(3, self.raw(), mqtt.connect("new"))
        here.publish("small", b"1")
        here.take("small", b"1")
        before = self.broker.memory()
        for _ in range(40):
            here.publish("big", b"y" * 1_000_000, 1)
        self.assertLess(self.broker.memory(), before + 20_000_000)
        here.send(mqtt.publish("kept", b"1", retain=True))
        here.expect_closed()
        away = self.client("away", True, clean=False)
        since = self.broker.log_size()

        def drained():
            try:
                away.send(mqtt.puback(mqtt.Publish(away.read_packet(0.05)).packet_id))
            except AssertionError:
                pass  # that was the last
            return re.search("Memory is below memory_limit again", self.broker.log()[since:])
        self.wait_until(drained, "the queue is empty", 20)
        self.client("new").disconnect()


class BindInterface(ExtraCase):
    extra_conf = "listener EXTRA_PORT\nbind_interface lo"

    def test_there_and_nowhere_else(self):
        self.extra().connect("c").disconnect()
        with open("/proc/net/tcp") as file:
            bound = [line.split()[1] for line in file if f":{self.broker.extra_port:04X} 00000000:0000" in line]
        self.assertEqual(bound, [f"0100007F:{self.broker.extra_port:04X}"])

    def test_one_that_is_not_there(self):
        self.broker.stop()
        self.broker.launch(self.broker.conf().replace("bind_interface lo", "bind_interface nowhere0"))
        self.assertEqual(self.broker.wait_exit(), 1)
        self.assertRegex(self.broker.log(), r"Error: cannot listen on port \d+: bind_interface nowhere0 has no address")
        self.broker.process = None
        self.broker.start()


class WebsocketsHeadersSize(ExtraCase):
    extra_conf = "websockets_headers_size 1024"

    def test_more_is_refused(self):
        self.assertEqual(self.rest.get("/api/v1/version").status, 200)
        self.assertEqual(self.rest.get("/api/v1/version", headers={"Cookie": "x" * 1024}).status, 431)


class Mistakes(BrokerCase):
    nightjar_only = "the words are nightjar's"
    autostart = False

    def test_each_is_named(self):
        for lines, expected in (
                ("listener 0", "with port 0, the path of a unix socket is wanted"),
                ("listener 0 /" + "x" * 107, "at most 107 bytes long"),
                ("listener 1 a\nunix_socket_mode 0660", "unix_socket_mode is for unix sockets"),
                ("listener 0 /tmp/x\nunix_socket_mode 9", "an octal number like 0660 is wanted"),
                ("listener 0 /tmp/x\nbind_interface lo", "are not for the unix socket /tmp/x"),
                ("mount_point a/\nlistener 1", "mount_point stands below the listener that it is for"),
                ("listener 1\nmount_point a/#", "without + and # is wanted"),
                ("listener 1\nmount_point $SYS/", "it may not begin with $"),
                ("listener 1\nmax_qos 3", "a number from 0 to 2 is wanted"),
                ("listener 1\naccept_protocol_versions 3,6", "a list of 3, 4 and 5 is wanted"),
                ("listener 1\nenable_proxy_protocol 3", "a number from 1 to 2 is wanted"),
                ("listener 1\nproxy_protocol_v2_require_tls true", "needs enable_proxy_protocol 2"),
                ("listener 1\nenable_proxy_protocol 1\nrequire_certificate true", "need certfile and keyfile"),
                ("listener 1\nenable_proxy_protocol 2\nrequire_certificate true\nuse_subject_as_username true",
                 "the PROXY protocol carries the common name only")):
            with self.subTest(lines):
                since = self.broker.log_size()
                self.broker.launch(lines + "\n", ["--test-config"])
                self.assertEqual(self.broker.wait_exit(), 3)
                self.assertIn(expected, self.broker.log()[since:])
        self.broker.process = None
