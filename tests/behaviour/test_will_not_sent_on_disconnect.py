"""DISCONNECT drops the will, and the broker closes the connection. [MQTT-3.1.2-10] [MQTT-3.14.4-3]"""

from harness import BrokerCase, packets as mqtt


class WillNotSentOnDisconnect(BrokerCase):
    def test_no_will(self):
        watcher = self.client("watcher").subscribe(("will/never", 0))
        self.client("leaves", will=("will/never", b"wrong", 0, True)).disconnect()
        publisher = self.client("publisher")
        publisher.publish("will/never", b"marker")
        watcher.expect(mqtt.publish("will/never", b"marker"))
        self.client("late").subscribe(("will/never", 0)).expect_nothing()

    def test_a_new_connection_without_will_does_not_inherit_one(self):
        watcher = self.client("watcher").subscribe(("will/inherit", 0))
        self.client("heir", clean=False, will=("will/inherit", b"wrong", 0, False)).disconnect()
        self.client("heir", clean=False, session_present=True).close()
        publisher = self.client("publisher")
        publisher.publish("will/inherit", b"marker")
        watcher.expect(mqtt.publish("will/inherit", b"marker"))

    def test_packets_behind_disconnect_are_not_carried_out(self):
        client = self.client("talkative")
        watcher = self.client("watcher").subscribe(("after/disconnect", 0))
        client.send_until_closed(mqtt.DISCONNECT + mqtt.publish("after/disconnect", b"wrong"))
        client.expect_closed()
        self.client("publisher").publish("after/disconnect", b"marker")
        watcher.expect(mqtt.publish("after/disconnect", b"marker"))
