"""presence_events: who comes and goes is told on $SYS/broker/clients/ID/connected and .../disconnected."""

import json
import signal

from harness import BrokerCase, packets as mqtt

PREFIX = "$SYS/broker/clients/"


class PresenceCase(BrokerCase):
    nightjar_only = "mosquitto tells nobody"
    broker_per_test = True
    extra_conf = "presence_events true\nsys_interval 0"

    def watch(self, client_id="watcher"):
        watcher = self.client(client_id).subscribe((PREFIX + "+/connected", 1), (PREFIX + "+/disconnected", 1))
        return watcher

    def next(self, watcher):
        """(level of the client, event, payload)"""
        got = watcher.expect_publish(qos=1)
        watcher.send(mqtt.puback(got.packet_id))
        self.assertFalse(got.retain)
        level, _, event = got.topic.removeprefix(PREFIX).rpartition("/")
        self.assertNotIn("/", level)
        return level, event, json.loads(got.payload)


class PresenceEvents(PresenceCase):
    def test_coming_and_going(self):
        watcher = self.watch()
        client = self.client("meter", username="ann", password="x", keepalive=30)
        level, event, told = self.next(watcher)
        self.assertEqual((level, event), ("meter", "connected"))
        self.assertRegex(told["time"], r"^20\d\d-\d\d-\d\dT.*Z$")
        port = told["port"]
        self.assertEqual({**told, "time": ""}, {
            "client_id": "meter", "username": "ann", "address": "127.0.0.1", "port": port,
            "listener": str(self.broker.port), "protocol_version": "3.1.1", "clean_start": True, "keepalive": 30,
            "time": ""})
        client.disconnect()
        level, event, told = self.next(watcher)
        self.assertEqual((level, event), ("meter", "disconnected"))
        self.assertEqual({**told, "time": ""}, {
            "client_id": "meter", "username": "ann", "address": "127.0.0.1", "port": port,
            "listener": str(self.broker.port), "time": "", "reason": "DISCONNECT"})

    def test_reasons(self):
        watcher = self.watch()
        def gone():
            self.assertEqual(self.next(watcher)[1], "connected")
            told = self.next(watcher)
            self.assertEqual(told[1], "disconnected")
            return told[2]["reason"]
        client = self.client("x")
        client.transport.close()
        self.assertEqual(gone(), "connection closed by client")
        client = self.client("x")
        self.assertEqual(self.rest.request("DELETE", "/api/v1/clients/x").status, 204)
        self.assertEqual(gone(), "administrative action")
        self.client("x")
        self.client("x")
        self.assertEqual(gone(), "session taken over")
        self.assertEqual(self.next(watcher)[1], "connected")

    def test_who_is_not_let_in_is_not_told(self):
        watcher = self.watch()
        client = self.raw()
        client.send_until_closed(b"\x10\x02xx")
        client.expect_closed()
        watcher.expect_nothing()

    def test_ids_that_are_no_level(self):
        watcher = self.watch()
        for client_id, level in {"a/b": "a%2Fb", "+": "%2B", "#": "%23", "100%": "100%25", "a%2Fb": "a%252Fb", "/": "%2F",
                                 "$SYS/#": "$SYS%2F%23", "日本": "日本", "<b>\"": "<b>\"", "../..": "..%2F..",
                                 "x" * 1024: "x" * 1024, "x" * 65535: "x" * 1024 + "%~",
                                 "é" * 600: "é" * 512 + "%~", "/" * 65535: "%2F" * 341 + "%~"}.items():
            self.client(client_id).disconnect()
            for event in ("connected", "disconnected"):
                got = self.next(watcher)
                self.assertEqual((got[0], got[1], got[2]["client_id"]), (level, event, client_id))

    def test_nobody_else_may_write_there(self):
        watcher = self.watch()
        liar = self.client("liar")
        self.next(watcher)
        liar.publish(PREFIX + "x/connected", b"{}", qos=1)
        watcher.expect_nothing()


class Off(PresenceCase):
    extra_conf = "sys_interval 0"

    def test_off_unless_it_is_asked_for_and_a_reload_turns_it_on(self):
        watcher = self.watch()
        self.client("x").disconnect()
        watcher.expect_nothing()
        with open(self.broker.directory + "/broker.conf", "a") as conf:
            conf.write("presence_events true\n")
        since = self.broker.log_size()
        self.broker.process.send_signal(signal.SIGHUP)
        self.broker.wait_log("The new configuration counts", since)
        self.client("y")
        self.assertEqual(self.next(watcher)[:2], ("y", "connected"))


class TwoWorkers(PresenceCase):
    extra_conf = PresenceCase.extra_conf + "\nworker_threads 2"

    def test_from_every_worker(self):
        watcher = self.watch()
        for number in range(6):
            self.client(f"c{number}")
            self.assertEqual(self.next(watcher)[:2], (f"c{number}", "connected"))


if __name__ == "__main__":
    import unittest
    unittest.main()
