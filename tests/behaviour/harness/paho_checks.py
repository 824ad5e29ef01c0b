"""What paho's client must be able to do, whatever carries it. The two transports each have their file."""

from .paho_client import PahoClient


class PahoChecks:
    transport = ""

    def port(self):
        return self.broker.port if self.transport == "tcp" else self.broker.websocket_port

    def paho(self, client_id, **options):
        client = PahoClient(self.port(), client_id, self.transport, **options)
        self.addCleanup(client.drop)
        return client

    def test_each_qos(self):
        reader, publisher = self.paho("reader"), self.paho("publisher")
        self.assertEqual(reader.subscribe(("paho/+", 2)), [2])
        for qos in (0, 1, 2):
            for number in range(50):
                publisher.publish(f"paho/{qos}", f"{number}", qos)
            for number in range(50):
                message = reader.next()
                self.assertEqual((message.topic, message.payload, message.qos),
                                 (f"paho/{qos}", str(number).encode(), qos))
        publisher.disconnect()
        reader.disconnect()

    def test_retained(self):
        publisher = self.paho("publisher")
        publisher.publish("paho-retained/a", b"\x00\xff binary", 1, retain=True)
        reader = self.paho("reader")
        reader.subscribe(("paho-retained/#", 1))
        message = reader.next()
        self.assertEqual((message.payload, message.retain, message.qos), (b"\x00\xff binary", True, 1))
        publisher.publish("paho-retained/a", b"", 1, retain=True)
        self.assertEqual(reader.next().payload, b"")

    def test_large_message(self):
        client = self.paho("large")
        client.subscribe(("paho-large", 1))
        payload = bytes(range(256)) * 300
        client.publish("paho-large", payload, 1)
        self.assertEqual(client.next().payload, payload)

    def test_will(self):
        reader = self.paho("reader")
        reader.subscribe(("paho-will", 1))
        self.paho("dies", will=("paho-will", "gone", 1, False)).drop()
        self.assertEqual(reader.next().payload, b"gone")

    def test_session_resume(self):
        sleeper = self.paho("sleeper", clean=False)
        self.assertFalse(sleeper.session_present)
        sleeper.subscribe(("paho-session", 2))
        sleeper.disconnect()
        publisher = self.paho("publisher")
        for qos in (1, 2):
            publisher.publish("paho-session", f"while away {qos}", qos)
        sleeper = self.paho("sleeper", clean=False)
        self.assertTrue(sleeper.session_present)
        for qos in (1, 2):
            message = sleeper.next()
            self.assertEqual((message.payload, message.qos), (f"while away {qos}".encode(), qos))
