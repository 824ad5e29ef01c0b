"""SIGHUP: what options of listeners make of it. What counts for a connection is asked when it comes."""

import os
import signal

from harness import BrokerCase, MqttClient, TcpTransport, packets as mqtt
from harness.mqtt_client import UnixTransport
from harness.proxy import v2


class ReloadListeners(BrokerCase):
    nightjar_only = "mosquitto reloads none of them"
    broker_per_test = True
    extra_conf = "plugin builtin:none\nlistener EXTRA_PORT 127.0.0.1"

    def reload(self, lines, expected="The new configuration counts from here on"):
        since = self.broker.log_size()
        with open(f"{self.broker.directory}/broker.conf", "w") as file:
            file.write(self.broker.conf() + lines + "\n")
        self.broker.process.send_signal(signal.SIGHUP)
        self.broker.wait_log(expected, since)
        return self.broker.log()[since:]

    def extra(self, client_id):
        client = MqttClient(TcpTransport(self.broker.extra_port))
        self.addCleanup(client.close)
        return client.connect(client_id)

    def unix(self, name):
        client = MqttClient(UnixTransport(f"{self.broker.directory}/{name}"))
        self.addCleanup(client.close)
        return client

    def test_mount_point_and_max_qos(self):
        outside = self.client("out").subscribe(("#", 1))
        before = self.extra("before")
        self.reload("mount_point m/\nmax_qos 1")
        before.publish("t", b"1", 2)
        outside.take("t", b"1")
        after = self.extra("after")
        after.publish("t", b"2", 1)
        outside.take("m/t", b"2")
        after.send(mqtt.publish("t", b"3", 2, 9))
        after.expect_closed()

    def test_enable_proxy_protocol(self):
        stays = self.extra("stays")
        self.reload("enable_proxy_protocol 2")
        stays.expect_nothing()
        client = MqttClient(TcpTransport(self.broker.extra_port))
        self.addCleanup(client.close)
        client.send(v2())
        client.connect("proxied")
        self.broker.wait_log(r"New client connected from 203\.0\.113\.7:4711 as proxied ")
        self.reload("")
        self.extra("plain").disconnect()

    def test_unix_sockets_come_and_go(self):
        self.reload("listener 0 one.sock")
        client = self.unix("one.sock").connect("one")
        log = self.reload("listener 0 one.sock\nunix_socket_mode 0600")
        self.assertIn("unix_socket_mode changes with the next start only", log)
        client.expect_nothing()
        self.reload("listener 0 two.sock")
        client.expect_closed()
        self.unix("two.sock").connect("two")
        self.wait_until(lambda: not os.path.exists(f"{self.broker.directory}/one.sock"), "its file is gone")

    def test_one_that_cannot_be_opened_changes_nothing(self):
        with open(f"{self.broker.directory}/taken", "w") as file:
            file.write("precious")
        self.reload("max_qos 0\nlistener 0 one.sock\nlistener 0 taken", "the configuration was not changed")
        self.assertFalse(os.path.exists(f"{self.broker.directory}/one.sock"))
        self.assertTrue(os.path.exists(f"{self.broker.directory}/taken"))
        self.extra("still").publish("t", b"1", 2)

    def test_clients(self):
        self.reload("clientid_prefixes good-\nglobal_max_clients 1")
        for client_id, code in (("bad", 5), ("good-1", 0), ("good-2", 3)):
            client = self.raw()
            client.send(mqtt.connect(client_id))
            client.expect(mqtt.connack(code))
