"""CONNECT with every allowed mix of fields is answered by CONNACK 0 and the connection then works.

[MQTT-3.1.4-4] [MQTT-3.2.2-3] [MQTT-3.1.3-6]; MQTT 3.1 as well as 3.1.1.
"""

from harness import BrokerCase, packets as mqtt


class ConnectAccepted(BrokerCase):
    def check(self, **options):
        client = self.client(**options)
        client.subscribe(("echo", 0))
        client.publish("echo", b"x")
        client.expect(mqtt.publish("echo", b"x"))
        client.disconnect()

    def test_plain(self):
        self.check(client_id="plain")

    def test_exact_connack_bytes(self):
        client = self.raw()
        client.send(bytes.fromhex("10 0e 0004 4d515454 04 02 003c 0002 6162"))
        client.expect(b"\x20\x02\x00\x00")

    def test_mqtt_3_1(self):
        self.check(client_id="old", level=3)

    def test_mqtt_3_1_client_id_of_23_characters(self):
        self.check(client_id="a" * 23, level=3)

    def test_mqtt_3_1_client_id_of_more_as_old_devices_have(self):
        self.check(client_id="esp32-livingroom-thermometer-01", level=3)

    def test_mqtt_3_1_1_long_client_id(self):
        self.check(client_id="long-" + "b" * 1000)

    def test_user_name_and_password_while_anonymous_is_allowed(self):
        self.check(client_id="user", username="someone", password="secret")

    def test_empty_user_name_counts_as_anonymous(self):
        self.check(client_id="empty-1", username="", password="")

    def test_empty_user_name_without_password(self):
        self.check(client_id="empty-2", username="")

    def test_all_fields(self):
        self.check(client_id="all", username="u", password="p", keepalive=65535, will=("w", b"gone", 2, True))

    def test_client_id_in_utf8(self):
        self.check(client_id="température-温度-🌡")

    def test_packets_behind_connect_need_not_wait_for_connack(self):
        client = self.raw()
        client.send(mqtt.connect("eager"), mqtt.subscribe(1, ("eager", 0)), mqtt.publish("eager", b"1"), mqtt.PINGREQ)
        client.expect(mqtt.connack(0), mqtt.suback(1, 0))
        client.expect_unordered(mqtt.publish("eager", b"1"), mqtt.PINGRESP)

    def test_one_byte_at_a_time(self):
        client = self.raw()
        for byte in mqtt.connect("slow-typist", will=("w", b"x", 0, False)):
            client.send(bytes([byte]))
        client.expect(mqtt.connack(0))
