"""Random bytes and packets with random bytes changed never harm anybody but their sender (reliability row 39)."""

import random

from harness import BrokerCase, packets as mqtt

SAMPLES = [
    mqtt.connect("mutant", username="user", password="pass", will=("m/will", b"x", 1, True)),
    mqtt.publish("m/x", b"payload", 1, 5, retain=True), mqtt.publish("m/x", b"payload", 2, 6), mqtt.pubrel(6),
    mqtt.subscribe(7, ("m/#", 1), ("+/x", 2)), mqtt.unsubscribe(8, "m/#"), mqtt.puback(1), mqtt.pubrec(1),
]


class MalformedMutations(BrokerCase):
    log_types = "error"

    def test_mutations(self):
        source = random.Random(20240711)
        for _ in range(600):
            stream = bytearray(b"".join(source.choices(SAMPLES, k=4)))
            for _ in range(source.randrange(1, 4)):
                position = source.randrange(len(stream))
                if source.random() < 0.3:
                    del stream[position]
                else:
                    stream[position] = source.randrange(256)
            self.send(mqtt.connect("mutant") + bytes(stream))
        self.assert_healthy()

    def test_noise(self):
        source = random.Random(42)
        for _ in range(200):
            self.send(mqtt.connect("noise") + source.randbytes(source.randrange(1, 300)))
            self.send(source.randbytes(source.randrange(1, 300)))
        self.assert_healthy()

    def send(self, data):
        client = self.raw()
        client.send_until_closed(data)
        client.close()
