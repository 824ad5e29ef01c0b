"""TLS options in the conf file: what is missing or broken is named, and never opens a port in plain text."""

import os
import subprocess
import tempfile

from harness import BrokerCase, free_port, seconds
from harness.broker import program
from harness.certificates import Certificates


class TlsConf(BrokerCase):
    nightjar_only = "the sentences are nightjar's"
    autostart = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificates = Certificates("client")
        cls.addClassCleanup(cls.certificates.close)

    def answer(self, *lines):
        """Exit status and output of --test-config."""
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
            conf.write("\n".join(lines) + "\n")
            conf.flush()
            done = subprocess.run([program(), "-c", conf.name, "--test-config"], capture_output=True, text=True,
                                  timeout=seconds(10))
        return done.returncode, done.stderr

    def assert_refused(self, lines, *parts):
        status, output = self.answer(f"listener {free_port()}", *lines)
        self.assertEqual(status, 3, output)
        for part in parts:
            self.assertIn(part, output)

    def test_good(self):
        status, output = self.answer("listener 8883", *self.certificates.client_lines(), "tls_version tlsv1.3",
                                     "allow_anonymous true", "dhparamfile /nowhere")
        self.assertEqual(status, 0, output)
        self.assertIn("dhparamfile is ignored", output)

    def test_parts_of_it(self):
        certificate, key = self.certificates.listener_lines()
        self.assert_refused([certificate], "needs a keyfile.", ".conf:2.")
        self.assert_refused([key], "needs a certfile.")
        for line in ("cafile /x", "capath /x", "crlfile /x", "require_certificate true", "tls_version tlsv1.2",
                     "ciphers x", "use_identity_as_username true"):
            self.assert_refused([line], "need certfile and keyfile.")
        self.assert_refused([certificate, key, "require_certificate true"], "needs a cafile or capath")
        status, output = self.answer(certificate, key, "listener 8883")
        self.assertEqual(status, 3, output)
        self.assertIn("TLS options stand below the listener", output)

    def test_what_false_asks_for_is_no_tls(self):
        status, output = self.answer("listener 1883", "allow_anonymous true", "require_certificate false",
                                     "use_identity_as_username false")
        self.assertEqual(status, 0, output)

    def test_files(self):
        certificate, key = self.certificates.listener_lines()
        self.assert_refused([certificate, f"keyfile {self.certificates.path('ca.key')}"],
                            "it does not belong to certfile", ".conf:2.")
        self.assert_refused(["certfile /nowhere.crt", key], "Cannot use certfile /nowhere.crt: No such file")
        os.chmod(self.certificates.path("server.key"), 0o644)
        status, output = self.answer("listener 8883", "allow_anonymous true", certificate, key)
        os.chmod(self.certificates.path("server.key"), 0o600)
        self.assertEqual(status, 0, output)
        self.assertIn("can be read by everybody", output)

    def test_versions(self):
        lines = self.certificates.listener_lines()
        status, output = self.answer("listener 8883", "allow_anonymous true", *lines, "tls_version tlsv1.1")
        self.assertEqual(status, 0, output)
        self.assertIn("tls_version tlsv1.1 is insecure", output)
        self.assert_refused([*lines, "tls_version sslv3"], 'Invalid value "sslv3" of tls_version')

    def test_pre_shared_keys(self):
        self.assert_refused(["psk_hint x"], "pre-shared keys are not supported")
        self.assert_refused([*self.certificates.listener_lines(), "psk_file /x"], "pre-shared keys are not supported")

    def test_a_broken_one_starts_nothing(self):
        self.broker.extra_conf = f"listener {free_port()} 127.0.0.1\ncertfile /nowhere\nkeyfile /nowhere"
        self.broker.launch()
        self.assertEqual(self.broker.wait_exit(), 3)
        self.assertFalse(self.broker.accepts(self.broker.port))
