"""max_queued_messages bounds what waits for one client: the newest messages are dropped, the publisher is not held up."""

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto


class MaxQueuedMessages(BrokerCase):
    extra_conf = "max_inflight_messages 2\nmax_queued_messages 5"

    def publish_numbers(self, topic, count):
        publisher = self.client("publisher")
        for number in range(count):
            publisher.publish(topic, str(number), qos=1)
        publisher.disconnect()

    def wait_dropped(self, client, count):
        """All have come to the queue: the publisher may be acknowledged before another worker has queued its message."""
        def dropped():
            return sum(self.rest.get(f"/api/v1/clients/{client}").json()["dropped"].values())
        if not is_mosquitto():
            self.wait_until(lambda: dropped() == count, f"{count} are dropped")

    def test_away(self):
        self.client("away", clean=False).subscribe(("queued/away", 1)).disconnect()
        self.publish_numbers("queued/away", 20)
        self.wait_dropped("away", 15)
        self.broker.wait_log(r"Outgoing messages are being dropped for client away\.")
        reader = self.client("away", clean=False, session_present=True)
        payloads = []
        for number in range(5):
            payloads.append(reader.take().payload)
        self.assertEqual(payloads, [str(number).encode() for number in range(5)])
        reader.expect_nothing()

    def test_connected_but_not_acknowledging(self):
        reader = self.client("lazy").subscribe(("queued/lazy", 1))
        self.publish_numbers("queued/lazy", 20)
        self.wait_dropped("lazy", 13)
        sent = [reader.expect_publish(payload=str(number)) for number in range(2)]
        reader.expect_nothing()
        reader.send(*(mqtt.puback(message.packet_id) for message in sent))
        for number in range(2, 7):
            reader.take(payload=str(number))
        reader.expect_nothing()

    def test_there_is_room_again_later(self):
        reader = self.client("again").subscribe(("queued/again", 1))
        self.publish_numbers("queued/again", 20)
        self.wait_dropped("again", 13)
        for number in range(7):
            reader.take(payload=str(number))
        self.publish_numbers("queued/again", 2)
        for number in range(2):
            reader.take(payload=str(number))
