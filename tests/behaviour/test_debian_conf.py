"""The mosquitto.conf of Debian 12's package, with conf.d, a password file made by its mosquitto_passwd, an ACL file and
certificates, runs unchanged; mosquitto_pub and mosquitto_sub do what they did. Paths and ports are those of the test."""

import os
import shutil
import subprocess

from harness import BrokerCase, free_port, seconds
from harness.certificates import Certificates

# /etc/mosquitto/mosquitto.conf of mosquitto 2.0.11-1.2+deb12u2, a conffile
MOSQUITTO_CONF = """# Place your local configuration in /etc/mosquitto/conf.d/
#
# A full description of the configuration file is at
# /usr/share/doc/mosquitto/examples/mosquitto.conf.example

pid_file /run/mosquitto/mosquitto.pid

persistence true
persistence_location /var/lib/mosquitto/

log_dest file /var/log/mosquitto/mosquitto.log

include_dir /etc/mosquitto/conf.d
"""
LOCAL = """listener 1883
allow_anonymous false
password_file /etc/mosquitto/passwd
acl_file /etc/mosquitto/acl

listener 8883
certfile /etc/mosquitto/certs/server.crt
keyfile /etc/mosquitto/certs/server.key

listener 8884
cafile /etc/mosquitto/certs/ca.crt
certfile /etc/mosquitto/certs/server.crt
keyfile /etc/mosquitto/certs/server.key
require_certificate true
use_identity_as_username true
"""
ACL = """# who is not named may read this
topic read $SYS/#

user ann
topic plant/#
topic read $SYS/#

user device-7
topic write plant/device-7/#

pattern read to/%c/#
"""
FOLDERS = ("etc/mosquitto/conf.d", "etc/mosquitto/certs", "run/mosquitto", "var/lib/mosquitto", "var/log/mosquitto")


class DebianConf(BrokerCase):
    nightjar_only = "mosquitto gives up root, and may not enter the directory of the test"
    autostart = False

    def setUp(self):
        super().setUp()
        self.certificates = Certificates("device-7")
        self.addCleanup(self.certificates.close)
        self.plain, self.tls, self.mutual = free_port(), free_port(), free_port()
        for folder in FOLDERS:
            os.makedirs(self.place(folder))
        for name in ("ca.crt", "server.crt", "server.key"):
            shutil.copy(self.certificates.path(name), self.place(f"etc/mosquitto/certs/{name}"))
        self.write("etc/mosquitto/acl", ACL)
        self.write("etc/mosquitto/conf.d/README", "only *.conf is read\n")
        self.write("etc/mosquitto/conf.d/local.conf", LOCAL.replace("1883", str(self.plain))
                   .replace("8883", str(self.tls)).replace("8884", str(self.mutual)))
        for user in ("ann", "bob"):
            new = ["-c"] if user == "ann" else []
            subprocess.run(["mosquitto_passwd", *new, "-b", self.place("etc/mosquitto/passwd"), user, f"{user}'s"],
                           check=True, capture_output=True, timeout=seconds(20))

    def place(self, path):
        return f"{self.broker.directory}/{path}"

    def write(self, path, text):
        with open(self.place(path), "w") as file:
            file.write(self.moved(text))

    def moved(self, text):
        for top in ("/etc/", "/run/", "/var/"):
            text = text.replace(f" {top}", f" {self.broker.directory}{top}")
        return text

    def run_broker(self):
        self.broker.launch(self.moved(MOSQUITTO_CONF))
        for port in (self.plain, self.tls, self.mutual):
            self.wait_until(lambda: self.broker.accepts(port), f"port {port}")

    def mosquitto(self, tool, port, *arguments, user="ann", password=None, client=None):
        """A command of mosquitto's that has to get its CONNACK; what is not TLS has no cafile."""
        command = [f"mosquitto_{tool}", "-h", "localhost", "-p", str(port), "-q", "1", *arguments]
        if user is not None:
            command += ["-u", user, "-P", password or f"{user}'s"]
        if port != self.plain:
            command += ["--cafile", self.certificates.path("ca.crt")]
        if client is not None:
            command += ["--cert", self.certificates.path(client + ".crt"), "--key",
                        self.certificates.path(client + ".key")]
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds(20), check=False)

    def publish(self, port, topic, **who):
        done = self.mosquitto("pub", port, "-t", topic, "-m", topic, "-r", **who)
        self.assertEqual(done.returncode, 0, done.stderr)

    def read(self, topic, port=None, **who):
        """The retained messages that somebody gets."""
        done = self.mosquitto("sub", port or self.plain, "-t", topic, "-v", "--retained-only", "-W", "1", **who)
        return [line.split(" ")[0] for line in done.stdout.splitlines()]

    def test_it_starts_and_keeps_to_its_paths(self):
        self.run_broker()
        with open(self.place("run/mosquitto/mosquitto.pid")) as file:
            self.assertEqual(int(file.read()), self.broker.process.pid)
        with open(self.place("var/log/mosquitto/mosquitto.log")) as file:
            self.assertRegex(file.read(), r"^\d+: nightjar version \S+ starting\n")
        self.assertTrue(os.path.exists(self.place("var/lib/mosquitto/nightjar.mdb")))
        self.assertNotIn("Error", self.broker.log())

    def test_users_and_rights(self):
        self.run_broker()
        self.publish(self.plain, "plant/a")
        self.publish(self.plain, "other/a")  # not routed, as always
        self.publish(self.plain, "plant/b", user="bob")
        self.assertEqual(self.read("#"), ["plant/a"])
        self.assertEqual(self.read("#", user="bob"), [])
        self.assertIn("$SYS/broker/version", self.read("$SYS/broker/version"))
        for who in ({"user": None}, {"password": "wrong"}, {"user": "nobody"}):
            done = self.mosquitto("pub", self.plain, "-t", "a", "-m", "b", **who)
            self.assertEqual((done.returncode, "not authorised" in done.stderr), (5, True), done.stderr)

    def test_tls_and_client_certificates(self):
        self.run_broker()
        self.publish(self.tls, "plant/tls")
        self.publish(self.mutual, "plant/device-7/a", user=None, client="device-7")
        self.publish(self.mutual, "plant/other/a", user=None, client="device-7")
        self.assertEqual(sorted(self.read("plant/#", self.tls)), ["plant/device-7/a", "plant/tls"])
        self.assertNotEqual(self.mosquitto("pub", self.mutual, "-t", "a", "-m", "b").returncode, 0)

    def test_it_is_there_after_a_restart(self):
        self.run_broker()
        self.publish(self.plain, "plant/a")
        self.broker.stop()
        self.run_broker()
        self.assertEqual(self.read("plant/#"), ["plant/a"])
