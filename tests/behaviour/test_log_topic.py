"""`log_dest topic`: log lines on $SYS/broker/log/..., as mosquitto 2.0.11 publishes them. Runs against both."""

import re

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto

PREFIX = "$SYS/broker/log/"


class LogTopic(BrokerCase):
    extra_conf = "log_dest topic"

    def follower(self, below="#", qos=0):
        client = self.client("follower")
        client.send(mqtt.subscribe(1, (PREFIX + below, qos)))
        while client.read_packet() != mqtt.suback(1, qos):  # its own lines may come first
            pass
        return client

    def wait_for(self, client, topic, pattern):
        """The next message on this topic that matches; those before it are passed over."""
        while True:
            message = client.expect_publish()  # never acknowledged: there are few
            if message.topic == PREFIX + topic and re.fullmatch(pattern, message.payload.decode()):
                return message

    def test_levels_have_their_topics(self):
        follower = self.follower()
        client = self.client("subject")
        self.wait_for(follower, "N", r"\d+: New client connected from 127\.0\.0\.1:\d+ as subject \(p2, c1, k60\)\.")
        client.subscribe(("a", 1))
        self.wait_for(follower, "M/subscribe", r"\d+: subject 1 a")
        client.unsubscribe("a")
        self.wait_for(follower, "M/unsubscribe", r"\d+: subject a")
        self.client("subject")
        self.wait_for(follower, "E", r"\d+: Client subject already connected, closing old connection\.")
        bad = self.raw()
        bad.send(mqtt.connect("v9", level=9))
        self.wait_for(follower, "I", r"\d+: Invalid protocol version 9 in CONNECT from 127\.0\.0\.1\.")

    def test_lines_are_qos_2_and_not_retained(self):
        follower = self.follower("N", qos=2)
        self.client("subject").disconnect()
        message = self.wait_for(follower, "N", r"\d+: New client connected.*subject.*")
        self.assertEqual((message.qos, message.retain), (2, False))
        late = self.client("late")
        late.send(mqtt.subscribe(1, (PREFIX + "N", 0)), mqtt.PINGREQ)
        while (packet := late.read_packet()) != mqtt.PINGRESP:
            self.assertTrue(packet == mqtt.suback(1, 0) or not mqtt.Publish(packet).retain, packet)

    def test_debug_lines_are_not_published(self):
        """To deliver one would write the next, and that for ever."""
        follower = self.follower("D")
        client = self.client("talker")
        for _ in range(10):
            client.publish("x", b"x", qos=1)
        self.broker.wait_log("Received PUBLISH from talker")
        follower.expect_nothing()

    def test_a_durable_follower_gets_them_later(self):
        follower = self.client("away", clean=False)
        follower.send(mqtt.subscribe(1, (PREFIX + "M/subscribe", 1)))
        while follower.read_packet() != mqtt.suback(1, 1):
            pass
        follower.close()
        self.broker.wait_log("Client away closed its connection")
        self.client("meanwhile").subscribe(("b", 0))
        follower = self.client("away", session_present=True, clean=False)
        self.wait_for(follower, "M/subscribe", r"\d+: meanwhile 0 b")

    def test_all_workers_lines_come(self):
        follower = self.follower("N")
        for number in range(8):
            self.client(f"many-{number}")
        missing = {f"many-{number}" for number in range(8)}
        while missing:
            found = re.search(r"as (many-\d)", follower.take().payload.decode())
            missing.discard(found and found[1])


class Flood(BrokerCase):
    nightjar_only = "mosquitto has no such limit"
    extra_conf = "log_dest topic\nworker_threads 1"
    log_types = "subscribe"

    def test_lines_that_come_too_fast_are_dropped_and_counted(self):
        follower = self.client("follower")
        follower.send(mqtt.subscribe(1, (PREFIX + "#", 0)))
        while follower.read_packet() != mqtt.suback(1, 0):
            pass
        client = self.client("flood")
        client.send(mqtt.subscribe(1, *((f"f/{number}", 0) for number in range(3000))))  # one packet, one turn
        count, told = 0, 0
        while not told:
            message = follower.take()
            found = re.fullmatch(rb"Warning: (\d+) log lines came too fast and are not published here\.",
                                 message.payload)
            told = int(found[1]) if found else 0
            count += b": flood 0 f/" in message.payload
        self.assertEqual(count + told, 3000)
        self.assertGreaterEqual(count, 1000)
        systree = self.rest.get("/api/v1/systree").json()
        self.assertEqual(systree["$SYS/broker/log/dropped"], told)
        self.assertIn(f"\nnightjar_log_lines_dropped_total {told}\n", self.rest.get("/metrics").body.decode())


class Reload(BrokerCase):
    nightjar_only = "mosquitto does not reload this"
    log_types = "subscribe"

    def test_it_can_be_turned_on_and_off(self):
        import signal
        follower, client = self.client("follower"), self.client("client")
        follower.subscribe((PREFIX + "#", 0))
        conf = self.broker.directory + "/broker.conf"
        text = open(conf).read()

        def reload(with_topic):
            with open(conf, "w") as file:
                file.write(text.replace("log_type subscribe", "log_type subscribe\nlog_type notice")
                           + ("log_dest topic\n" if with_topic else ""))
            since = self.broker.log_size()
            self.broker.process.send_signal(signal.SIGHUP)
            self.broker.wait_log("The new configuration counts", since)

        reload(True)
        client.subscribe(("on", 0))
        while b": client 0 on" not in follower.take().payload:
            pass
        reload(False)
        client.subscribe(("off", 0))
        self.broker.wait_log("client 0 off")
        while True:
            packet = follower.read_packet() if follower.send(mqtt.PINGREQ) is None else b""
            if packet == mqtt.PINGRESP:
                break
            self.assertNotIn(b"client 0 off", packet)
