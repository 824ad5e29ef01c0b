"""A CONNECT whose flags contradict each other is a protocol violation: closed without CONNACK 0.

[MQTT-3.1.2-3] reserved bit, [MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT-3.1.2-15] will fields without will,
[MQTT-3.1.2-14] will QoS 3, [MQTT-3.1.2-22] password without user name, [MQTT-2.2.2-1] flags of the fixed header.
"""

from harness import BrokerCase, packets as mqtt


class ConnectFlagsRefused(BrokerCase):
    def refuse(self, raw):
        client = self.raw()
        client.send_until_closed(raw)
        client.expect_closed()

    def test_reserved_bit(self):
        self.refuse(mqtt.connect("reserved", flags=0x03))

    def test_will_retain_without_will(self):
        self.refuse(mqtt.connect("retain", flags=0x22))

    def test_will_qos_without_will(self):
        for flags in (0x0A, 0x12, 0x1A):
            with self.subTest(flags=flags):
                self.refuse(mqtt.connect("qos", flags=flags))

    def test_will_qos_3(self):
        self.refuse(mqtt.connect("qos3", will=("w", b"x", 3, False)))

    def test_password_without_user_name(self):
        self.refuse(mqtt.connect("password", password="secret"))

    def test_fixed_header_flags(self):
        for nibble in range(1, 16):
            with self.subTest(nibble=nibble):
                self.refuse(bytes([0x10 | nibble]) + mqtt.connect("nibble")[1:])

    def test_flags_announce_fields_that_are_missing(self):
        for flags in (0x06, 0x82, 0xC2, 0xC6):
            with self.subTest(flags=flags):
                self.refuse(mqtt.connect("missing", flags=flags))

    def test_fields_that_no_flag_announces(self):
        self.refuse(mqtt.connect("extra", username="u", password="p", flags=0x02))

    def tearDown(self):
        self.assert_healthy()
        super().tearDown()
