"""Every packet type cut short at every byte: the sender is closed, everybody else goes on.

Twice: the connection ends inside the packet, and the fixed header claims that the shorter packet is whole.
Reliability rows 14, 35, 36 and 37. What is still a whole packet when shortened is left out of the second kind.
"""

from harness import BrokerCase, packets as mqtt

PACKETS = [
    mqtt.publish("cut/x", b"wrong", 0), mqtt.publish("cut/x", b"wrong", 1, 1), mqtt.publish("cut/x", b"wrong", 2, 1),
    mqtt.puback(1), mqtt.pubrec(1), mqtt.pubrel(1), mqtt.pubcomp(1), mqtt.subscribe(1, ("cut/#", 1)),
    mqtt.unsubscribe(1, "cut/#"), mqtt.PINGREQ, mqtt.DISCONNECT,
]
CONNECT = mqtt.connect("cut", username="user", password="pass", will=("cut/will", b"wrong", 1, True))


def shortened(raw):
    """The packet with its body cut at every length, each with a fixed header that agrees."""
    first, body = mqtt.split(raw)
    whole_from = len(body)
    if first >> 4 == 3:
        whole_from = len(body) - len(b"wrong")  # a PUBLISH may have less or no payload
    return [mqtt.packet(first, body[:length]) for length in range(whole_from)]


class MalformedTruncations(BrokerCase):
    def test_connection_ends_inside_a_packet(self):
        watcher = self.client("watcher").subscribe(("cut/#", 2))
        for raw in PACKETS:
            for length in range(1, len(raw)):
                client = self.client("cut-short")
                client.send(raw[:length])
                client.transport.close_write()
                client.expect_closed()
                client.close()
        watcher.expect_nothing()
        self.assert_healthy()

    def test_connection_ends_inside_connect(self):
        watcher = self.client("watcher").subscribe(("cut/#", 2))
        for length in range(len(CONNECT)):
            client = self.raw()
            client.send(CONNECT[:length])
            client.transport.close_write()
            client.expect_closed()
            client.close()
        watcher.expect_nothing()

    def test_header_agrees_with_the_short_packet(self):
        watcher = self.client("watcher").subscribe(("cut/#", 2))
        for raw in PACKETS:
            for cut in shortened(raw):
                self.assert_refuses(cut)
        watcher.expect_nothing()
        self.assert_healthy()

    def test_header_agrees_with_the_short_connect(self):
        for cut in shortened(CONNECT):
            client = self.raw()
            client.send_until_closed(cut)
            answer = client.read_packet()
            if answer:  # some are a whole CONNECT of a kind that is refused politely
                self.assertNotEqual(answer, mqtt.connack(0), mqtt.describe(cut))
                client.expect_closed()
            client.close()
        self.assert_healthy()
