"""Passwords are looked at beside everything else: sessions of other workers, takeovers, clients that do not wait."""

import itertools
import socket
import struct
import time

from harness import packets as mqtt, seconds
from harness.broker import is_mosquitto
from harness.secured import SecuredCase, crowd, password_line

SLOW = 30_000  # iterations: about 50 ms
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST
numbers = itertools.count()  # a password that was right once is known from then on: each login has its own user


def login(client_id, password="slow's", **options):
    return mqtt.connect(client_id, username=f"slow{next(numbers)}", password=password, **options)


class ConcurrentCase(SecuredCase):
    files = {"users": crowd("slow", 150, SLOW) + password_line("quick", "quick's")}
    extra_conf = "password_file FILES/users" + ("" if is_mosquitto() else "\nworker_threads 2")

    def knock(self, client_id, address="127.0.0.1", **options):
        """A connection whose password is being looked at."""
        client = self.raw(address=address)
        client.send(login(client_id, **options))
        return client


def reset(client):
    client.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    client.close()


def shut_down(client):
    client.transport.socket.shutdown(socket.SHUT_WR)


def disconnect(client):
    client.send_until_closed(mqtt.DISCONNECT)
    client.close()


class PasswordConcurrent(ConcurrentCase):
    def test_a_session_that_lives_elsewhere(self):
        """The same client comes again and again; others in between let it land on each worker."""
        publisher = self.user("quick", "publisher")
        for turn in range(12):
            client = self.knock("wanderer", clean=False)
            client.send(mqtt.subscribe(9, ("elsewhere", 1)))
            client.expect(mqtt.connack(0, turn > 0))
            packets = [client.read_packet() for _ in range(2 if turn else 1)]
            self.assertIn(mqtt.suback(9, 1), packets)
            packets.remove(mqtt.suback(9, 1))
            for message in map(mqtt.Publish, packets):
                self.assertEqual((message.payload, message.qos), (str(turn - 1).encode(), 1))
                client.send(mqtt.puback(message.packet_id))
            client.expect_nothing()
            if turn % 2:
                client.disconnect()
            else:
                client.close()
            for number in range(turn % 3):
                self.user("quick", f"other-{turn}-{number}")
            publisher.publish("elsewhere", str(turn), 1)

    def test_takeovers_of_those_who_are_connected(self):
        """Each comes while the one before is there, on this worker or the other."""
        publisher, before = self.user("quick", "publisher"), []
        for turn in range(12):
            if turn % 4 == 3:
                self.raw()
            client = self.knock("taken")
            client.send(mqtt.subscribe(1, ("taken", 0)))
            client.expect(mqtt.connack(0), mqtt.suback(1, 0))
            for other in before:
                other.expect_closed()
            publisher.publish("taken", str(turn))
            client.expect(mqtt.publish("taken", str(turn)))
            client.expect_nothing()
            before = [client]

    def test_takeovers_at_once(self):
        """Many with one client id: the last one stands alone, and gets everything once."""
        clients = [self.raw() for _ in range(12)]
        for client in clients:
            client.send(login("same", clean=False), mqtt.subscribe(1, ("takeover", 1)))
        for client in clients:
            self.assertIn(client.read_packet(), (b"", mqtt.connack(0), mqtt.connack(0, True)))
        last = self.user("quick", "same", session_present=True, clean=False)
        for client in clients:
            client.wait_closed()
        self.user("quick").publish("takeover", b"once", 1)
        last.take("takeover", b"once", 1)
        last.expect_nothing()

    def test_those_who_do_not_wait(self):
        for turn, leave in enumerate((reset, lambda client: client.close(), shut_down, disconnect)):
            for password in ("slow's", "wrong"):
                clients = [self.knock(f"knock-{turn}-{number}", f"127.0.2.{turn * 10 + number + 1}", clean=False,
                                      password=password) for number in range(4)]
                for client in clients:
                    leave(client)
        start = time.monotonic()
        quick = self.user("quick").subscribe(("wait", 0))
        self.assertLess(time.monotonic() - start, seconds(5))
        slow = self.knock("slow")
        slow.expect(mqtt.connack(0))
        slow.publish("wait", b"all is well")
        quick.expect(mqtt.publish("wait", b"all is well"))

    def test_gone_websockets(self):
        for number in range(8):
            websocket = self.websocket()
            websocket.send(login(f"web-{number}"))
            websocket.close()
        self.knock("after").expect(mqtt.connack(0))
        self.assert_alive()

    def assert_alive(self):
        self.user("quick").expect_nothing()

    def test_whoever_did_not_wait_throws_nobody_out(self):
        """A device gives up, comes again with the same client id, and stays."""
        for name, leave in (("reset", reset), ("close", lambda client: client.close()), ("disconnect", disconnect)):
            with self.subTest(name):
                leave(self.knock("device"))
                again = self.user("quick", "device")
                self.knock("later").expect(mqtt.connack(0))  # looked at after the one that is gone
                again.expect_nothing()


class PasswordConcurrentEnd(ConcurrentCase):
    broker_per_test = True

    def test_the_broker_ends_meanwhile(self):
        for number in range(20):
            self.knock(f"knock-{number}")
        start = time.monotonic()
        self.broker.stop()
        self.assertLess(time.monotonic() - start, seconds(4))
