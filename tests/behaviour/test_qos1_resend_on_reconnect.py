"""Unacknowledged QoS 1 messages are sent again on reconnect: same ids, DUP, in order, before what is new.

[MQTT-4.4.0-1] [MQTT-3.3.1-1] [MQTT-4.6.0-1]
"""

from harness import BrokerCase, packets as mqtt


class Qos1Resend(BrokerCase):
    def test_resend(self):
        reader = self.client("reader", clean=False).subscribe(("resend/#", 1))
        publisher = self.client("publisher")
        for number in range(5):
            publisher.publish(f"resend/{number}", str(number), qos=1)
        sent = [reader.expect_publish(f"resend/{number}", str(number), 1) for number in range(5)]
        reader.send(mqtt.puback(sent[1].packet_id))
        reader.expect_nothing()
        reader.close()
        self.broker.wait_log("Client reader closed its connection")
        publisher.publish("resend/new", b"new", qos=1)
        reader = self.client("reader", clean=False, session_present=True)
        for number in (0, 2, 3, 4):
            reader.expect(mqtt.publish(f"resend/{number}", str(number), 1, sent[number].packet_id, dup=True))
        fresh = reader.expect_publish("resend/new", b"new", 1)
        self.assertFalse(fresh.dup)
        ids = [sent[number].packet_id for number in (0, 2, 3, 4)] + [fresh.packet_id]
        self.assertEqual(len(set(ids)), 5)
        reader.send(*(mqtt.puback(packet_id) for packet_id in ids))
        reader.disconnect()
        self.client("reader", clean=False, session_present=True).expect_nothing()

    def test_not_on_the_same_connection(self):
        reader = self.client("patient").subscribe(("patient", 1))
        self.client("publisher").publish("patient", b"1", qos=1)
        reader.expect_publish("patient", b"1", 1)
        reader.expect_nothing()

    def test_again_and_again(self):
        reader = self.client("stubborn", clean=False).subscribe(("stubborn", 1))
        self.client("publisher").publish("stubborn", b"1", qos=1)
        packet_id = reader.expect_publish("stubborn", b"1", 1).packet_id
        for _ in range(3):
            reader.close()
            reader = self.client("stubborn", clean=False, session_present=True)
            reader.expect(mqtt.publish("stubborn", b"1", 1, packet_id, dup=True))
        reader.send(mqtt.puback(packet_id))
        reader.disconnect()
        self.client("stubborn", clean=False, session_present=True).expect_nothing()
