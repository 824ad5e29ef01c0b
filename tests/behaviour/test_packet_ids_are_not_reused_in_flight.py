"""The broker gives each message in flight its own non-zero packet id, also over 70,000 messages and a reconnect.

[MQTT-2.3.1-1] [MQTT-2.3.1-2]; reliability row 47.
"""

from harness import BrokerCase, packets as mqtt


class PacketIds(BrokerCase):
    extra_conf = "max_inflight_messages 1000\nmax_queued_messages 0"
    log_types = "error"
    nightjar_only = "mosquitto uses an id again that is in flight"

    def test_unique(self):
        reader = self.client("reader").subscribe(("ids", 1))
        publisher = self.client("publisher")
        held, burst, next_payload = None, 500, 0
        for _ in range(70000 // burst):
            publisher.send(*(mqtt.publish("ids", str(next_payload + index), 1, index + 1) for index in range(burst)))
            acknowledged = []
            for _ in range(burst):
                got = reader.expect_publish(payload=str(next_payload), qos=1)
                next_payload += 1
                self.assertNotEqual(got.packet_id, 0)
                if held is None:
                    held = got.packet_id  # never acknowledged: this id must not come again
                    continue
                self.assertNotEqual(got.packet_id, held)
                acknowledged.append(mqtt.puback(got.packet_id))
            reader.send(*acknowledged)
            publisher.expect(*(mqtt.puback(index + 1) for index in range(burst)))
