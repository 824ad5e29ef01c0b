"""What the tests of the sensors plugin share: publish a value, ask REST for what was stored."""

import json

from .case import BrokerCase


class SensorsCase(BrokerCase):
    nightjar_only = "mosquitto stores no measurements"

    def ingest(self, topic, payload, qos=1):
        """Publishes and waits for the acknowledgement, which comes after the commit."""
        if not isinstance(payload, (bytes, str)):
            payload = json.dumps(payload)
        client = self.client("device")
        client.publish(topic, payload, qos=qos)
        client.expect_nothing()  # still connected, whatever the payload was
        client.disconnect()

    def sensors(self):
        return self.rest.get("/api/monitoring/sensors/").json()

    def sensor(self, **wanted):
        """The one sensor whose fields are these; None when there is none."""
        found = [sensor for sensor in self.sensors() if all(sensor[name] == value for name, value in wanted.items())]
        self.assertLess(len(found), 2, found)
        return found[0] if found else None

    def values(self, sensor_id):
        """All stored values of a sensor, oldest first; none when the sensor does not exist."""
        answer = self.rest.get(f"/api/monitoring/sensors/{sensor_id}/measurements/?order=asc")
        return [row["value"] for row in answer.json()] if answer.status == 200 else []

    def start_with_acl(self, lines):
        """For a class with autostart = False: the broker, with these rights."""
        acl = self.broker.directory + "/acl"
        with open(acl, "w") as file:
            file.write(lines)
        self.broker.extra_conf = f"acl_file {acl}"
        self.broker.start()
