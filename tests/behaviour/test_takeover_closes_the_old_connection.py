"""A second connection with the same client id closes the first one; the session goes on. [MQTT-3.1.4-2]"""

from harness import BrokerCase, packets as mqtt


class Takeover(BrokerCase):
    def test_old_one_is_closed(self):
        old = self.client("taken")
        new = self.client("taken")
        old.expect_closed()
        new.expect_nothing()
        self.broker.wait_log("taken.*(already connected|disconnected|closed|taken over)")

    def test_will_of_the_old_one_is_sent(self):
        watcher = self.client("watcher").subscribe(("takeover/will", 0))
        self.client("willing", will=("takeover/will", b"old", 0, False))
        self.client("willing", will=("takeover/will", b"new", 0, False))
        watcher.expect(mqtt.publish("takeover/will", b"old"))
        watcher.expect_nothing()

    def test_persistent_session_moves_to_the_new_connection(self):
        old = self.client("moves", clean=False).subscribe(("takeover/moves", 1))
        new = self.client("moves", clean=False, session_present=True)
        old.expect_closed()
        self.client("publisher").publish("takeover/moves", b"1", qos=1)
        new.take("takeover/moves", b"1", 1)

    def test_clean_takeover_of_a_persistent_session_drops_it(self):
        old = self.client("drops", clean=False).subscribe(("takeover/drops", 1))
        new = self.client("drops", clean=True, session_present=False)
        old.expect_closed()
        new.publish("takeover/drops", b"1", qos=1)
        new.expect_nothing()

    def test_unacknowledged_messages_move_too(self):
        old = self.client("inflight", clean=False).subscribe(("takeover/inflight", 1))
        self.client("publisher").publish("takeover/inflight", b"1", qos=1)
        first = old.expect_publish("takeover/inflight", b"1", 1)
        new = self.client("inflight", clean=False, session_present=True)
        new.expect(mqtt.publish("takeover/inflight", b"1", 1, first.packet_id, dup=True))

    def test_many_takeovers(self):
        clients = [self.client("popular", clean=False)]
        clients[0].subscribe(("takeover/popular", 0))
        for _ in range(50):
            clients.append(self.client("popular", clean=False, session_present=True))
        for client in clients[:-1]:
            client.expect_closed()
        self.client("publisher").publish("takeover/popular", b"1")
        clients[-1].expect(mqtt.publish("takeover/popular", b"1"))
        clients[-1].expect_nothing()
