"""No password is written anywhere: not to the log with all its types, the store, REST or $SYS (reliability row 60)."""

import glob
import unittest

from harness import MqttClient, WebSocketTransport, packets as mqtt
from harness.broker import is_mosquitto
from harness.secured import SecuredCase, password_line

RIGHT, WRONG = "canary-right", "canary-wrong"
LINE = password_line("alice", RIGHT)
SECRETS = (RIGHT, WRONG, LINE.rsplit("$", 1)[1].strip(), RIGHT.encode().hex(), WRONG.encode().hex())


class PasswordNotShown(SecuredCase):
    files = {"users": LINE}
    extra_conf = "password_file FILES/users"
    anonymous = "allow_anonymous true"

    def assert_clean(self, where, text):
        for secret in SECRETS:
            self.assertNotIn(secret, text, where)

    def use(self):
        """Everything that handles a password: good and bad logins, takeovers, sessions, broken packets."""
        for name, password in (("alice", RIGHT), ("alice", WRONG), ("nobody", WRONG)):
            for client in (self.raw(), MqttClient(WebSocketTransport(self.websocket()))):
                client.send(mqtt.connect("client", username=name, password=password, clean=False,
                                         will=("will", b"will", 1, True)))
                if not client.read_packet()[3]:
                    client.send(mqtt.subscribe(1, ("#", 1)))
        whole = mqtt.connect("client", username="alice", password=RIGHT)
        for broken in (whole[:-3], whole.replace(b"MQTT", b"MQTX"), mqtt.connect("client", password=WRONG),
                       mqtt.connect("client", username=b"\xff", password=WRONG), whole + b"\xf0\x00", whole + whole):
            client = self.raw()
            client.send(broken)
            if broken == whole[:-3]:
                client.close()
            else:
                client.wait_closed()
        self.user_of("alice", RIGHT).publish("a", b"b", 1, retain=True)

    def user_of(self, name, password):
        return self.raw().connect("last", username=name, password=password)

    def test_log_and_store(self):
        self.use()
        self.broker.stop()
        self.assertIn("alice", self.broker.log())
        self.assert_clean("log", self.broker.log())
        for path in glob.glob(self.broker.store + "**", recursive=True):
            if not path.endswith("/"):
                with open(path, "rb") as file:
                    self.assert_clean(path, file.read().decode("latin-1"))
        self.broker.start()

    @unittest.skipIf(is_mosquitto(), "has no REST")
    def test_rest(self):
        self.use()
        for path in ("/mqtt/status/", "/api/v1/systree", "/api/v1/listeners", "/api/v1/clients", "/metrics", "/"):
            answer = self.rest.get(path)
            self.assert_clean(path, f"{answer.headers}{answer.body.decode()}")

    def test_system_topics(self):
        self.use()
        reader = self.raw().connect("reader").subscribe(("$SYS/#", 0), ("#", 0))
        reader.send(mqtt.PINGREQ)
        while True:
            packet = reader.read_packet()
            if packet == mqtt.PINGRESP:
                break
            self.assert_clean("message", packet.decode("latin-1"))
