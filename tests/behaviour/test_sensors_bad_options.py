"""A mistake in a plugin_opt line is an error with file and line, like any other mistake in the conf (features P1)."""

from harness import BrokerCase


class SensorsBadOptions(BrokerCase):
    nightjar_only = "mosquitto has no such plugin"
    autostart = False

    def test_each_has_its_line(self):
        lines = ["plugin_opt_temp_maxx 30", "plugin_opt_temp_max warm", "plugin_opt_source nosuchformat a/+/b",
                 "plugin_opt_source plain a/#/b", "plugin_opt_threshold light 5"]
        self.broker.extra_conf = "\n".join(["plugin builtin:sensors", *lines])
        first = self.broker.conf().splitlines().index(lines[0]) + 1
        self.broker.launch()
        self.assertEqual(self.broker.wait_exit(), 3)
        for number in range(first, first + len(lines)):
            self.assertRegex(self.broker.log(), rf"broker\.conf:{number}\b")
        self.assertIn("temp_max", self.broker.log())
