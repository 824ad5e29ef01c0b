"""mosquitto_pub and mosquitto_sub, over TCP and WebSockets where they can: a round trip at each QoS, retained, will."""

import subprocess

from harness import BrokerCase, seconds


class MosquittoClients(BrokerCase):
    def run_client(self, name, *arguments):
        return subprocess.run([name, "-h", "127.0.0.1", "-p", str(self.broker.port), *arguments], check=True,
                              capture_output=True, timeout=seconds(10)).stdout

    def subscriber(self, client_id, count, *arguments):
        """A mosquitto_sub that has its SUBACK and ends after count messages."""
        since = self.broker.log_size()
        process = subprocess.Popen(["mosquitto_sub", "-h", "127.0.0.1", "-p", str(self.broker.port), "-i", client_id,
                                    "-C", str(count), "-F", "%t %q %r %p", *arguments], stdout=subprocess.PIPE)
        self.addCleanup(self.end, process)
        self.broker.wait_log(f"Sending SUBACK to {client_id}", since)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        process.stdout.close()

    def lines(self, process):
        output, _ = process.communicate(timeout=seconds(10))
        return output.decode().splitlines()

    def test_round_trip(self):
        process = self.subscriber("sub-1", 3, "-t", "clients/#", "-q", "2")
        for qos in "012":
            self.run_client("mosquitto_pub", "-q", qos, "-t", f"clients/{qos}", "-m", f"hello {qos}")
        self.assertEqual(self.lines(process), [f"clients/{qos} {qos} 0 hello {qos}" for qos in "012"])

    def test_many_lines(self):
        process = self.subscriber("sub-2", 1000, "-t", "clients-many", "-q", "1")
        text = "\n".join(str(number) for number in range(1000))
        subprocess.run(["mosquitto_pub", "-p", str(self.broker.port), "-q", "1", "-t", "clients-many", "-l"],
                       input=text.encode(), check=True, timeout=seconds(20))
        self.assertEqual([line.split()[-1] for line in self.lines(process)], text.split("\n"))

    def test_retained(self):
        self.run_client("mosquitto_pub", "-r", "-t", "clients-kept", "-m", "kept")
        output = self.run_client("mosquitto_sub", "-t", "clients-kept", "-C", "1", "-F", "%r %p")
        self.assertEqual(output, b"1 kept\n")
        self.run_client("mosquitto_pub", "-r", "-n", "-t", "clients-kept")
        self.assertEqual(self.run_client("mosquitto_sub", "-t", "clients-kept", "-E"), b"")

    def test_mqtt_3_1(self):
        self.run_client("mosquitto_pub", "-V", "mqttv31", "-i", "old", "-q", "1", "-r", "-t", "clients-old", "-m", "x")
        output = self.run_client("mosquitto_sub", "-V", "mqttv31", "-i", "old", "-t", "clients-old", "-C", "1")
        self.assertEqual(output, b"x\n")

    def test_session_while_away(self):
        session = ("-i", "away", "-c", "-q", "1", "-t", "clients-away")
        self.run_client("mosquitto_sub", *session, "-E")
        self.run_client("mosquitto_pub", "-q", "1", "-t", "clients-away", "-m", "waited")
        self.assertEqual(self.run_client("mosquitto_sub", *session, "-C", "1"), b"waited\n")

    def test_will(self):
        process = self.subscriber("sub-3", 1, "-t", "clients-will")
        dying = self.subscriber("dying", 1, "-t", "nothing", "--will-topic", "clients-will", "--will-payload", "gone")
        dying.kill()
        self.assertEqual(self.lines(process), ["clients-will 0 0 gone"])
