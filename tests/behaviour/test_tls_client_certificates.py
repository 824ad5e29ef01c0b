"""require_certificate on MQTT, WebSockets and HTTP: who has no good certificate does not come in."""

import ssl
import subprocess

from harness import packets
from harness.certificates import Certificates
from harness.tls_case import TlsCase


class TlsClientCertificates(TlsCase):
    clients = ("good", "revoked")

    @classmethod
    def prepare(cls):
        cls.certificates.make_expired("expired")
        cls.certificates.revoke("revoked")
        cls.foreign = Certificates("stranger")
        cls.addClassCleanup(cls.foreign.close)

    @classmethod
    def tls_lines(cls):
        return cls.certificates.client_lines([f"crlfile {cls.certificates.path('crl.pem')}"])

    def contexts(self):
        foreign = self.certificates.context()
        foreign.load_cert_chain(self.foreign.path("stranger.crt"), self.foreign.path("stranger.key"))
        server = self.certificates.context()
        server.load_cert_chain(self.certificates.path("server.crt"), self.certificates.path("server.key"))
        return (("the client has shown no certificate", self.certificates.context()),
                ("unable to get local issuer certificate", foreign),
                ("certificate has expired", self.certificates.context("expired")),
                ("certificate revoked", self.certificates.context("revoked")),
                ("unsuitable certificate purpose", server))

    def test_good(self):
        self.tls_client("tls", certificate="good").expect_nothing()
        self.wss_client("wss", client="good").expect_nothing()
        status, output = self.mosquitto("mosquitto_pub", "-t", "a", "-m", "b", "-q", "1", client="good")
        self.assertEqual(status, 0, output)
        status, output = self.curl(self.https_port, "good")
        self.assertEqual(status, 0, output)

    def curl(self, port, client=None):
        own = () if client is None else ("--cert", self.certificates.path(client + ".crt"), "--key",
                                         self.certificates.path(client + ".key"))
        return self.run_tool("curl", "-sS", "--cacert", self.certificates.path("ca.crt"), *own,
                             f"https://localhost:{port}/api/v1/version")

    def assert_refused(self, port, context, why):
        since = self.broker.log_size()
        context.set_alpn_protocols(["mqtt", "http/1.1"])
        try:  # with TLS 1.3 the client learns it only when it reads
            client = self.connect_tls(port, context)
            client.send(packets.connect("refused"))
            self.assertEqual(client.transport.receive(5), b"")
        except (ssl.SSLError, ConnectionResetError, BrokenPipeError):
            pass
        self.broker.wait_log(f"disconnected: TLS handshake failed: .*{why}", since)
        self.assertNotIn("refused", self.broker.log()[since:].replace("is refused", ""))

    def connect_tls(self, port, context):
        from harness.mqtt_client import MqttClient
        from harness.tls_case import TlsTransport
        client = MqttClient(TlsTransport(port, context))
        self.addCleanup(client.close)
        return client

    def test_bad_ones_on_every_listener(self):
        for port in (self.tls_port, self.wss_port, self.https_port):
            for why, context in self.contexts():
                with self.subTest(f"{port} {why}"):
                    self.assert_refused(port, context, why)
        self.assert_healthy()

    def test_mosquitto_and_curl_without(self):
        status, _ = self.mosquitto("mosquitto_pub", "-t", "a", "-m", "b", "-q", "1")
        self.assertNotEqual(status, 0)
        status, _ = self.curl(self.https_port)
        self.assertNotEqual(status, 0)
        status, _ = self.curl(self.wss_port)
        self.assertNotEqual(status, 0)


class TlsIdentity(TlsCase):
    clients = ("alice", "Zoë")

    @classmethod
    def prepare(cls):
        c = cls.certificates
        c.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                  "nameless.key", "-out", "nameless.csr", "-subj", "/O=Home")
        c.openssl("x509", "-req", "-in", "nameless.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                  "-out", "nameless.crt", "-days", "1")

    @classmethod
    def tls_lines(cls):
        return cls.certificates.client_lines(["use_identity_as_username true", "listener_allow_anonymous false"])

    def test_common_name_is_the_user(self):
        self.tls_client("c1", certificate="alice", username="bob", password=b"secret").disconnect()
        self.broker.wait_log(r"as c1 \(.*u'alice'\)")
        self.wss_client("c2", client="Zoë").disconnect()
        self.broker.wait_log(r"as c2 \(.*u'Zoë'\)")

    def test_without_a_common_name(self):
        client = self.tls_raw(client="nameless")
        client.send(packets.connect("c3"))
        client.expect(packets.connack(4))
        client.expect_closed()


class TlsSubject(TlsCase):
    clients = ("alice",)

    @classmethod
    def tls_lines(cls):
        return cls.certificates.client_lines(["use_subject_as_username true", "listener_allow_anonymous false"])

    def test_subject_is_the_user(self):
        self.tls_client("c1", certificate="alice").disconnect()
        self.broker.wait_log(r"as c1 \(.*u'CN=alice'\)")


class TlsWithoutRequest(TlsCase):
    """A certificate that nobody asked for names nobody."""
    clients = ("alice",)

    @classmethod
    def tls_lines(cls):
        return [*cls.certificates.listener_lines(), "use_identity_as_username true"]

    def test_refused(self):
        client = self.tls_raw(client="alice")
        client.send(packets.connect("c1"))
        client.expect(packets.connack(4))
