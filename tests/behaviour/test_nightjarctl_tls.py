"""nightjarctl publish, listen and simulate against TLS listeners, with mosquitto_pub's options; REST with a certificate."""

import json
import os
import subprocess

from harness import seconds
from harness.broker import ROOT
from harness.tls_case import TlsCase


class CtlTls(TlsCase):
    def ctl(self, name, *arguments, status=0):
        """Standard output, or standard error if it is to fail."""
        done = subprocess.run([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), name, *arguments],
                              capture_output=True, text=True, timeout=seconds(30), check=False)
        self.assertEqual(done.returncode, status, (done.stdout, done.stderr))
        return done.stdout if status == 0 else done.stderr

    def mqtt(self, name, *arguments, host="localhost", status=0):
        return self.ctl(name, "-h", host, "-p", str(self.tls_port), *arguments, status=status)

    def authority(self):
        return "--cafile", self.certificates.path("ca.crt")


class Tls(CtlTls):
    def test_publish_at_each_qos(self):
        reader = self.client("reader").subscribe(("tls/#", 2))
        for qos in ("0", "1", "2"):
            self.mqtt("publish", *self.authority(), "-t", "tls/x", "-m", f"qos {qos}", "-q", qos)
            reader.take("tls/x", f"qos {qos}".encode(), int(qos))

    def test_a_large_message_each_way(self):
        # More than a record, more than a socket holds.
        size = 100_000
        listener = subprocess.Popen([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "listen", "-h",
                                     "localhost", "-p", str(self.tls_port), *self.authority(), "-t", "big", "-C", "3"],
                                    stdout=subprocess.PIPE, text=True)
        self.addCleanup(listener.stdout.close)
        self.broker.wait_log("Sending SUBACK to nightjarctl-")
        for letter in "xyz":
            self.mqtt("publish", *self.authority(), "-t", "big", "-m", letter * size, "-q", "1")
        self.assertEqual([line.strip() for line in listener.stdout], [letter * size for letter in "xyz"])
        self.assertEqual(listener.wait(seconds(10)), 0)

    def test_listen_and_simulate(self):
        listener = subprocess.Popen([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "listen", "-h",
                                     "localhost", "-p", str(self.tls_port), *self.authority(), "-t", "dht11/+/data",
                                     "-C", "1", "-v"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(listener.stdout.close)
        self.broker.wait_log("Sending SUBACK to nightjarctl-")
        said = self.mqtt("simulate", *self.authority(), "--mode", "once")
        self.assertEqual(listener.stdout.readline(), said)
        self.assertEqual(listener.wait(seconds(10)), 0)

    def test_who_vouches(self):
        wrong = "-t", "a", "-m", "x"
        self.assertIn("certificate verify failed", self.mqtt("publish", "--capath", self.certificates.path("."), *wrong,
                                                             status=1))
        self.assertIn("certificate verify failed", self.mqtt("publish", *self.authority(), *wrong, host="127.1",
                                                             status=1))  # another name
        self.mqtt("publish", *self.authority(), *wrong, host="127.0.0.1")
        self.mqtt("publish", "--insecure", *wrong)
        self.assertIn("cannot use --cafile /nonexistent: ", self.mqtt("publish", "--cafile", "/nonexistent", *wrong,
                                                                      status=1))

    def test_a_directory_of_authorities(self):
        directory = os.path.join(self.broker.directory, "authorities")
        os.makedirs(directory, exist_ok=True)
        os.link(self.certificates.path("ca.crt"), os.path.join(directory, "ca.crt"))
        subprocess.run(["openssl", "rehash", directory], check=True, capture_output=True)
        self.mqtt("publish", "--capath", directory, "-t", "a", "-m", "x")

    def test_without_tls(self):
        self.assertIn("nightjarctl: ", self.mqtt("publish", "-t", "a", "-m", "x", status=1))
        self.assertIn("nightjarctl: cannot connect", self.ctl("publish", "-p", str(self.broker.port), "--insecure", "-t",
                                                               "a", status=1))

    def test_the_port(self):
        # 8883 without a word, as mosquitto_pub has it; nobody is there.
        self.assertIn("localhost port 8883: ", self.ctl("publish", "--insecure", "-t", "a", status=1))

    def test_an_incident_again(self):
        reader = self.client("reader").subscribe(("dht11/incidents", 1))
        self.mqtt("publish", *self.authority(), "--temp", "99")
        number = json.loads(reader.take("dht11/incidents").payload)["incident_id"]
        self.ctl("publish", "--url", f"https://localhost:{self.https_port}", *self.authority(), "--incident", str(number))
        self.assertEqual(json.loads(reader.take("dht11/incidents").payload)["incident_id"], number)


class ClientCertificates(CtlTls):
    clients = ("ann",)

    @classmethod
    def tls_lines(cls):
        return [*cls.certificates.listener_lines(), f"cafile {cls.certificates.path('ca.crt')}", "require_certificate true",
                "use_identity_as_username true"]

    def own(self):
        return "--cert", self.certificates.path("ann.crt"), "--key", self.certificates.path("ann.key")

    def test_mqtt(self):
        self.mqtt("publish", *self.authority(), *self.own(), "-i", "annes", "-t", "a", "-m", "x", "-q", "1")
        self.broker.wait_log("as annes ")
        self.assertIn("nightjarctl: ", self.mqtt("publish", *self.authority(), "-t", "a", "-m", "x", "-q", "1", status=1))

    def test_rest(self):
        where = "--url", f"https://localhost:{self.https_port}"
        self.assertIn("ID", self.ctl("clients", *where, *self.authority(), *self.own()))
        self.assertIn("cannot ask", self.ctl("clients", *where, *self.authority(), status=1))

    def test_wrong_command_lines(self):
        self.assertIn("--key", self.mqtt("publish", *self.authority(), *self.own()[:2], "-t", "a", status=2))
        self.assertIn("cannot use --key ", self.mqtt("publish", *self.authority(), "--cert", self.own()[1], "--key",
                                                     self.own()[1], "-t", "a", status=1))


if __name__ == "__main__":
    import unittest
    unittest.main()
