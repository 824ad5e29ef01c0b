"""`dht11/status` is retained: online from the start, offline at a clean stop (features A-38)."""

import json

from harness.sensors import SensorsCase


class SensorsStatusTopic(SensorsCase):
    broker_per_test = True

    def status(self, client):
        message = client.take("dht11/status")
        return message.retain, json.loads(message.payload)

    def test_online(self):
        for _ in range(2):
            retained, status = self.status(self.client("reader").subscribe(("dht11/status", 1)))
            self.assertTrue(retained)
            self.assertEqual(status["status"], "online")
            self.assertIn("timestamp", status)
            self.broker.restart()

    def test_offline_at_a_clean_stop(self):
        reader = self.client("reader").subscribe(("dht11/status", 1))
        self.assertEqual(self.status(reader)[1]["status"], "online")
        self.broker.stop()
        self.assertEqual(json.loads(reader.expect_publish("dht11/status").payload)["status"], "offline")
        reader.expect_closed()

    def test_offline_reaches_the_readers_of_every_worker(self):
        readers = [self.client(f"reader {i}").subscribe(("dht11/status", 1)) for i in range(8)]
        for reader in readers:
            self.assertEqual(self.status(reader)[1]["status"], "online")
        self.broker.stop()
        for reader in readers:
            self.assertEqual(json.loads(reader.expect_publish("dht11/status").payload)["status"], "offline")

    def test_online_again_after_a_crash(self):
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.status(self.client("reader").subscribe(("dht11/status", 0)))[1]["status"], "online")
