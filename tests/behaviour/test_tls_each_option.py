"""Options of TLS listeners that no other test is named after, each by what it does."""

import os
import shutil
import ssl

from harness import BrokerCase, MqttClient, packets as mqtt
from harness.certificates import Certificates
from harness.tls_case import TlsTransport


class OneTlsOption(BrokerCase):
    nightjar_only = "the sentences are nightjar's"
    autostart = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificates = Certificates("good", "revoked")
        cls.addClassCleanup(cls.certificates.close)
        cls.certificates.make_expired("expired")
        cls.certificates.revoke("revoked")

    def start(self, *lines, client_certificates=False):
        own = self.certificates.client_lines(lines) if client_certificates else [
            *self.certificates.listener_lines(), *lines]
        self.broker.extra_conf = "\n".join(["listener EXTRA_PORT 127.0.0.1", *own])
        self.broker.start()
        self.wait_until(lambda: self.broker.accepts(self.broker.extra_port), "the TLS port accepts")

    def refused_conf(self, *lines):
        self.broker.extra_conf = "\n".join(["listener EXTRA_PORT 127.0.0.1", *lines])
        self.broker.launch(arguments=["--test-config"])
        self.assertEqual(self.broker.wait_exit(), 3)
        return self.broker.log()

    def tls(self, name=None, context=None):
        client = MqttClient(TlsTransport(self.broker.extra_port, context or self.certificates.context(name)))
        self.addCleanup(client.close)
        return client

    def assert_kept_out(self, name=None, context=None):
        """With TLS 1.3 a client learns it only when it reads."""
        try:
            client = self.tls(name, context)
            client.send(mqtt.connect("stranger"))
            self.assertEqual(client.transport.receive(5), b"")
        except (ssl.SSLError, ConnectionError):
            pass
        self.assertNotIn(" as stranger ", self.broker.log())


class Certfile(OneTlsOption):
    def test_shown_and_wanted(self):
        self.start()
        client = self.tls().connect("c")
        subject = client.transport.socket.getpeercert()["subject"]
        self.assertTrue(subject)
        self.broker.stop()
        self.assertIn("certfile", self.refused_conf(f"keyfile {self.certificates.path('server.key')}"))


class Keyfile(OneTlsOption):
    def test_another_certificates_key(self):
        log = self.refused_conf(f"certfile {self.certificates.path('server.crt')}",
                                f"keyfile {self.certificates.path('good.key')}")
        self.assertIn("key", log)


class Cafile(OneTlsOption):
    def test_who_is_vouched_for_comes_in(self):
        self.start(client_certificates=True)
        self.tls("good").connect("c").disconnect()
        self.assert_kept_out(context=self.certificates.context())


class Capath(OneTlsOption):
    def test_as_cafile(self):
        place = self.broker.directory + "/ca"
        os.mkdir(place)
        shutil.copy(self.certificates.path("ca.crt"), place)
        self.certificates.openssl("rehash", place)
        self.start(f"capath {place}", "require_certificate true")
        self.tls("good").connect("c").disconnect()
        self.assert_kept_out(context=self.certificates.context())


class RequireCertificate(OneTlsOption):
    def test_true_and_false(self):
        ca = f"cafile {self.certificates.path('ca.crt')}"
        self.start(ca, "require_certificate true")
        self.assert_kept_out(context=self.certificates.context())
        self.broker.stop()
        self.start(ca, "require_certificate false")
        self.tls().connect("c").disconnect()


class Crlfile(OneTlsOption):
    def test_revoked(self):
        self.start(f"crlfile {self.certificates.path('crl.pem')}", client_certificates=True)
        self.tls("good").connect("c").disconnect()
        self.assert_kept_out("revoked")


class DisableClientCertDateChecks(OneTlsOption):
    def test_expired_ones(self):
        self.start(client_certificates=True)
        self.assert_kept_out("expired")
        self.broker.stop()
        self.start("disable_client_cert_date_checks true", client_certificates=True)
        self.tls("expired").connect("c").disconnect()


class TlsVersion(OneTlsOption):
    def at_most(self, version):
        context = self.certificates.context()
        context.maximum_version = version
        return context

    def test_older_ones_are_refused(self):
        self.start("tls_version tlsv1.3")
        self.assert_kept_out(context=self.at_most(ssl.TLSVersion.TLSv1_2))
        self.tls().connect("c").disconnect()


class Ciphers(TlsVersion):
    def cipher_of(self, context):
        client = self.tls(context=context).connect("c")
        name = client.transport.socket.cipher()[0]
        client.disconnect()
        return name

    def test_of_tls_1_2(self):
        self.start("ciphers ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-CHACHA20-POLY1305")
        self.assertIn("CHACHA20", self.cipher_of(self.at_most(ssl.TLSVersion.TLSv1_2)))

    def test_ciphers_tls1_3(self):
        self.start("ciphers_tls1.3 TLS_CHACHA20_POLY1305_SHA256")
        self.assertEqual(self.cipher_of(None), "TLS_CHACHA20_POLY1305_SHA256")


class UseIdentityAsUsername(OneTlsOption):
    def test_common_name(self):
        self.start("use_identity_as_username true", client_certificates=True)
        self.tls("good").connect("c")
        self.broker.wait_log(r" as c \(.*u'good'\)")


class UseSubjectAsUsername(OneTlsOption):
    def test_whole_subject(self):
        self.start("use_subject_as_username true", client_certificates=True)
        self.tls("good").connect("c")
        self.broker.wait_log(r" as c \(.*u'.*CN=good.*'\)")


class TlsKeyform(OneTlsOption):
    def test_pem_alone(self):
        self.start("tls_keyform pem")
        self.tls().connect("c").disconnect()
        self.broker.stop()
        self.assertIn("tls_keyform", self.refused_conf(*self.certificates.listener_lines(), "tls_keyform engine"))
