"""A broker whose plain listeners have TLS ones beside them: MQTT, WebSockets and HTTP."""

import socket
import ssl
import subprocess

from .broker import Broker, free_port, seconds
from .case import BrokerCase
from .certificates import Certificates
from .mqtt_client import MqttClient, TcpTransport
from .websocket import WebSocket, WebSocketTransport


class TlsTransport(TcpTransport):
    def __init__(self, port, context):
        super().__init__(port)
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def receive(self, timeout):
        try:
            return super().receive(timeout)
        except ssl.SSLError as error:
            if isinstance(error, socket.timeout) or "timed out" in str(error):
                raise socket.timeout() from error
            return b""


class TlsCase(BrokerCase):
    nightjar_only = "the conf and the log lines are nightjar's"
    clients = ()            # names of client certificates
    more = ""               # other lines of the conf; before the listeners

    @classmethod
    def tls_lines(cls):
        """The TLS options of each listener."""
        return cls.certificates.listener_lines()

    @classmethod
    def setUpClass(cls):
        cls.certificates = Certificates(*cls.clients)
        cls.addClassCleanup(cls.certificates.close)
        cls.prepare()
        cls.tls_port, cls.wss_port, cls.https_port = free_port(), free_port(), free_port()
        lines = []
        for port, protocol in ((cls.tls_port, "mqtt"), (cls.wss_port, "websockets"), (cls.https_port, "http_api")):
            lines += [f"listener {port} 127.0.0.1", f"protocol {protocol}", *cls.tls_lines()]
        cls.extra_conf = "\n".join([*lines, cls.more])
        super().setUpClass()

    @classmethod
    def prepare(cls):
        """Further files, before the conf is written."""

    def tls_raw(self, context=None, client=None):
        transport = TlsTransport(self.tls_port, context or self.certificates.context(client))
        made = MqttClient(transport)
        self.addCleanup(made.close)
        return made

    def tls_client(self, client_id, session_present=False, context=None, certificate=None, **options):
        return self.tls_raw(context, certificate).connect(client_id, session_present, **options)

    def wss(self, context=None, client=None, **options):
        websocket = WebSocket(self.wss_port, **options)
        websocket.socket = (context or self.certificates.context(client)).wrap_socket(
            websocket.socket, server_hostname="localhost")
        self.addCleanup(websocket.close)
        websocket.handshake()
        return websocket

    def wss_client(self, client_id, client=None, **options):
        return MqttClient(WebSocketTransport(self.wss(client=client))).connect(client_id, **options)

    def run_tool(self, *arguments, timeout=10, **options):
        """A command's (status, output)."""
        done = subprocess.run(arguments, capture_output=True, timeout=seconds(timeout), **options)
        return done.returncode, done.stdout + done.stderr

    def mosquitto(self, tool, *arguments, client=None, port=None, **options):
        own = () if client is None else ("--cert", self.certificates.path(client + ".crt"), "--key",
                                         self.certificates.path(client + ".key"))
        return self.run_tool(tool, "-h", "localhost", "-p", str(port or self.tls_port), "--cafile",
                             self.certificates.path("ca.crt"), *own, *arguments, **options)
