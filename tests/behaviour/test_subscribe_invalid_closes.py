"""A SUBSCRIBE or UNSUBSCRIBE that breaks a rule closes its sender.

[MQTT-3.8.1-1] [MQTT-3.10.1-1] flags, [MQTT-3.8.3-3] [MQTT-3.10.3-2] no filter, [MQTT-3.8.3-4] QoS,
[MQTT-4.7.1-2] [MQTT-4.7.1-3] wildcards, [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-1.5.3-1] text, [MQTT-2.3.1-1] packet id 0.
"""

from harness import BrokerCase, packets as mqtt

BAD_FILTERS = ["", "a#", "#a", "#/a", "a/#/b", "a/b#", "a+", "+a", "a/+b/c", "a/b+", "##", "++", "#/", "a/#b",
               b"a\x00b", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xff"]


class SubscribeInvalid(BrokerCase):
    def test_bad_filters(self):
        for name in BAD_FILTERS:
            with self.subTest(filter=name):
                self.assert_refuses(mqtt.subscribe(1, (name, 0)))

    def test_bad_filter_behind_a_good_one(self):
        self.assert_refuses(mqtt.subscribe(1, ("good", 0), ("bad#", 0)))

    def test_bad_qos(self):
        for qos in (3, 4, 0x80, 0xFF, 0x10, 0xFC):
            with self.subTest(qos=qos):
                self.assert_refuses(mqtt.subscribe(1, ("x", qos)))

    def test_no_filter(self):
        self.assert_refuses(mqtt.subscribe(1))
        self.assert_refuses(mqtt.unsubscribe(1))

    def test_packet_id_0(self):
        self.assert_refuses(mqtt.subscribe(0, ("x", 0)))
        self.assert_refuses(mqtt.unsubscribe(0, "x"))

    def test_flags(self):
        for nibble in set(range(16)) - {2}:
            with self.subTest(nibble=nibble):
                self.assert_refuses(bytes([0x80 | nibble]) + mqtt.subscribe(1, ("x", 0))[1:])
                self.assert_refuses(bytes([0xA0 | nibble]) + mqtt.unsubscribe(1, "x")[1:])

    def test_unsubscribe_text(self):
        for name in (b"\xc3\x28", b"a\x00b", ""):
            with self.subTest(filter=name):
                self.assert_refuses(mqtt.unsubscribe(1, name))

    def tearDown(self):
        self.assert_healthy()
        super().tearDown()
