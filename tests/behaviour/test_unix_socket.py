"""`listener 0 PATH`: a unix domain socket, for MQTT and HTTP, with the same limits and logs as a port."""

import os
import socket
import stat
import subprocess

from harness import BrokerCase, MqttClient, packets as mqtt
from harness.broker import is_mosquitto, program, seconds
from harness.mqtt_client import UnixTransport
from harness.secured import SecuredCase, password_file
from harness.websocket import WebSocket, WebSocketTransport


class UnixCase(BrokerCase):
    def path(self, name="mqtt.sock"):
        return f"{self.broker.directory}/{name}"

    def unix(self, name="mqtt.sock"):
        client = MqttClient(UnixTransport(self.path(name)))
        self.addCleanup(client.close)
        return client


class Listener(UnixCase):
    extra_conf = "listener 0 mqtt.sock # relative to the working directory\nmax_connections 3"

    def test_same_topics_as_over_tcp(self):
        local, remote = self.unix().connect("local"), self.client("remote")
        local.subscribe(("to/local", 2))
        remote.subscribe(("to/remote", 2))
        remote.publish("to/local", b"1", 2)
        local.take("to/local", b"1", 2)
        local.publish("to/remote", b"x" * 300_000, 1)
        remote.take("to/remote", b"x" * 300_000, 1)
        local.disconnect()

    def test_mosquitto_clients(self):
        listener = self.client("listener").subscribe(("tool", 1))
        done = subprocess.run(["mosquitto_pub", "--unix", self.path(), "-t", "tool", "-m", "hello", "-q", "1"],
                              capture_output=True, timeout=seconds(10))
        self.assertEqual(done.returncode, 0, done)
        listener.take("tool", b"hello")

    def test_nightjarctl(self):
        tool = os.path.join(os.path.dirname(program()), "nightjarctl")
        if not os.path.exists(tool):
            self.skipTest("not of this broker")
        listener = self.client("listener").subscribe(("ctl", 1))
        done = subprocess.run([tool, "publish", "--unix", self.path(), "-t", "ctl", "-m", "hello", "-q", "1"],
                              capture_output=True, timeout=seconds(10))
        self.assertEqual(done.returncode, 0, done)
        listener.take("ctl", b"hello")

    def test_max_connections(self):
        clients = [self.unix().connect(f"c{number}") for number in range(3)]
        more = self.unix()
        more.send_until_closed(mqtt.connect("more"))
        more.expect_closed()
        clients[0].disconnect()

        def place_is_free():
            client = self.unix()
            client.send_until_closed(mqtt.connect("later"))
            return client.read_packet() == mqtt.connack(0)
        self.wait_until(place_is_free, "a place is free again")

    def test_names_in_the_log(self):
        if is_mosquitto():
            self.skipTest("its log has other words")
        since = self.broker.log_size()
        client = self.unix().connect("named")
        who = f"unix:{os.getuid()}"
        self.broker.wait_log(rf"New connection from {who} on mqtt\.sock\.", since)
        self.broker.wait_log(rf"New client connected from {who} as named \(p2, c1, k\d+\)", since)
        client.close()
        self.broker.wait_log("Client named closed its connection", since)


class SocketFile(UnixCase):
    nightjar_only = "the mode and the log lines are nightjar's"
    broker_per_test = True
    extra_conf = "listener 0 mqtt.sock\nunix_socket_mode 0620"

    def mode(self):
        return os.stat(self.path()).st_mode

    def test_mode_and_end(self):
        self.assertEqual((stat.S_ISSOCK(self.mode()), stat.S_IMODE(self.mode())), (True, 0o620))
        self.broker.stop()
        self.assertFalse(os.path.exists(self.path()))

    def test_one_that_was_left_behind_is_replaced(self):
        self.broker.kill()
        self.assertTrue(os.path.exists(self.path()))
        self.broker.start()
        self.unix().connect("again").disconnect()

    def test_of_another_process(self):
        self.broker.stop()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
            other.bind(self.path())
            other.listen()
            self.broker.launch()
            self.assertEqual(self.broker.wait_exit(), 1)
            self.assertTrue(os.path.exists(self.path()))
        self.assertIn("Error: cannot listen on mqtt.sock: another process listens there", self.broker.log())
        self.broker.process = None

    def test_what_is_no_socket_stays(self):
        self.broker.stop()
        with open(self.path(), "w") as file:
            file.write("precious")
        self.broker.launch()
        self.assertEqual(self.broker.wait_exit(), 1)
        self.broker.process = None
        with open(self.path()) as file:
            self.assertEqual(file.read(), "precious")
        self.assertIn("there is a file of that name, which is no socket", self.broker.log())


class Web(UnixCase):
    nightjar_only = "mosquitto has no HTTP there"
    extra_conf = "listener 0 web.sock\nprotocol websockets"

    def test_page_and_websocket(self):
        done = subprocess.run(["curl", "-sS", "--unix-socket", self.path("web.sock"),
                               "http://localhost/api/v1/version"], capture_output=True, timeout=seconds(10))
        self.assertEqual(done.returncode, 0, done)
        self.assertTrue(done.stdout, done)
        made = WebSocket(self.broker.websocket_port, host="localhost")
        made.socket.close()
        made.socket = UnixTransport(self.path("web.sock")).socket
        made.handshake()
        client = MqttClient(WebSocketTransport(made)).connect("over-unix-ws").subscribe(("w", 1))
        self.client("publisher").publish("w", b"1", 1)
        client.take("w", b"1")
        # The same id from elsewhere: its session may lie on another worker, the WebSocket moves.
        client.disconnect()
        for number in range(8):
            self.client(f"moved{number}", clean=False).close()
            again = WebSocket(self.broker.websocket_port, host="localhost")
            again.socket.close()
            again.socket = UnixTransport(self.path("web.sock")).socket
            again.handshake()
            self.addCleanup(again.close)
            MqttClient(WebSocketTransport(again)).connect(f"moved{number}", True, clean=False).disconnect()


class Logins(SecuredCase, UnixCase):
    broker_per_test = True
    nightjar_only = "the log line is nightjar's"
    extra_conf = "password_file FILES/users\nlistener 0 mqtt.sock"
    files = {"users": password_file("ann")}

    def test_a_wrong_password_is_counted_for_its_user(self):
        client = self.unix()
        client.send(mqtt.connect("a", username="ann", password=b"wrong"))
        client.expect(mqtt.connack(5))
        self.broker.wait_log(rf"Login failed from unix:{os.getuid()} for user 'ann' as client 'a'")
