"""PINGREQ is answered by PINGRESP, each one, in order with other answers. [MQTT-3.12.4-1]"""

from harness import BrokerCase, packets as mqtt


class Pingreq(BrokerCase):
    def test_each_is_answered(self):
        client = self.client("pings")
        client.send(mqtt.PINGREQ * 100)
        client.expect(*[mqtt.PINGRESP] * 100)

    def test_mqtt_3_1(self):
        self.client("old-pings", level=3).expect_nothing()
