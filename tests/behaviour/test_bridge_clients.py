"""A bridge of mosquitto as a client (`connection` and `topic` lines on the other side): it says what it is in the high bit
of the protocol level, and gets nothing back that it has sent, and RETAIN as it was published. The raw ones also run
against mosquitto."""

import os
import shutil
import subprocess
import tempfile
import unittest

from harness import BrokerCase, MqttClient, TcpTransport, free_port

BRIDGE = 0x84
STATE = "$SYS/broker/connection/far.link/state"
MOSQUITTO = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")


class BridgeClients(BrokerCase):
    def bridge(self, client_id="far.link", **options):
        return self.client(client_id, level=BRIDGE, **options)

    def test_nothing_comes_back_to_its_sender(self):
        bridge = self.bridge().subscribe(("b/#", 2))
        for qos in (0, 1, 2):
            bridge.publish("b/own", b"%d" % qos, qos)
        self.client("other").publish("b/others", b"x", 1)
        bridge.take("b/others", b"x", 1)
        bridge.expect_nothing()

    def test_other_clients_hear_themselves(self):
        client = self.client("plain").subscribe(("p/#", 0))
        client.publish("p/own", b"x")
        client.take("p/own", b"x")

    def test_retain_as_it_was_published(self):
        bridge = self.bridge().subscribe(("r/#", 2))
        plain = self.client("plain").subscribe(("r/#", 2))
        publisher = self.client("publisher")
        large = b"l" * 5000
        for qos, retain, payload in [(0, True, b"x"), (1, True, b"x"), (2, True, b"x"), (0, False, b"x"), (1, False, b"x"),
                                     (0, True, large), (1, True, large)]:
            with self.subTest(qos=qos, retain=retain, size=len(payload)):
                publisher.publish("r/a", payload, qos, retain=retain)
                self.assertEqual(bridge.take("r/a", payload, qos).retain, retain)
                self.assertFalse(plain.take("r/a", payload, qos).retain)

    def test_what_waited_for_it(self):
        bridge = self.bridge(clean=False).subscribe(("w/#", 1))
        bridge.disconnect()
        publisher = self.client("publisher")
        publisher.publish("w/kept", b"x", 1, retain=True)
        publisher.publish("w/passing", b"x", 1)
        bridge = self.bridge(clean=False, session_present=True)
        self.assertTrue(bridge.take("w/kept", b"x", 1).retain)
        self.assertFalse(bridge.take("w/passing", b"x", 1).retain)
        bridge.publish("w/own", b"x", 1)
        bridge.disconnect()
        self.bridge(clean=False, session_present=True).expect_nothing()

    def test_says_whether_it_is_there(self):
        watcher = self.client("watcher").subscribe((STATE, 1))
        bridge = self.bridge(will=(STATE, b"0", 1, True))
        bridge.publish(STATE, b"1", 1, retain=True)
        watcher.take(STATE, b"1", 1)
        bridge.close()
        watcher.take(STATE, b"0", 1)
        self.assertTrue(self.client("later").subscribe((STATE, 1)).take(STATE, b"0", 1).retain)

    def test_and_nothing_else_below_sys(self):
        watcher = self.client("watcher").subscribe(("$SYS/broker/connection/#", 1))
        bridge = self.bridge()
        for topic in ("$SYS/broker/connection/state", "$SYS/broker/connection/a/b/state", "$SYS/broker/connection/a/states"):
            bridge.publish(topic, b"1", 1)
        watcher.expect_nothing()

    def test_is_logged_as_one(self):
        self.bridge("logged")
        self.broker.wait_log(r"New bridge connected from 127\.0\.0\.1:\d+ as logged \(p2, c1, k60\)\.")


@unittest.skipIf(MOSQUITTO is None, "mosquitto is not installed")
class RealBridge(BrokerCase):
    nightjar_only = "what two of mosquitto do is theirs"
    broker_per_test = True

    def setUp(self):
        super().setUp()
        self.far_port = free_port()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        conf = os.path.join(directory.name, "far.conf")
        with open(conf, "w") as file:
            file.write(f"listener {self.far_port} 127.0.0.1\nallow_anonymous true\nconnection link\n"
                       f"address 127.0.0.1:{self.broker.port}\nremote_clientid far.link\ntopic # both 1\n")
        watcher = self.client("watcher").subscribe((STATE, 1))
        far = subprocess.Popen([MOSQUITTO, "-c", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(far.wait)
        self.addCleanup(far.terminate)
        watcher.take(STATE, b"1", 1)
        self.broker.wait_log("Sending SUBACK to far.link")

    def far(self, client_id):
        client = MqttClient(TcpTransport(self.far_port))
        self.addCleanup(client.close)
        return client.connect(client_id)

    def test_each_message_once_on_both_sides(self):
        listeners = [connect("listener").subscribe(("x/#", 1)) for connect in (self.client, self.far)]
        publishers = [connect("publisher") for connect in (self.client, self.far)]
        # What had gone round would come before the next message from the same side.
        for publisher in publishers * 2:
            publisher.publish("x/y", b"x", 1)
            for listener in listeners:
                listener.take("x/y", b"x", 1)
        for listener in listeners:
            listener.expect_nothing()

    def test_retained_messages_stay_so(self):
        watcher = self.far("far").subscribe(("kept/#", 1))
        self.client("near").publish("kept/here", b"x", 1, retain=True)
        watcher.take("kept/here", b"x", 1)
        self.assertTrue(self.far("later").subscribe(("kept/#", 1)).take("kept/here", b"x", 1).retain)


if __name__ == "__main__":
    unittest.main()
