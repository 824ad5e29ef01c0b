"""Messages of one publisher on one topic reach every subscriber in order, at each QoS. [MQTT-4.6.0-5] [MQTT-4.6.0-6]"""

import threading

from harness import BrokerCase, packets as mqtt

COUNT = 1000


class OrderPerPublisher(BrokerCase):
    extra_conf = "max_inflight_messages 0\nmax_queued_messages 0"
    log_types = "error"

    def publish_all(self, name, qos):
        publisher = self.client(name)
        ids = range(1, COUNT + 1)
        publisher.send(*(mqtt.publish("order/x", f"{name}:{number}", qos, number if qos else None) for number in ids))
        if qos == 1:
            publisher.expect(*(mqtt.puback(number) for number in ids))
        elif qos == 2:
            for number in ids:
                publisher.expect(mqtt.pubrec(number))
                publisher.send(mqtt.pubrel(number))
            publisher.expect(*(mqtt.pubcomp(number) for number in ids))
        publisher.disconnect()

    def check(self, qos):
        readers = [self.client(f"reader-{number}").subscribe(("order/#", qos)) for number in range(3)]
        names = [f"publisher-{number}" for number in range(3)]
        threads = [threading.Thread(target=self.publish_all, args=(name, qos)) for name in names]
        for thread in threads:
            thread.start()
        results = [reader.take_many(COUNT * len(names)) for reader in readers]
        for thread in threads:
            thread.join()
        for messages in results:
            seen = {name: [] for name in names}
            for message in messages:
                name, _, number = message.payload.decode().partition(":")
                seen[name].append(int(number))
            for name in names:
                self.assertEqual(seen[name], list(range(1, COUNT + 1)))

    def test_qos_0(self):
        self.check(0)

    def test_qos_1(self):
        self.check(1)

    def test_qos_2(self):
        self.check(2)
