"""What the product is for: publish a value with mosquitto_pub, read it over REST, kill -9, start again, read it again."""

import subprocess

from harness.sensors import SensorsCase


class HistorySurvivesKill(SensorsCase):
    def publish(self, value):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.port), "-q", "1", "-t", "iot/measurements",
                        "-m", f'{{"sensor_id":3,"type":"light","value":{value},"unit":"V"}}'], check=True, timeout=30)

    def last(self):
        return self.rest.get("/api/monitoring/sensors/3/last/").json()

    def test_kill_and_restart(self):
        self.publish(2.57)
        before = self.last()
        self.assertEqual((before["sensor"], before["value"], before["unit"]), (3, 2.57, "V"))
        self.broker.kill()
        self.broker.start()
        self.assertEqual(self.last(), before)
        self.publish(2.6)
        self.assertEqual(self.last()["value"], 2.6)
        self.broker.restart()
        self.assertEqual(self.values(3), [2.57, 2.6])

    def test_kills_at_random_moments_lose_nothing_acknowledged(self):
        acknowledged = []
        for attempt in range(5):
            client = self.client("device")
            for number in range(20 + 13 * attempt):
                value = 1000 * attempt + number
                client.publish("iot/measurements", f'{{"sensor_id":4,"type":"light","value":{value}}}', qos=1)
                acknowledged.append(value)
            self.broker.kill()
            client.close()
            self.broker.start()
        self.assertEqual(self.values(4), acknowledged)
