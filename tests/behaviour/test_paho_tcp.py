"""paho-mqtt for Python over TCP: QoS 0, 1, 2, retained, large, will, session resume."""

from harness import BrokerCase
from harness.paho_checks import PahoChecks


class PahoTcp(PahoChecks, BrokerCase):
    transport = "tcp"
