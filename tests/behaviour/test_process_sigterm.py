"""SIGTERM and SIGINT: connections are closed, the store is left in order, exit status 0."""

import signal

from harness import BrokerCase, packets as mqtt


class Sigterm(BrokerCase):
    broker_per_test = True

    def test_with_clients_of_every_kind(self):
        clients = [self.client("tcp"), self.websocket_client("websocket"), self.raw()]
        self.websocket()
        self.broker.stop()
        for client in clients:
            client.expect_closed()

    def test_sigint(self):
        self.broker.process.send_signal(signal.SIGINT)
        self.assertEqual(self.broker.wait_exit(), 0)
        self.broker.process = None

    def test_what_was_acknowledged_is_stored(self):
        self.client("sleeper", clean=False).subscribe(("stop/#", 1)).disconnect()
        publisher = self.client("publisher")
        publisher.send(*(mqtt.publish("stop/x", str(number), 1, number + 1) for number in range(500)))
        self.broker.stop()
        acknowledged = 0
        while publisher.read_packet():
            acknowledged += 1
        self.broker.start()
        sleeper = self.client("sleeper", clean=False, session_present=True)
        for number in range(acknowledged):
            sleeper.take("stop/x", str(number), 1)

    def test_again_at_once_on_the_same_ports(self):
        for _ in range(3):
            self.client("short")
            self.broker.restart()
        self.assert_healthy()


class SigtermOfHttp(BrokerCase):
    nightjar_only = "mosquitto has no REST"
    broker_per_test = True

    def test_idle_http_connections_do_not_hold_it_up(self):
        connections = [self.rest.open() for _ in range(5)]
        connections[0].sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        connections[1].sendall(b"GET / HT")
        self.assertTrue(connections[0].recv(100))
        self.broker.stop()
        for connection in connections:
            connection.close()
