"""SIGHUP: $SYS, the sensors plugin and limits follow the conf; what cannot change is named with its line."""

import json
import os

from harness import packets as mqtt
from harness.reload import ReloadCase

UPTIME = "$SYS/broker/uptime"


class SysInterval(ReloadCase):
    extra_conf = "sys_interval 3600"

    def test_faster_off_and_on(self):
        watcher = self.client("watcher").subscribe((UPTIME, 0))
        self.assertTrue(watcher.expect_publish(UPTIME).retain)
        self.use(self.broker.conf().replace("sys_interval 3600", "sys_interval 1"))
        watcher.expect_publish(UPTIME)
        watcher.expect_publish(UPTIME)
        self.use(self.broker.conf().replace("sys_interval 3600", "sys_interval 0"))
        while watcher.expect_publish(UPTIME).payload:
            pass  # what is retained is taken back
        self.client("late").subscribe(("$SYS/#", 0)).expect_nothing()
        self.use(self.broker.conf())
        self.assertTrue(watcher.expect_publish(UPTIME).payload)
        late = self.client("late").subscribe(("$SYS/broker/version", 0))
        self.assertIn(b"nightjar version", late.expect_publish().payload)


class SysIntervalOff(ReloadCase):
    extra_conf = "sys_interval 0"

    def test_on(self):
        self.client("early").subscribe(("$SYS/#", 0)).expect_nothing()
        watcher = self.client("watcher").subscribe(("$SYS/broker/version", 0))
        self.use(self.broker.conf().replace("sys_interval 0", "sys_interval 10"))
        self.assertIn(b"nightjar version", watcher.expect_publish().payload)


class Sensors(ReloadCase):
    def measure(self, value, topic="iot/measurements"):
        self.device = getattr(self, "device", None) or self.client("device")
        self.device.publish(topic, json.dumps({"sensor_id": 3, "type": "light", "value": value}), 1)

    def values(self):
        rows = self.rest.get("/api/monitoring/measurements/?order=asc").json()
        return [row["value"] for row in rows]

    def incidents(self):
        return [(i["status"], i["value"]) for i in self.rest.get("/api/monitoring/incidents/").json()]

    def test_thresholds_and_open_incidents(self):
        self.measure(50)
        self.assertEqual(self.incidents(), [])
        self.use(self.broker.conf() + "plugin_opt_threshold light - 20\n")
        self.assertEqual(self.rest.get("/api/monitoring/sensors/3/thresholds/").json(), {"min": None, "max": 20})
        self.measure(51)
        self.assertEqual(self.incidents(), [("open", 51)])
        self.use(self.broker.conf() + "plugin_opt_threshold light - 60\n")
        self.assertEqual(self.incidents(), [("open", 51)])  # kept, until a value comes
        self.measure(70)
        self.assertEqual(self.incidents(), [("open", 70)])
        self.measure(55)
        self.assertEqual([status for status, _ in self.incidents()], ["closed"])

    def test_sources(self):
        self.measure(1)
        self.use(self.broker.conf() + "plugin_opt_source measurement other/place\n")
        self.measure(2)
        self.measure(3, "other/place")
        self.use(self.broker.conf())
        self.measure(4)
        self.measure(5, "other/place")
        self.assertEqual(self.values(), [1, 3, 4])

    def test_topics(self):
        self.measure(1)
        watcher = self.client("watcher").subscribe(("sensors/3/state", 0), ("light/3", 0), ("dht11/status", 0),
                                                   ("here", 0))
        said = {watcher.expect_publish().topic for _ in range(2)}
        self.assertEqual(said, {"sensors/3/state", "dht11/status"})
        self.use(self.broker.conf() + "plugin_opt_state_topic light/%i\nplugin_opt_topic_status here\n")
        got = {message.topic: message.payload for message in (watcher.expect_publish() for _ in range(4))}
        self.assertEqual((got["sensors/3/state"], got["dht11/status"]), (b"", b""))
        self.assertTrue(got["light/3"] and got["here"])
        self.measure(2)
        self.assertEqual(json.loads(watcher.expect_publish("light/3").payload)["value"], 2)
        self.use(self.broker.conf() + "plugin_opt_state_topic off\nplugin_opt_topic_status here\n")
        watcher.expect_publish("light/3", b"")
        self.measure(3)

    def retained(self):
        return {row["topic"] for row in self.rest.get("/api/v1/retained").json()}

    def test_nothing_stays_on_old_topics(self):
        self.use(self.broker.conf() + "plugin_opt_threshold light - 20\n")
        self.measure(50)
        self.wait_until(lambda: {"dht11/incidents/1", "sensors/3/state"} <= self.retained(), "both are retained")
        for name in ("q", "r"):  # with an incident that closes before anybody could say so
            self.use(self.broker.conf() + f"plugin_opt_state_topic {name}/%i\nplugin_opt_topic_incidents {name}/incidents\n")
            self.measure(1)
        self.wait_until(lambda: self.retained() == {"dht11/status", "r/3"}, "what moved is gone")

    def test_a_mistake(self):
        self.write_conf(self.broker.conf() + "plugin_opt_threshold light - 20\nplugin_opt_source nonsense a/b\n")
        self.refused(r"broker.conf:\d+")
        self.measure(50)
        self.assertEqual(self.incidents(), [])

    def test_ids_go_on(self):
        self.device = self.client("device")
        self.device.publish("iot/hall/temperature", b"1", 1)
        self.use(self.broker.conf() + "plugin_opt_auto_id_start 500\n")
        self.device.publish("iot/roof/temperature", b"2", 1)
        self.use(self.broker.conf() + "plugin_opt_auto_id_start 300000\n")
        self.device.publish("iot/cellar/temperature", b"3", 1)
        ids = sorted(sensor["id"] for sensor in self.rest.get("/api/monitoring/sensors/").json())
        self.assertEqual(ids, [100001, 100002, 300000])


class Fixed(ReloadCase):
    def test_what_needs_a_start_is_named_with_its_line(self):
        conf = self.broker.conf()
        lines = {"worker_threads": "worker_threads 7", "user": "user nobody-here", "pid_file": "pid_file /nowhere/pid",
                 "persistence_location": "persistence_location /nowhere/", "persistence": "persistence false",
                 "plugin": "plugin builtin:none"}
        conf = conf.replace("persistence true\n", "").replace("user root\n", "").replace(f"persistence_location {self.broker.store}\n", "")
        since = self.broker.log_size()
        first = conf.count("\n") + 1
        self.use(conf + "\n".join(lines.values()) + "\n")
        log = self.broker.log()[since:]
        for offset, name in enumerate(lines):
            self.assertRegex(log, rf"{name}\b.* changes with the next start only. \(.*broker.conf:{first + offset}\)")
        self.assert_healthy()

    def test_limits(self):
        self.use(self.broker.conf() + "max_packet_size 50\n")
        client = self.client("one")
        client.send(mqtt.publish("a", b"x" * 100))
        client.expect_closed()


class LogFile(ReloadCase):
    def test_a_pipe_that_nobody_reads(self):
        """Opening it would wait for a reader, and with it all threads."""
        pipe = self.broker.path("pipe")
        os.mkfifo(pipe)
        client = self.client("goes on")
        self.add(f"log_dest file {pipe}")
        self.refused(f"Cannot open log file {pipe}")
        client.expect_nothing()
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.reload()
        self.client("is logged")
        with open(reader, "rb", buffering=0, closefd=False) as lines:  # reads nothing while there is nothing
            self.wait_until(lambda: b"as is logged " in (lines.read(65536) or b""), "the line in the pipe")
