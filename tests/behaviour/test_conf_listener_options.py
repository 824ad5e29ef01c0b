"""Listener options that are acted on: several listeners, max_connections, allow_anonymous's default, sets of log types."""

import unittest

from harness import BrokerCase, MqttClient, TcpTransport, packets as mqtt
from harness.broker import is_mosquitto


class SeveralListeners(BrokerCase):
    extra_conf = "listener EXTRA_PORT 127.0.0.1\nprotocol mqtt\nmax_connections 2"

    def extra(self):
        client = MqttClient(TcpTransport(self.broker.extra_port))
        self.addCleanup(client.close)
        return client

    def test_they_share_topics_and_sessions(self):
        here = self.client("here").subscribe(("both", 0))
        there = self.extra().connect("there")
        there.publish("both", b"1")
        here.expect(mqtt.publish("both", b"1"))
        there.disconnect()

    def test_max_connections(self):
        clients = [self.extra().connect(f"limited-{number}") for number in range(2)]
        third = self.extra()
        third.send_until_closed(mqtt.connect("third"))
        answer = third.read_packet()
        if answer:
            self.assertEqual(answer, mqtt.connack(3))
            third.expect_closed()
        self.assert_healthy()
        clients[0].disconnect()
        self.wait_until(self.place_is_free, "a place is free again")

    def place_is_free(self):
        client = self.extra()
        client.send_until_closed(mqtt.connect("later"))
        return client.read_packet() == mqtt.connack(0)


class AnonymousIsRefusedByDefault(BrokerCase):
    autostart = False

    def test_refused(self):
        if is_mosquitto():
            raise unittest.SkipTest("the same there; its log has other words")
        conf = self.broker.conf().replace("allow_anonymous true\n", "")
        self.broker.launch(conf)
        self.wait_until(lambda: self.broker.accepts(self.broker.port), "the port accepts")
        for options in ({}, {"username": "x", "password": "y"}, {"username": "", "password": ""}):
            client = self.raw()
            client.send(mqtt.connect("anonymous", **options))
            self.assertIn(client.read_packet(), (mqtt.connack(4), mqtt.connack(5)))
            client.expect_closed()
        self.assertIn(self.rest.get("/mqtt/status/").status, (401, 403))
        self.assertIn(self.rest.post("/publish", {"topic": "x", "msg": "x"}).status, (401, 403))
