"""What the tests of users and rights share: brokers with password and ACL files, clients with a name, own addresses."""

import base64
import hashlib
import os
import socket

from . import packets
from .broker import Broker, seconds
from .case import BrokerCase
from .mqtt_client import MqttClient

FEW = 101  # iterations of $7$: cheap to check, so that only the tests about cost pay for it


def password_line(user, password, iterations=FEW, kind="$7$"):
    """A line as mosquitto_passwd writes it; user and password may be bytes."""
    salt, password = os.urandom(12), packets.to_bytes(password)
    if kind == "$6$":
        middle, key = "", hashlib.sha512(password + salt).digest()
    else:
        middle, key = f"{iterations}$", hashlib.pbkdf2_hmac("sha512", password, salt, iterations)
    return f"{user}:{kind}{middle}{base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}\n"


def password_file(*users):
    """(user, password) pairs, or names whose password is "NAME's"."""
    return "".join(password_line(*(user if isinstance(user, tuple) else (user, password_of(user)))) for user in users)


def password_of(user):
    return f"{user}'s"


def crowd(name, count, iterations):
    """Users NAME0, NAME1, ... who share a password and its hash: to make one takes as long as to check it."""
    end = password_line(name, password_of(name), iterations)[len(name):]
    return "".join(f"{name}{number}{end}" for number in range(count))


class SecuredBroker(Broker):
    """A broker with more files in its directory; FILES in the conf stands for that directory."""

    def __init__(self, case):
        super().__init__(case.extra_conf, case.log_types)
        self.anonymous, self.listeners = case.anonymous, case.listeners
        for name, text in case.files.items():
            self.write(name, text)

    def path(self, name):
        return f"{self.directory}/{name}"

    def write(self, name, text):
        """In one piece: a broker that reads it meanwhile has the old one or the new one."""
        fresh = self.path(name) + ".fresh"
        with open(fresh, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(packets.to_bytes(text))
        os.replace(fresh, self.path(name))

    def conf(self):
        text = super().conf().replace("\nallow_anonymous true\n", f"\n{self.anonymous}\n", 1)
        if self.listeners:
            others = [line for line in text.splitlines() if not line.startswith(("listener ", "protocol "))]
            text = "\n".join([self.listeners, *others]) + "\n"
        for name in ("extra_port", "websocket_port", "http_port", "port"):
            text = text.replace(f" {name.upper()} ", f" {getattr(self, name)} ")
        return text.replace("FILES/", self.directory + "/")


class SecuredCase(BrokerCase):
    anonymous = "allow_anonymous false"
    listeners = ""                        # instead of the usual ones: on PORT, WEBSOCKET_PORT, EXTRA_PORT, HTTP_PORT
    files = {}                            # name -> text
    users = ()                            # these get a password_file

    @classmethod
    def setUpClass(cls):
        if cls.users:
            cls.files = {**cls.files, "users": password_file(*cls.users)}
            if "password_file" not in cls.extra_conf:
                cls.extra_conf += "\npassword_file FILES/users"
        super().setUpClass()

    @classmethod
    def _started(cls):
        broker = SecuredBroker(cls)
        try:
            return broker.start()
        except AssertionError:
            broker.close()
            raise

    def setUp(self):
        super().setUp()
        if not self.autostart:
            self.broker.close()
            self.broker = SecuredBroker(self)
            self.addCleanup(self.broker.close)

    def raw(self, port=None, address="127.0.0.1"):
        """A TCP connection that has sent nothing yet, from a loopback address of its own if asked."""
        client = MqttClient(SourceTransport(port or self.broker.port, address))
        self.addCleanup(client.close)
        return client

    def user(self, name, client_id=None, session_present=False, address="127.0.0.1", **options):
        """The user NAME, connected; as client "NAME-1" unless told."""
        return self.raw(address=address).connect(client_id or f"{name}-1", session_present, username=name,
                                                 password=password_of(name), **options)

    def login(self, username=None, password=None, client_id="someone", port=None, address="127.0.0.1", **options):
        """The return code that a CONNECT gets; whoever is refused must be closed."""
        client = self.raw(port, address)
        client.send(packets.connect(client_id, username=username, password=password, **options))
        return self.answer_code(client)

    def answer_code(self, client):
        answer = client.read_packet()
        self.assertEqual(len(answer), 4, packets.describe(answer))
        self.assertEqual(answer[:3], b"\x20\x02\x00", packets.describe(answer))
        if answer[3]:
            client.expect_closed()
        client.close()
        return answer[3]


class SourceTransport:
    """TcpTransport from a chosen loopback address."""

    def __init__(self, port, address):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds(5), source_address=(address, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, timeout):
        self.socket.settimeout(max(timeout, 0.001))
        try:
            return self.socket.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            return b""

    def close(self):
        self.socket.close()
