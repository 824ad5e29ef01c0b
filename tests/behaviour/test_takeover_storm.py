"""Many connections fight for one client id while messages flow (reliability row 40): one survives, nobody else suffers."""

import threading

from harness import BrokerCase, MqttClient, TcpTransport, packets as mqtt


class TakeoverStorm(BrokerCase):
    def fight(self, rounds, clean):
        for number in range(rounds):
            client = MqttClient(TcpTransport(self.broker.port))
            client.send_until_closed(mqtt.connect("prize", clean=clean) + mqtt.subscribe(1, ("storm/#", number % 3)) +
                                     mqtt.publish("storm/x", b"y" * 50, 1, 7) + mqtt.unsubscribe(2, "storm/#"))
            if number % 2:
                try:
                    client.read_packet()
                except AssertionError:
                    pass
            client.close()

    def test_storm(self):
        threads = [threading.Thread(target=self.fight, args=(60, index % 2 == 0)) for index in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assert_healthy()
        winner = self.raw()
        winner.send(mqtt.connect("prize", clean=True))
        winner.expect(mqtt.connack(0, False))
        winner.expect_nothing()
