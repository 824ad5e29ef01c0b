"""Each stored value appears on the retained topic `sensors/<id>/state` (features section 7, point 3)."""

import json

from harness.sensors import SensorsCase


class SensorsStateTopic(SensorsCase):
    broker_per_test = True

    def state(self, client):
        message = client.take("sensors/3/state")
        return message, json.loads(message.payload)

    def test_live_and_retained(self):
        watcher = self.client("watcher").subscribe(("sensors/+/state", 1))
        self.ingest("iot/measurements", {"sensor_id": 3, "type": "light", "value": 2.57, "unit": "V"})
        message, state = self.state(watcher)
        self.assertFalse(message.retain)
        self.assertEqual((state["value"], state["unit"], state["type"]), (2.57, "V", "light"))
        self.assertRegex(state["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")
        message, again = self.state(self.client("late").subscribe(("sensors/3/state", 0)))
        self.assertTrue(message.retain)
        self.assertEqual(again, state)

    def test_the_newest_value_wins(self):
        watcher = self.client("watcher").subscribe(("sensors/5/state", 0))
        for value in range(20):
            self.ingest("iot/measurements", {"sensor_id": 5, "type": "light", "value": value})
        while json.loads(watcher.take("sensors/5/state").payload)["value"] != 19:
            pass

    def test_is_not_ingested_itself(self):
        self.ingest("iot/measurements", {"sensor_id": 4, "type": "light", "value": 1})
        self.client("late").subscribe(("sensors/4/state", 0)).take("sensors/4/state")
        self.assertEqual(self.values(4), [1])


class SensorsStateTopicOff(SensorsCase):
    extra_conf = "plugin builtin:sensors\nplugin_opt_state_topic off"

    def test_off(self):
        watcher = self.client("watcher").subscribe(("sensors/#", 1), ("marker", 1))
        self.ingest("iot/measurements", {"sensor_id": 3, "type": "light", "value": 1})
        self.client("publisher").publish("marker", b"1", qos=1)
        watcher.take("marker")
