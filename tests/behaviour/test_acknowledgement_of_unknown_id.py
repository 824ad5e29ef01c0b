"""PUBACK, PUBREC and PUBCOMP for ids that are not in flight harm nobody; real ones go on."""

from harness import BrokerCase, packets as mqtt


class AcknowledgementUnknown(BrokerCase):
    def test_unknown_ids(self):
        for raw in (mqtt.puback(4711), mqtt.pubrec(4711), mqtt.pubcomp(4711), mqtt.puback(0)):
            with self.subTest(mqtt.describe(raw)):
                client = self.client("confused")
                client.send(raw, mqtt.PINGREQ)
                client.read_packet()  # an answer or the end: the specification leaves it open
                client.close()
        self.assert_healthy()

    def test_acknowledgement_of_the_wrong_kind_does_not_finish_qos_2(self):
        reader = self.client("wrong-kind", clean=False).subscribe(("wrong/kind", 2))
        self.client("publisher").publish("wrong/kind", b"x", qos=2)
        got = reader.expect_publish("wrong/kind", b"x", 2)
        reader.send_until_closed(mqtt.puback(got.packet_id) + mqtt.PINGREQ)
        reader.read_packet()
        reader.close()
        again = self.client("wrong-kind", clean=False, session_present=True)
        again.take("wrong/kind", b"x", 2)
