"""$SYS: all of mosquitto's names are there and retained, their numbers are true, and only the broker writes them."""

import subprocess
import time

from harness import BrokerCase, packets as mqtt, seconds

PREFIX = "$SYS/broker/"
MOSQUITTO = """version uptime clients/total clients/maximum clients/disconnected clients/inactive clients/connected
    clients/active clients/expired messages/stored store/messages/count store/messages/bytes subscriptions/count
    shared_subscriptions/count heap/current heap/maximum messages/received messages/sent bytes/received bytes/sent
    publish/bytes/received publish/bytes/sent publish/messages/received publish/messages/sent publish/messages/dropped
    packet/out/count packet/out/bytes connections/socket/count""".split() + ["retained messages/count"]
LOADS = """messages/received messages/sent publish/received publish/sent publish/dropped bytes/received bytes/sent
    sockets connections""".split()
OURS = """dropped/output_full dropped/queue_full dropped/queue_bytes dropped/memory_full dropped/mailbox_full dropped/offline
    dropped/session_ended dropped/denied dropped/too_large log/dropped store/commits store/commits/failed store/measurements
    store/bytes/used config/last_reload_successful config/last_reload_success_timestamp_seconds""".split()
NAMES = {PREFIX + name for name in MOSQUITTO + OURS} | {f"{PREFIX}rate/{name}" for name in LOADS} | {
    f"{PREFIX}load/{name}/{window}" for name in LOADS for window in ("1min", "5min", "15min")}


class SysCase(BrokerCase):
    def watch(self, client_id, *names, qos=0):
        return self.client(client_id).subscribe(*((PREFIX + name, qos) for name in names))

    def wait_for(self, watcher, name, wanted):
        """Reads until the topic says so."""
        others, end = [], time.monotonic() + seconds(10)
        while time.monotonic() < end:
            got = watcher.expect_publish()
            if got.topic != PREFIX + name:
                continue
            if got.payload == str(wanted).encode():
                return
            others.append(got.payload)
        raise AssertionError(f"{name} never said {wanted}, but {others}")


class SysTopics(SysCase):
    extra_conf = "sys_interval 1\nmax_inflight_messages 1\nmax_queued_messages 3"
    nightjar_only = "mosquitto 2.0 has fewer names"

    def now(self, name):
        return self.rest.get("/api/v1/systree").json()[PREFIX + name]

    def test_all_names_are_retained(self):
        output = subprocess.run(["mosquitto_sub", "-p", str(self.broker.port), "-t", "$SYS/#", "--retained-only", "-F",
                                 "%r|%t|%p", "-C", str(len(NAMES))], check=True, capture_output=True,
                                timeout=seconds(10)).stdout.decode()
        lines = [line.split("|") for line in output.splitlines()]
        self.assertEqual({topic for _, topic, _ in lines}, NAMES)
        for retained, topic, payload in lines:
            self.assertEqual(retained, "1")
            if topic == PREFIX + "version":
                self.assertRegex(payload, r"^nightjar version \d+\.\d+\.\d+$")
            elif topic == PREFIX + "uptime":
                self.assertRegex(payload, r"^\d+ seconds$")
            elif topic.startswith((PREFIX + "load/", PREFIX + "rate/")):
                self.assertRegex(payload, r"^\d+\.\d\d$", topic)
            else:
                self.assertRegex(payload, r"^\d+$", topic)

    def test_received_messages_are_counted(self):
        names = ("publish/messages/received", "publish/bytes/received", "dropped/denied")
        before = {name: self.now(name) for name in names}
        watcher = self.watch("counts", *names)
        publisher = self.client("publisher")
        for qos in (0, 1, 2):
            publisher.publish("counted", b"12345", qos=qos)
        self.wait_for(watcher, "publish/messages/received", before["publish/messages/received"] + 3)
        publisher.publish("$SYS/broker/version", b"forged", retain=True)  # received, but not routed
        self.wait_for(watcher, "publish/bytes/received", before["publish/bytes/received"] + 3 * 5 + 6)
        self.wait_for(watcher, "dropped/denied", before["dropped/denied"] + 1)

    def test_sessions_and_subscriptions_are_counted(self):
        watcher = self.watch("sessions", "clients/disconnected", "subscriptions/count")
        self.wait_until(lambda: self.now("clients/connected") == 1, "the clients of other tests are gone")
        before = {name: self.now(name) for name in ("clients/disconnected", "subscriptions/count")}
        stays = self.client("stays", clean=False).subscribe(("a/1", 0), ("a/2", 0))
        self.wait_for(watcher, "subscriptions/count", before["subscriptions/count"] + 2)
        stays.disconnect()
        self.wait_for(watcher, "clients/disconnected", before["clients/disconnected"] + 1)
        self.client("stays", clean=True).disconnect()
        self.wait_for(watcher, "clients/disconnected", before["clients/disconnected"])

    def test_stored_messages_are_counted(self):
        watcher = self.watch("stored", "store/messages/count", "retained messages/count")
        before = {name: self.now(name) for name in ("store/messages/count", "retained messages/count")}
        publisher = self.client("publisher")
        publisher.publish("stored/r", b"x", qos=1, retain=True)
        self.wait_for(watcher, "retained messages/count", before["retained messages/count"] + 1)
        self.client("waits", clean=False).subscribe(("stored/q", 1)).disconnect()
        for _ in range(2):
            publisher.publish("stored/q", b"x", qos=1)
        self.wait_for(watcher, "store/messages/count", before["store/messages/count"] + 3)
        publisher.publish("stored/r", b"", qos=1, retain=True)
        reader = self.client("waits", clean=False, session_present=True)
        reader.take_many(2)
        self.wait_for(watcher, "store/messages/count", before["store/messages/count"])

    def test_a_full_queue_is_a_drop(self):
        before = {name: self.now(name) for name in ("publish/messages/dropped", "dropped/queue_full")}
        self.client("full", clean=False).subscribe(("full", 1)).disconnect()
        publisher = self.client("publisher")
        for _ in range(5):
            publisher.publish("full", b"x", qos=1)
        for name, value in before.items():
            self.wait_for(self.watch("drops", name), name, value + 2)

    def test_only_changes_are_said(self):
        watcher = self.watch("quiet", "uptime", "clients/expired", "version")
        watcher.take_many(3)
        for _ in range(3):
            self.assertEqual(watcher.expect_publish().topic, PREFIX + "uptime")

    def test_loads_follow_the_traffic(self):
        watcher = self.watch("loads", "load/publish/received/1min")
        idle = float(watcher.expect_publish().payload)
        publisher = self.client("publisher")
        publisher.send(*[mqtt.publish("load", b"x")] * 1000)
        publisher.expect_nothing()
        while float(watcher.expect_publish().payload) < idle + 500:
            pass  # 1000 in a second are 60,000 a minute; the first look gives a sixtieth of it to the average


class SysTopicsRules(SysCase):
    extra_conf = "sys_interval 1\nmax_inflight_messages 1"

    def test_wildcards_at_the_start_do_not_match(self):
        watcher = self.client("wild").subscribe(("#", 0), ("+/broker/#", 0), ("+/+/uptime", 0))
        self.watch("uptime", "uptime").take_many(3)
        self.client("publisher").publish("marker")
        topics = [watcher.expect_publish().topic]
        while topics[-1] != "marker":
            topics.append(watcher.expect_publish().topic)
        self.assertFalse([topic for topic in topics if topic.startswith("$")])
        inside = self.client("inside").subscribe(("$SYS/+/uptime", 0))
        self.assertEqual(inside.expect_publish().topic, PREFIX + "uptime")

    def test_each_qos_of_a_subscriber(self):
        for qos in (0, 1, 2):
            with self.subTest(qos=qos):
                watcher = self.watch(f"qos-{qos}", "uptime", qos=qos)
                first, second = watcher.take(qos=qos), watcher.take(qos=qos)
                self.assertEqual((first.retain, second.retain), (True, False))
                watcher.close()

    def test_who_is_away_hears_later(self):
        for qos in (1, 2):
            with self.subTest(qos=qos):
                away = self.client(f"away-{qos}", clean=False).subscribe((PREFIX + "uptime", qos))
                first = away.take(qos=qos)
                away.disconnect()
                self.watch("meanwhile", "uptime").take_many(3)
                back = self.client(f"away-{qos}", clean=False, session_present=True)
                numbers = [int(back.take(qos=qos).payload.split()[0]) for _ in range(2)]
                self.assertEqual(numbers, sorted(numbers))
                self.assertGreater(numbers[0], int(first.payload.split()[0]))
                back.unsubscribe(PREFIX + "uptime")
                back.close()
                self.client(f"away-{qos}", clean=True, session_present=False).close()

    def test_only_the_broker_writes(self):
        version = self.watch("version", "version").expect_publish().payload
        forger = self.client("forger")
        for qos, topic in ((0, "version"), (0, "clients/connected"), (0, "of/mine")):
            forger.send_until_closed(mqtt.publish(PREFIX + topic, b"forged", qos, None, retain=True))
        forger.close()
        self.watch("meanwhile", "uptime").take_many(2)
        late = self.client("late").subscribe(("$SYS/#", 0), ("$SYS/broker/of/mine", 0))
        seen = {}
        while PREFIX + "uptime" not in seen or PREFIX + "version" not in seen:
            got = late.expect_publish()
            seen[got.topic] = got.payload
        self.assertEqual(seen[PREFIX + "version"], version)
        self.assertNotIn(b"forged", seen.values())
        self.assertNotIn(PREFIX + "of/mine", seen)


class SysTopicsRestart(SysCase):
    extra_conf = "sys_interval 1\nmax_inflight_messages 1"
    nightjar_only = "mosquitto keeps nothing over a kill"
    broker_per_test = True

    def test_retained_figures_are_not_kept_but_queued_ones_are(self):
        kept = self.client("kept", clean=False).subscribe((PREFIX + "uptime", 2))
        first = int(kept.take(qos=2).payload.split()[0])
        kept.disconnect()
        self.watch("meanwhile", "uptime").take_many(3)  # the first of two that kept has to get is a second old
        self.broker.kill()
        self.broker.start()
        self.broker.wait_log("Restored 1 sessions and [1-9] retained messages")
        again = self.client("kept", clean=False, session_present=True)
        numbers = [int(again.take(qos=2).payload.split()[0])]
        self.assertGreater(numbers[0], first)
        while numbers[-1] != 0:  # of the new process
            numbers.append(int(again.take(qos=2).payload.split()[0]))
        self.assertEqual(numbers[:-1], sorted(set(numbers[:-1])))


class SysInterval0(SysCase):
    extra_conf = "sys_interval 0"

    def test_nothing_is_published(self):
        watcher = self.client("watcher").subscribe(("$SYS/#", 2))
        watcher.expect_nothing()
        with self.assertRaisesRegex(AssertionError, "no packet in time"):
            watcher.read_packet(1.5)
