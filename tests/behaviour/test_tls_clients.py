"""Real clients over TLS: mosquitto_pub and mosquitto_sub, paho over TCP and WebSockets, curl, Python's ssl."""

import ssl
import subprocess

from harness import packets, seconds
from harness.paho_client import PahoClient
from harness.tls_case import TlsCase


class TlsClients(TlsCase):
    def test_mosquitto_clients(self):
        listener = subprocess.Popen(["mosquitto_sub", "-h", "localhost", "-p", str(self.tls_port), "--cafile",
                                     self.certificates.path("ca.crt"), "-i", "sub", "-t", "a/#", "-q", "1", "-C", "1", "-v"],
                                    stdout=subprocess.PIPE)
        self.addCleanup(listener.wait)
        self.addCleanup(listener.kill)
        self.broker.wait_log("Sending SUBACK to sub")
        status, output = self.mosquitto("mosquitto_pub", "-t", "a/b", "-m", "hello", "-q", "1")
        self.assertEqual(status, 0, output)
        self.assertEqual(listener.communicate(timeout=seconds(5))[0], b"a/b hello\n")
        listener.stdout.close()

    def test_alpn_of_mosquitto(self):
        status, output = self.mosquitto("mosquitto_pub", "--tls-alpn", "mqtt", "-t", "a/b", "-m", "hello", "-q", "1")
        self.assertEqual(status, 0, output)
        status, output = self.mosquitto("mosquitto_pub", "--tls-alpn", "other", "-t", "a/b", "-m", "hello", "-q", "1")
        self.assertEqual(status, 0, output)

    def paho_round_trip(self, port, transport):
        client = PahoClient(port, "paho-" + transport, transport=transport, tls=self.certificates.context(),
                            host="localhost")
        for qos in (0, 1, 2):
            self.assertEqual(client.subscribe((f"paho/{qos}", qos)), [qos])
            client.publish(f"paho/{qos}", b"x" * 5000, qos)
            got = client.next()
            self.assertEqual((got.topic, len(got.payload), got.qos), (f"paho/{qos}", 5000, qos))
        client.disconnect()

    def test_paho_over_tcp(self):
        self.paho_round_trip(self.tls_port, "tcp")

    def test_paho_over_websockets(self):
        self.paho_round_trip(self.wss_port, "websockets")

    def test_curl(self):
        for port in (self.https_port, self.wss_port):
            status, output = self.run_tool("curl", "-sS", "--cacert", self.certificates.path("ca.crt"),
                                           f"https://localhost:{port}/api/v1/version",
                                           f"https://localhost:{port}/api/v1/version", "-w", "%{num_connects}")
            self.assertEqual(status, 0, output)
            self.assertTrue(output.endswith(b"0"), output)  # the second request on the same connection
        status, output = self.run_tool("curl", "-sS", f"https://localhost:{self.https_port}/")
        self.assertEqual(status, 60, output)  # it does not know our authority

    def test_the_page_in_one_piece(self):
        status, output = self.run_tool("curl", "-sS", "--cacert", self.certificates.path("ca.crt"), "-D", "-", "-o",
                                       "/dev/null", f"https://localhost:{self.https_port}/")
        self.assertEqual(status, 0, output)
        self.assertIn(b"200 OK", output)

    def test_raw_websocket(self):
        client = self.wss_client("wss")
        client.subscribe(("w/#", 0))
        client.publish("w/1", b"y" * 100_000)
        client.expect_publish("w/1", b"y" * 100_000)
        client.expect_nothing()
        client.close()

    def test_versions(self):
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            context = self.certificates.context()
            context.minimum_version = context.maximum_version = version
            client = self.tls_client("version", context=context)
            self.assertEqual(client.transport.socket.version(), name)
            client.expect_nothing()
            client.disconnect()
            self.broker.wait_log(f"Client version uses {name}, ")

    def test_versions_that_are_too_old(self):
        context = self.certificates.context()
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        since = self.broker.log_size()
        with self.assertRaises((ssl.SSLError, ConnectionResetError)):
            self.tls_raw(context)
        self.broker.wait_log("disconnected: TLS handshake failed: unsupported protocol", since)

    def test_will_of_a_lost_client(self):
        watcher = self.client("watcher")
        watcher.subscribe(("will", 0))
        client = self.tls_client("dying", will=("will", b"gone", 0, False))
        client.transport.socket.unwrap()  # TLS's own end, no DISCONNECT
        watcher.expect(packets.publish("will", b"gone"))
