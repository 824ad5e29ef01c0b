"""A packet larger than max_packet_size closes its sender, before the broker has stored it; smaller ones pass."""

from harness import BrokerCase, packets as mqtt


class MaxPacketSize(BrokerCase):
    extra_conf = "max_packet_size 1000"

    def test_publish_that_just_fits(self):
        client = self.client("fits").subscribe(("size", 0))
        room = 1000 - len(mqtt.publish("size", b"x" * 900)) + 900
        raw = mqtt.publish("size", b"x" * room)
        self.assertEqual(len(raw), 1000)
        client.send(raw)
        client.expect(raw)

    def test_publish_too_large(self):
        self.assert_refuses(mqtt.publish("size", b"x" * 1100))
        self.assert_refuses(mqtt.publish("size", b"x" * 1100, 1, 1))
        self.assert_refuses(mqtt.publish("size", b"x" * 5000000))
        self.assert_healthy()

    def test_the_announced_length_is_enough(self):
        self.assert_refuses(b"\x30" + mqtt.remaining_length(268435455))

    def test_other_packets(self):
        self.assert_refuses(mqtt.subscribe(1, *[(f"filter/{number}", 0) for number in range(200)]))
        client = self.raw()
        client.send_until_closed(mqtt.connect("i" * 2000))
        client.expect_closed()


class DefaultMaxPacketSize(BrokerCase):
    def test_a_large_message_passes(self):
        client = self.client("large").subscribe(("large", 0))
        raw = mqtt.publish("large", b"x" * 1900000)
        client.send(raw)
        client.expect(raw)
