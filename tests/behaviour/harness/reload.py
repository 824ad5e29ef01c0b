"""What the tests of SIGHUP share: a conf file that is written again, a reload and how it ended."""

import re
import signal

from .secured import SecuredCase


class ReloadCase(SecuredCase):
    nightjar_only = "mosquitto reloads in other words, and not all or nothing"
    broker_per_test = True
    anonymous = "allow_anonymous true"

    def reload(self, expected="The new configuration counts from here on"):
        since = self.broker.log_size()
        self.broker.process.send_signal(signal.SIGHUP)
        return self.broker.wait_log(expected, since)

    def refused(self, *reasons):
        """A reload that changes nothing, and says why."""
        since = self.broker.log_size()
        self.reload("the configuration was not changed")
        for reason in reasons:
            self.assertRegex(self.broker.log()[since:], reason)

    def write_conf(self, text):
        with open(self.broker.path("broker.conf"), "w") as file:
            file.write(text)

    def add(self, lines):
        self.write_conf(self.broker.conf() + lines + "\n")

    def without(self, port):
        """The usual conf less this listener."""
        return re.sub(rf"^listener {port} .*\n(protocol .*\n)?", "", self.broker.conf(), flags=re.MULTILINE)

    def use(self, text):
        self.write_conf(text)
        self.reload()
