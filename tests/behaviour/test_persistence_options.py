"""What `persistence` and `acknowledge_before_stored` change: sessions and retained messages over a restart."""

from harness import BrokerCase, packets as mqtt


class PersistenceOff(BrokerCase):
    nightjar_only = "mosquitto says nothing"
    broker_per_test = True
    extra_conf = "persistence false"

    def test_nothing_but_what_plugins_store_survives(self):
        self.assertIn("persistence is off", self.broker.log())
        self.client("sleeper", clean=False).subscribe(("off/#", 1)).disconnect()
        publisher = self.client("publisher")
        publisher.publish("off/kept", b"1", qos=1, retain=True)
        publisher.publish("iot/measurements", b'{"sensor_id":3,"value":1}', qos=1)
        self.broker.restart()
        self.client("sleeper", clean=False, session_present=False)
        self.client("reader").subscribe(("off/#", 0)).expect_nothing()
        self.assertEqual(self.rest.get("/api/monitoring/sensors/3/last/").status, 200)


class Relaxed(BrokerCase):
    nightjar_only = "an option of ours"
    broker_per_test = True
    extra_conf = "acknowledge_before_stored true"

    def test_an_orderly_end_loses_nothing(self):
        self.client("sleeper", clean=False).subscribe(("relaxed/#", 2)).disconnect()
        publisher = self.client("publisher")
        for number in range(20):
            publisher.publish("relaxed/x", str(number), qos=1 + number % 2)
        self.broker.restart()
        sleeper = self.client("sleeper", clean=False, session_present=True)
        self.assertEqual([message.payload for message in sleeper.take_many(20)],
                         [str(number).encode() for number in range(20)])


class WillAfterACrash(BrokerCase):
    nightjar_only = "mosquitto forgets it"
    broker_per_test = True

    def test_the_will_of_a_kept_session_is_published_at_the_next_start(self):
        self.client("watcher", clean=False).subscribe(("will/#", 1)).disconnect()
        orderly = self.client("orderly", clean=False, will=("will/b", b"wrong", 1, False))
        orderly.disconnect()
        mourned = self.client("mourned", clean=False, will=("will/a", b"gone", 1, False))
        mourned.subscribe(("x", 1))  # SUBACK: all before it is on disk
        self.broker.kill()
        self.broker.start()
        watcher = self.client("watcher", clean=False, session_present=True)
        watcher.take("will/a", b"gone", 1)
        watcher.expect_nothing()
        watcher.subscribe(("x", 1))
        self.broker.kill()
        self.broker.start()
        self.client("watcher", clean=False, session_present=True).expect_nothing()  # once
