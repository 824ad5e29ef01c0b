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

    def try_options(self, *lines):
        self.broker.extra_conf = "\n".join(["plugin builtin:sensors", *lines])
        self.broker.launch(arguments=["--test-config"])
        status = self.broker.wait_exit()
        return status, self.broker.conf().splitlines().index(lines[-1]) + 1

    def test_bounds_in_any_order(self):
        status, _ = self.try_options("plugin_opt_temp_min 36", "plugin_opt_temp_max 38",
                                     "plugin_opt_hum_max 15", "plugin_opt_hum_min 5")
        self.assertEqual((status, self.broker.log().count("rror")), (0, 0), self.broker.log())
        status, line = self.try_options("plugin_opt_temp_max -18", "plugin_opt_temp_min -15")
        self.assertEqual(status, 3)
        self.assertRegex(self.broker.log(), rf"temp_min -15 is above plugin_opt_temp_max -18\.\n.*broker\.conf:{line}\b")

    def test_a_hysteresis_that_no_value_can_reach(self):
        status, line = self.try_options("plugin_opt_threshold temperature 20 21", "plugin_opt_hysteresis temperature 5")
        self.assertEqual(status, 0)
        self.assertRegex(self.broker.log(), rf"Warning: plugin_opt_hysteresis 5 is more than half .*\n.*broker\.conf:{line}\b")
