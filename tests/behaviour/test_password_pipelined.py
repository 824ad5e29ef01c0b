"""What a client sends before its CONNACK, while its password is still looked at: handled after it, in order, or never.

[MQTT-3.1.4-4] [MQTT-3.1.4-5]
"""

import itertools
import socket

from harness import MqttClient, WebSocketTransport, packets as mqtt
from harness.secured import SecuredCase, crowd, password_line

SLOW = 60_000  # iterations: about a tenth of a second, so that whatever follows has come before
numbers = itertools.count()  # a password that was right once is known from then on: each login has its own user


def login(client_id=None, password="slow's", **options):
    number = next(numbers)
    return mqtt.connect(client_id or f"client-{number}", username=f"slow{number}", password=password, **options)


class PasswordPipelined(SecuredCase):
    files = {"users": crowd("slow", 30, SLOW) + password_line("quick", "quick's")}
    extra_conf = "password_file FILES/users"

    def each_transport(self, check):
        for name, make in (("tcp", self.raw), ("websocket", lambda: MqttClient(WebSocketTransport(self.websocket())))):
            with self.subTest(name):
                check(make())

    def packets(self, topic):
        return [mqtt.subscribe(1, (topic, 1)), mqtt.publish(topic, b"0"), mqtt.PINGREQ]

    def expect_answers(self, client, topic):
        client.expect(mqtt.connack(0), mqtt.suback(1, 1))
        client.expect_unordered(mqtt.publish(topic, b"0"), mqtt.PINGRESP)

    def test_one_write(self):
        def check(client):
            client.send(login(), *self.packets("pipe/one"))
            self.expect_answers(client, "pipe/one")
        self.each_transport(check)

    def test_many_writes(self):
        def check(client):
            for packet in [login(), *self.packets("pipe/many")]:
                client.send(packet)
            self.expect_answers(client, "pipe/many")
        self.each_transport(check)

    def test_cut_anywhere(self):
        def check(client):
            data = b"".join(self.packets("pipe/cut"))
            client.send(login() + data[:1])
            for position in range(1, len(data)):
                client.send(data[position:position + 1])
            self.expect_answers(client, "pipe/cut")
        self.each_transport(check)

    def test_publish_and_leave(self):
        """What a client publishes before DISCONNECT counts, and its will does not."""
        watcher = self.user("quick").subscribe(("pipe/leave", 1))

        def check(client):
            client.send(login(will=("pipe/leave", b"will", 0, False)), mqtt.publish("pipe/leave", b"1", 1, 7),
                        mqtt.DISCONNECT)
            watcher.take("pipe/leave", b"1", 1)
            client.expect(mqtt.connack(0), mqtt.puback(7))
            client.expect_closed()
            self.user("quick", "after").publish("pipe/leave", b"marker")
            watcher.take("pipe/leave", b"marker")
        self.each_transport(check)

    def test_publish_and_close(self):
        watcher = self.user("quick").subscribe(("pipe/close", 0))
        client = self.raw()
        client.send(login(will=("pipe/close", b"will", 0, False)), mqtt.publish("pipe/close", b"1"))
        client.transport.socket.shutdown(socket.SHUT_WR)
        watcher.expect(mqtt.publish("pipe/close", b"1"), mqtt.publish("pipe/close", b"will"))

    def test_nothing_is_done_for_the_refused(self):
        watcher = self.user("quick").subscribe(("pipe/no", 1))

        def check(client):
            client.send(login("refused", "wrong", clean=False, will=("pipe/no", b"will", 1, True)),
                        mqtt.subscribe(1, ("pipe/no", 1)), mqtt.publish("pipe/no", b"1", 1, 2, retain=True),
                        mqtt.publish("pipe/no", b"0", retain=True), mqtt.DISCONNECT)
            client.expect(mqtt.connack(5))
            client.expect_closed()
            self.user("quick", "after").publish("pipe/no", b"marker", 1)
            watcher.take("pipe/no", b"marker", 1)
        self.each_transport(check)
        self.user("quick", "refused", clean=False).subscribe(("pipe/no", 1)).expect_nothing()

    def test_much(self):
        """More than any buffer holds: the broker reads on after the CONNACK, and loses nothing."""
        watcher = self.user("quick").subscribe(("pipe/much", 1))
        client = self.raw()
        payloads = [str(number).encode() * 20000 for number in range(10, 70)]
        client.send(login(), *(mqtt.publish("pipe/much", payload, 1, number + 1)
                                     for number, payload in enumerate(payloads)), mqtt.PINGREQ)
        for payload in payloads:
            watcher.take("pipe/much", payload, 1)
        client.expect(mqtt.connack(0))
        client.expect_unordered(*(mqtt.puback(number + 1) for number in range(len(payloads))), mqtt.PINGRESP)

    def test_a_second_connect(self):
        def check(client):
            client.send(login(), login())
            client.expect(mqtt.connack(0))
            client.expect_closed()
        self.each_transport(check)

    def test_garbage(self):
        def check(client):
            client.send(login(), b"\xf0\x00")
            self.assertLessEqual(client.wait_closed(), 1)
        self.each_transport(check)
        self.user("quick").expect_nothing()
