"""PUBREL is always answered by PUBCOMP, also when the packet id is not known (any more). [MQTT-4.3.3-2]"""

from harness import BrokerCase, packets as mqtt


class Qos2PubrelUnknown(BrokerCase):
    def test_never_seen(self):
        client = self.client("unknown")
        client.send(mqtt.pubrel(4711))
        client.expect(mqtt.pubcomp(4711))

    def test_twice(self):
        client = self.client("twice")
        client.publish("pubrel/x", b"1", qos=2)
        client.send(mqtt.pubrel(1), mqtt.pubrel(1))
        client.expect(mqtt.pubcomp(1), mqtt.pubcomp(1))
