"""SIGHUP opens, closes and changes listeners of every protocol, and nobody else notices."""

import os
import socket

from harness import MqttClient, TcpTransport, WebSocket, WebSocketTransport, packets as mqtt, seconds
from harness.reload import ReloadCase
from harness.rest import Rest
from harness.secured import password_file


class WebListeners(ReloadCase):
    def over_websocket(self, port, client_id):
        websocket = WebSocket(port)
        self.addCleanup(websocket.close)
        websocket.handshake()
        return MqttClient(WebSocketTransport(websocket)).connect(client_id)

    def test_come_and_go(self):
        here, extra = self.websocket_client("here").subscribe(("a/#", 1)), self.broker.extra_port
        for round_ in range(3):
            self.use(self.broker.conf() + f"listener {extra} 127.0.0.1\nprotocol websockets\n")
            there = self.over_websocket(extra, "there")
            there.publish("a/b", str(round_).encode(), 1)
            here.take("a/b", str(round_).encode())
            self.assertEqual(Rest(extra).get("/api/v1/version").status, 200)
            self.use(self.broker.conf())
            there.expect_closed()
            self.wait_until(lambda: not self.broker.accepts(extra), "the port is closed")
        here.expect_nothing()

    def test_http_api_comes_and_goes(self):
        http = self.broker.http_port
        idle = socket.create_connection(("127.0.0.1", http), timeout=seconds(5))
        self.addCleanup(idle.close)
        idle.sendall(b"GET /api/v1/version HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertTrue(idle.recv(4096).startswith(b"HTTP/1.1 200"))
        self.use(self.without(http))
        self.assertEqual(idle.recv(4096), b"")
        self.wait_until(lambda: not self.broker.accepts(http), "the port is closed")
        self.use(self.broker.conf())
        self.assertEqual(self.rest.get("/api/v1/version").status, 200)
        ports = [listener["port"] for listener in self.rest.get("/api/v1/listeners").json()["listeners"]]
        self.assertEqual(sorted(ports), sorted([self.broker.port, self.broker.websocket_port, http]))

    def test_all_web_listeners_at_once_from_none(self):
        web = (self.broker.websocket_port, self.broker.http_port)
        self.use("\n".join(line for line in self.broker.conf().splitlines()
                           if not line.startswith("protocol") and str(web[0]) not in line and str(web[1]) not in line)
                 + "\n")
        for port in web:
            self.wait_until(lambda: not self.broker.accepts(port), "the port is closed")
        self.use(self.broker.conf())
        self.websocket_client("again").expect_nothing()
        self.assertEqual(self.rest.get("/api/v1/version").status, 200)

    def test_files_of_http_dir(self):
        pages = self.broker.path("pages")
        os.mkdir(pages)
        self.broker.write("pages/index.html", "one")
        conf = self.broker.conf().replace("protocol http_api", f"protocol http_api\nhttp_dir {pages}")
        self.use(conf)
        self.assertEqual(self.rest.get("/").body, b"one")
        self.broker.write("pages/index.html", "two")
        self.reload()
        self.assertEqual(self.rest.get("/").body, b"two")
        self.write_conf(conf.replace(pages, pages + "/missing"))
        self.refused(r"broker.conf:\d+")
        self.assertEqual(self.rest.get("/").body, b"two")
        self.use(self.broker.conf())
        self.assertNotEqual(self.rest.get("/").body, b"two")

    def test_a_port_that_is_taken(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", self.broker.extra_port))
            other.listen()
            client = self.websocket_client("stays")
            conf = self.without(self.broker.http_port) + "max_packet_size 60\n"
            line = conf.count("\n") + 1
            self.write_conf(conf + f"listener {self.broker.extra_port} 127.0.0.1\nprotocol http_api\n")
            self.refused(rf"{self.broker.extra_port}: Address already in use. \(.*broker.conf:{line}\)")
            client.publish("x", b"y" * 100, 1)  # no limit
            self.assertEqual(self.rest.get("/api/v1/version").status, 200)


class Twice(ReloadCase):
    def test_the_same_listener_twice(self):
        """Not the first one with the second one's options."""
        limited = f"listener {self.broker.port} 127.0.0.1\nmax_connections 0\n"
        line = self.broker.conf().count("\n") + 1
        self.add(limited)
        self.refused(rf"port {self.broker.port} stands here twice: first in .*broker\.conf:\d+\. \(.*broker\.conf:{line}\)")
        self.client("gets in").expect_nothing()


class OnTheSamePort(ReloadCase):
    """The new listener opens before the old one is given up."""

    def test_another_protocol(self):
        keeps, port = self.client("keeps"), self.broker.extra_port
        plain, web = f"listener {port} 127.0.0.1\n", f"listener {port} 127.0.0.1\nprotocol websockets\n"
        for _ in range(2):
            self.use(self.broker.conf() + plain)
            old = MqttClient(TcpTransport(port)).connect("old")
            self.addCleanup(old.close)
            self.use(self.broker.conf() + web)
            old.expect_closed()
            self.assertEqual(Rest(port).get("/api/v1/version").status, 200)
        keeps.expect_nothing()

    def test_another_address(self):
        port = self.broker.extra_port
        for address in ("127.0.0.1", "0.0.0.0", "127.0.0.1", "::1", ""):
            self.use(self.broker.conf() + f"listener {port} {address}\n")
            host = "::1" if address == "::1" else "127.0.0.1"
            TcpTransport(port, host).close()
            self.assertEqual(self.accepting(port, "127.0.0.2"), address in ("0.0.0.0", ""))

    def test_a_host_name(self):
        port = self.broker.extra_port
        self.use(self.broker.conf() + f"listener {port} localhost\n")
        TcpTransport(port).close()
        self.write_conf(self.broker.conf() + f"listener {port} localhost\nlistener {port} no-such-host.invalid\n")
        self.refused(r'Cannot listen on "no-such-host\.invalid" port \d+: host not found\. \(.*broker\.conf:\d+\)')
        TcpTransport(port).close()

    def test_nothing_is_given_up_for_a_mistake(self):
        port = self.broker.extra_port
        self.use(self.broker.conf() + f"listener {port} 127.0.0.1\n")
        client = MqttClient(TcpTransport(port)).connect("stays")
        self.addCleanup(client.close)
        self.write_conf(self.broker.conf() + f"listener {port} 0.0.0.0\nlistener 1 256.0.0.1\n")
        self.refused("256.0.0.1")
        client.expect_nothing()
        self.assertFalse(self.accepting(port, "127.0.0.2"))
        TcpTransport(port).close()

    @staticmethod
    def accepting(port, host):
        try:
            socket.create_connection((host, port), timeout=1).close()
            return True
        except OSError:
            return False


class PerListener(ReloadCase):
    """Rights belong to a listener, not to its place in the file."""

    anonymous = ""
    files = {"users": password_file("ann"), "few": "topic few/#\nuser ann\ntopic few/#\n", "all": "topic #\n"}
    listeners = ("per_listener_settings true\n"
                 "listener PORT 127.0.0.1\nallow_anonymous true\nacl_file FILES/few\n"
                 "listener EXTRA_PORT 127.0.0.1\nallow_anonymous true\nacl_file FILES/all\n"
                 "listener WEBSOCKET_PORT 127.0.0.1\nprotocol websockets\nallow_anonymous true\n"
                 "listener HTTP_PORT 127.0.0.1\nprotocol http_api\nallow_anonymous true")

    def test_they_change_places(self):
        few = self.client("few").subscribe(("#", 1))
        away = self.client("away", clean=False).subscribe(("#", 1))
        away.disconnect()
        writer = MqttClient(TcpTransport(self.broker.extra_port)).connect("writer")
        self.addCleanup(writer.close)
        blocks = self.broker.conf().split("listener ")
        self.use("listener ".join([blocks[0], blocks[2], blocks[1], *blocks[3:]]))
        for topic in ("secret", "few/x"):
            writer.publish(topic, topic.encode(), 1)
        few.take("few/x")
        few.expect_nothing()
        self.client("away", clean=False, session_present=True).take("few/x")
        few.publish("secret", b"no")
        few.publish("few/y", b"yes")
        few.take("few/y")

    def test_the_first_one_goes(self):
        writer = MqttClient(TcpTransport(self.broker.extra_port)).connect("writer")
        self.addCleanup(writer.close)
        writer.subscribe(("any/#", 0))
        blocks = self.broker.conf().split("listener ")
        self.use("listener ".join([blocks[0], *blocks[2:]]))
        writer.publish("any/where", b"1")
        writer.expect(mqtt.publish("any/where", b"1"))
        writer.expect_nothing()
