"""Home Assistant's discovery: retained, and again when Home Assistant says that it is there (features A-50)."""

import json

from harness.sensors import SensorsCase


class HomeAssistant(SensorsCase):
    extra_conf = "plugin builtin:sensors\nplugin_opt_homeassistant true"

    def test_discovery_and_state(self):
        self.ingest("dht11/salon/data", {"temperature": 21.5, "humidity": 40})
        late = self.client("ha").subscribe(("homeassistant/sensor/+/config", 0))
        configs = [late.take() for _ in range(2)]
        self.assertTrue(all(message.retain for message in configs))
        by_class = {config["device_class"]: config for config in (json.loads(m.payload) for m in configs)}
        config = by_class["temperature"]
        self.assertEqual(config["unit_of_measurement"], "°C")
        state = self.client("state").subscribe((config["state_topic"], 0)).take()
        self.assertEqual(json.loads(state.payload)["value"], 21.5)
        available = self.client("available").subscribe((config["availability_topic"], 0)).take()
        self.assertEqual(json.loads(available.payload)["status"], "online")
        for expected in ("offline", "online"):
            self.client("birth").publish("homeassistant/status", expected, qos=1)
        topics = {late.take().topic for _ in range(2)}
        self.assertEqual(len(topics), 2)
        late.expect_nothing()
