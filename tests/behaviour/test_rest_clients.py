"""GET /api/v1/clients: everybody who is there or away, page by page; one client; DELETE throws it out."""

import os
import urllib.parse

from harness import BrokerCase, MqttClient, packets as mqtt
from harness.mqtt_client import UnixTransport

PATH = "/api/v1/clients/"


def quoted(client_id):
    return PATH + urllib.parse.quote(client_id, safe="")


class ClientsCase(BrokerCase):
    nightjar_only = "mosquitto has no list of clients"
    broker_per_test = True

    def list(self, **query):
        answer = self.rest.get(PATH + "?" + urllib.parse.urlencode(query))
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def ids(self, **query):
        return [client["client_id"] for client in self.list(**query)]

    def pages(self, **query):
        path = PATH + "?" + urllib.parse.urlencode(query)
        while path:
            answer = self.rest.get(path)
            self.assertEqual(answer.status, 200, answer)
            yield answer.json()
            link = answer.headers["Link"]
            path = link[1:link.index(">")] if link else None

    def show(self, client_id):
        answer = self.rest.get(quoted(client_id))
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def kick(self, client_id, query=""):
        return self.rest.request("DELETE", quoted(client_id) + query)

    def away(self, client_id, *filters, **options):
        self.client(client_id, clean=False, **options).subscribe(*filters or (("away", 1),)).disconnect()
        self.wait_until(lambda: not self.show(client_id)["connected"], "away")


class List(ClientsCase):
    def test_empty(self):
        self.assertEqual(self.list(), [])

    def test_sorted_and_filtered(self):
        for client_id in ("b/2", "a", "b/1", "ümlaut"):
            self.client(client_id, username="ann" if client_id == "a" else None, password="x" if client_id == "a" else None)
        self.away("c away")
        everybody = ["a", "b/1", "b/2", "c away", "ümlaut"]
        self.assertEqual(self.ids(), everybody)
        self.assertEqual(self.ids(order="desc"), everybody[::-1])
        self.assertEqual(self.ids(prefix="b/"), ["b/1", "b/2"])
        self.assertEqual(self.ids(prefix="b/", order="desc"), ["b/2", "b/1"])
        self.assertEqual(self.ids(search="way"), ["c away"])
        self.assertEqual(self.ids(q="mlau"), ["ümlaut"])
        self.assertEqual(self.ids(username="ann"), ["a"])
        self.assertEqual(self.ids(connected="false"), ["c away"])
        self.assertEqual(self.ids(connected="true", prefix="c"), [])
        self.assertEqual(self.ids(address="127.0.0.1"), everybody)
        self.assertEqual(self.ids(address="127.0.0.2"), [])
        self.assertEqual(self.ids(prefix="zz"), [])

    def test_pages_show_each_client_once_while_others_come_and_go(self):
        wanted = [f"page-{number:03}" for number in range(60)]
        clients = {client_id: self.client(client_id) for client_id in wanted}
        for order in ("asc", "desc"):
            seen = []
            for number, page in enumerate(self.pages(limit=7, prefix="page-", order=order)):
                self.assertLessEqual(len(page), 7)
                seen += [client["client_id"] for client in page]
                clients.pop(seen[-1], self).disconnect() if seen[-1] in clients else None  # where the next page begins
                self.client(f"page-{number:03}-new").disconnect()
            self.assertEqual([client_id for client_id in seen if client_id in clients],
                             sorted(clients, reverse=order == "desc"))
            self.assertEqual(len(seen), len(set(seen)))

    def test_wrong_parameters(self):
        for query in ("connected=maybe", "limit=0", "limit=x", "order=up", "after=x", "after=1", "after=x.y",
                      "after=1." + "x" * 600, "%zz=1"):
            self.assert_http_error(self.rest.get(PATH + "?" + query), 400)
        self.assertEqual(self.ids(after="1.zzz"), [])


class OneClient(ClientsCase):
    def test_the_sensors_that_it_feeds(self):
        meter = self.client("meter", username="ann", password="x")
        other = self.client("other")
        meter.publish("iot/measurements", b'{"sensor_id":3,"value":1,"type":"light","unit":"V"}', qos=1)
        meter.publish("dht11/hall/data", b'{"temperature":21.5}', qos=1)
        other.publish("iot/measurements", b'{"sensor_id":4,"value":1}', qos=1)
        shown = self.show("meter")["sensors"]
        self.assertEqual([(s["name"], s["value"], s["unit"]) for s in shown],
                         [("light 3", 1, "V"), ("hall temperature", 21.5, "\u00b0C")])
        live = self.rest.get("/api/monitoring/sensors/3/").json()["live"]
        self.assertEqual((live["client_id"], live["username"]), ("meter", "ann"))
        other.publish("iot/measurements", b'{"sensor_id":3,"value":2}', qos=1)
        meter.publish("iot/measurements", b'{"sensor_id":4,"value":2}', qos=1)
        other.publish("iot/measurements", b'{"sensor_id":4,"value":3}', qos=1)
        self.assertEqual([s["name"] for s in self.show("meter")["sensors"]], ["hall temperature"])
        self.assertEqual([(s["id"], s["value"]) for s in self.show("other")["sensors"]], [(3, 2), (4, 3)])

    def test_members(self):
        client = self.client("meter", username="ann", password="x", keepalive=30)
        client.subscribe(("a/+", 1), ("b/#", 2), ("c", 0))
        client.publish("x", b"12345", qos=1)
        other = self.client("other")
        other.publish("a/1", b"hello", qos=1)
        got = client.expect_publish()
        shown = self.show("meter")
        for name, value in {"client_id": "meter", "username": "ann", "connected": True, "address": "127.0.0.1",
                            "listener": str(self.broker.port), "transport": "tcp", "protocol_version": "3.1.1",
                            "clean_start": True, "session_expiry": 0, "keepalive": 30, "disconnected_at": None,
                            "disconnect_reason": None, "subscriptions": 3, "inflight_out": 1, "inflight_in": 0,
                            "queued": 0, "queued_bytes": 0, "messages_received": 1, "messages_sent": 1,
                            "output_bytes": 0}.items():
            self.assertEqual(shown[name], value, name)
        self.assertEqual(shown["subscription_list"], [{"filter": "a/+", "qos": 1}, {"filter": "b/#", "qos": 2},
                                                      {"filter": "c", "qos": 0}])
        self.assertGreater(shown["bytes_received"], len(mqtt.connect("meter", username="ann", password="x")))
        self.assertGreater(shown["bytes_sent"], len(got.payload))
        self.assertTrue(0 < shown["port"] < 65536)
        self.assertEqual(set(shown["dropped"].values()), {0})
        client.send(mqtt.puback(got.packet_id))
        self.wait_until(lambda: self.show("meter")["inflight_out"] == 0, "acknowledged")
        self.assertEqual({k: v for k, v in self.list(prefix="meter")[0].items() if k != "last_packet_at"},
                         {k: v for k, v in self.show("meter").items()
                          if k not in ("subscription_list", "sensors", "last_packet_at")})

    def test_over_a_websocket(self):
        self.websocket_client("page")
        shown = self.show("page")
        self.assertEqual((shown["transport"], shown["listener"]), ("ws", str(self.broker.websocket_port)))

    def test_qos_2_in_flight_both_ways(self):
        client = self.client("twice").subscribe(("two", 2))
        client.send(mqtt.publish("two", b"x", qos=2, packet_id=7))
        client.expect_unordered(mqtt.pubrec(7), mqtt.publish("two", b"x", qos=2, packet_id=1))
        shown = self.show("twice")
        self.assertEqual((shown["inflight_in"], shown["inflight_out"]), (1, 1))

    def test_one_that_is_away(self):
        self.away("sleeper", ("away", 1), keepalive=17)
        publisher = self.client("publisher")
        for _ in range(3):
            publisher.publish("away", b"12345", qos=1)
        shown = self.show("sleeper")
        self.assertEqual((shown["connected"], shown["queued"], shown["disconnect_reason"]), (False, 3, "DISCONNECT"))
        self.assertGreater(shown["queued_bytes"], 15)
        self.assertEqual((shown["address"], shown["keepalive"], shown["clean_start"]), ("127.0.0.1", 17, False))
        self.assertIsNone(shown["session_expiry"])
        self.assertRegex(shown["disconnected_at"], r"^20\d\d-\d\d-\d\dT")
        self.broker.restart()
        shown = self.show("sleeper")
        self.assertEqual((shown["connected"], shown["queued"], shown["subscription_list"]),
                         (False, 3, [{"filter": "away", "qos": 1}]))
        self.assertNotIn("address", shown)
        self.assertIsNone(shown["disconnect_reason"])

    def test_a_lost_connection_says_why(self):
        self.client("broken", clean=False).send_until_closed(b"\xf0\x00")
        self.wait_until(lambda: not self.show("broken")["connected"], "away")
        self.assertTrue(self.show("broken")["disconnect_reason"])

    def test_many_subscriptions(self):
        client = self.client("many")
        wanted = sorted(f"many/{number}" for number in range(1000))
        for start in range(0, 1000, 100):
            client.subscribe(*((topic, 1) for topic in wanted[start:start + 100]))
        shown = self.show("many")
        self.assertEqual([s["filter"] for s in shown["subscription_list"]], wanted)
        self.assertEqual(shown["subscriptions"], 1000)

    def test_unknown(self):
        self.assert_http_error(self.rest.get(quoted("nobody")), 404, "not_found")
        self.assert_http_error(self.kick("nobody"), 404, "not_found")
        self.assert_http_error(self.rest.get("/api/v1/sessions/12345"), 404)
        self.assert_http_error(self.rest.get("/api/v1/sessions/99999999999999999"), 404)
        self.assert_http_error(self.rest.get("/api/v1/sessions/x"), 400)


class Kick(ClientsCase):
    def test_the_connection_ends_and_the_session_stays(self):
        victim = self.client("victim", clean=False).subscribe(("k", 1))
        self.assertEqual(self.kick("victim").status, 204)
        victim.expect_closed()
        self.broker.wait_log(r"Client victim been disconnected by administrative action\.")
        shown = self.wait_until(lambda: not self.show("victim")["connected"] and self.show("victim"), "away")
        self.assertEqual(shown["disconnect_reason"], "administrative action")
        self.client("victim", clean=False, session_present=True)

    def test_with_its_session(self):
        for connected in (True, False):
            victim = self.client("victim", clean=False).subscribe(("k", 1))
            if not connected:
                victim.disconnect()
                self.wait_until(lambda: not self.show("victim")["connected"], "away")
            self.assertEqual(self.kick("victim", "?session=discard").status, 204)
            if connected:
                victim.expect_closed()
            self.wait_until(lambda: self.rest.get(quoted("victim")).status == 404, "gone")

    def test_what_was_discarded_is_off_the_disk(self):
        self.away("victim")
        self.client("there", clean=False)
        for client_id in ("victim", "there"):
            self.assertEqual(self.kick(client_id, "?session=discard").status, 204)
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.list(), [])

    def test_a_clean_session_goes_with_its_client(self):
        victim = self.client("victim")
        self.assertEqual(self.kick("victim").status, 204)
        victim.expect_closed()
        self.wait_until(lambda: self.rest.get(quoted("victim")).status == 404, "gone")

    def test_its_will_is_sent(self):  # [MQTT-3.1.2-8]
        reader = self.client("reader").subscribe(("will", 0))
        self.client("victim", will=("will", b"gone", 0, False))
        self.assertEqual(self.kick("victim").status, 204)
        reader.take("will", b"gone")

    def test_one_that_is_away_has_no_connection_to_end(self):
        self.away("sleeper")
        self.assert_http_error(self.kick("sleeper"), 409, "not_connected")
        self.assertEqual(self.ids(), ["sleeper"])

    def test_by_the_number_of_the_session(self):
        victim = self.client("victim")
        path = "/api/v1/sessions/" + self.show("victim")["session"]
        self.assertEqual(self.rest.get(path).json()["client_id"], "victim")
        self.assertEqual(self.rest.request("DELETE", path).status, 204)
        victim.expect_closed()

    def test_wrong_parameters(self):
        self.client("victim")
        self.assert_http_error(self.kick("victim", "?session=maybe"), 400)
        self.assert_http_error(self.rest.request("DELETE", PATH), 405)
        self.assertEqual(self.ids(), ["victim"])


class HostileIds(ClientsCase):
    IDS = ["<script>alert(1)</script>", "a/b", "a/", "/", "//", "+", "#", "$SYS/#", "%2F", "%", "a b", "a?b&c=d", "..",
           "../../etc/passwd", "quote\"back\\slash", "日本語", "\U0001f41d"]

    def test_every_id_can_be_listed_shown_and_kicked(self):
        clients = {client_id: self.client(client_id) for client_id in self.IDS}
        self.assertEqual(self.ids(), sorted(self.IDS, key=str.encode))
        raw = self.rest.get(PATH)
        self.assertEqual(raw.headers["Content-Type"], "application/json")
        self.assertEqual(raw.headers["X-Content-Type-Options"], "nosniff")
        for client_id, client in clients.items():
            self.assertEqual(self.show(client_id)["client_id"], client_id)
            self.assertEqual(self.kick(client_id).status, 204, client_id)
            client.expect_closed()
        self.wait_until(lambda: self.list() == [], "all gone")

    def test_ids_of_64_kilobytes(self):
        ids = ["x" * 65535, "x" * 65534 + "y", "x" * 65000]
        clients = [self.client(client_id) for client_id in ids]
        listed = [page[0] for page in self.pages(limit=1)]
        self.assertEqual(sorted(c["client_id"] for c in listed), sorted(ids))
        self.assertEqual(self.rest.get(quoted(ids[0])).status, 431)
        for entry in listed:
            self.assertEqual(self.rest.request("DELETE", "/api/v1/sessions/" + entry["session"]).status, 204)
        for client in clients:
            client.expect_closed()

    def test_clients_that_come_and_go_while_they_are_listed_and_kicked(self):
        for turn in range(100):
            client = self.client(f"flicker-{turn % 5}", clean=turn % 2 == 0,
                                 **({} if turn % 2 == 0 else {"will": ("w", b"x", 0, False)}))
            client.transport.close() if turn % 3 == 0 else client.send(mqtt.DISCONNECT)
            self.assertIn(self.kick(f"flicker-{turn % 5}", "?session=discard").status, (204, 404))
            self.list(prefix="flicker")
        self.assert_healthy()


class Places(ClientsCase):
    extra_conf = "listener 0 mqtt.sock\nmount_point up/"

    def test_a_client_of_a_unix_socket(self):
        client = MqttClient(UnixTransport(self.broker.directory + "/mqtt.sock"))
        self.addCleanup(client.close)
        client.connect("local").subscribe(("a/#", 1))
        shown = self.show("local")
        self.assertEqual((shown["address"], shown["port"], shown["listener"]), (f"unix:{os.getuid()}", None, "mqtt.sock"))
        self.assertEqual(shown["subscription_list"], [{"filter": "up/a/#", "qos": 1}])  # as the broker sees it
        self.assertEqual(self.ids(address=f"unix:{os.getuid()}"), ["local"])
        self.assertEqual(self.kick("local").status, 204)
        client.expect_closed()


class Rights(ClientsCase):
    def setUp(self):
        super().setUp()
        with open(self.broker.directory + "/acl", "w") as file:
            file.write("topic read /api/v1/clients/#\nuser boss\ntopic read /api/v1/clients/#\n"
                       "topic write $CONTROL/clients\n")
        self.broker.extra_conf = f"acl_file {self.broker.directory}/acl"
        self.broker.restart()

    def test_looking_is_one_right_and_kicking_another(self):
        self.client("victim")
        self.assertEqual(self.ids(), ["victim"])
        self.assert_http_error(self.kick("victim"), 403, "denied")
        self.assert_http_error(self.rest.get("/api/v1/sessions/1"), 403, "denied")
        self.assertEqual(self.show("victim")["connected"], True)


if __name__ == "__main__":
    import unittest
    unittest.main()
