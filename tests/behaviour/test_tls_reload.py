"""SIGHUP reads certificates again: new connections see the new one, the old ones stay; a mistake changes nothing."""

import signal

from harness.tls_case import TlsCase


class TlsReload(TlsCase):
    broker_per_test = True

    def serial(self, port=None):
        import socket
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", port or self.tls_port), timeout=5) as plain:
            with context.wrap_socket(plain) as tls:
                return tls.getpeercert(binary_form=True)

    def reload(self, pattern):
        since = self.broker.log_size()
        self.broker.process.send_signal(signal.SIGHUP)
        self.broker.wait_log(pattern, since)

    def test_new_certificate(self):
        clients = [self.tls_client("stays"), self.wss_client("stays-too")]
        before = [self.serial(port) for port in (self.tls_port, self.wss_port, self.https_port)]
        self.certificates.renew()
        self.reload("The new configuration counts")
        for client in clients:
            client.expect_nothing()
        after = [self.serial(port) for port in (self.tls_port, self.wss_port, self.https_port)]
        for old, new in zip(before, after):
            self.assertNotEqual(old, new)
        self.tls_client("new").disconnect()

    def test_a_broken_file_changes_nothing(self):
        client = self.tls_client("stays")
        before = self.serial()
        with open(self.certificates.path("server.crt")) as file:
            good = file.read()
        with open(self.certificates.path("server.crt"), "w") as file:
            file.write("broken")
        self.reload(r"Error: [Cc]annot use certfile .*there is no certificate in PEM format in it")
        self.assertEqual(self.serial(), before)
        client.expect_nothing()
        with open(self.certificates.path("server.crt"), "w") as file:
            file.write(good)
        self.tls_client("new").disconnect()
