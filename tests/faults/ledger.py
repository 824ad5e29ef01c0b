"""Clients that write down what was acknowledged to them, and a judge that compares it with what arrived.

Each client outlives the broker: it reconnects and goes on as MQTT-4.4 wants, with its packet ids. The books are kept
here, in the test's memory, so a broker that is killed loses none of them.
"""

import asyncio
import collections
import json
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "behaviour"))
from harness import packets as mqtt  # noqa: E402

WINDOW = 16


class Client:
    """One connection after the other, for one client id. run() ends when the broker goes or stop() was asked."""

    keepalive = 0

    def __init__(self, client_id, clean=False):
        self.client_id, self.clean = client_id, clean
        self.connected_before = False

    async def run(self, port):
        try:
            self.reader, self.writer = await self.connection(port)
        except OSError:
            return
        try:
            self.writer.write(mqtt.connect(self.client_id, clean=self.clean, keepalive=self.keepalive, **self.login()))
            first, body = await self.packet()
            assert first == 0x20 and body[1] == 0, f"{self.client_id}: refused with {body[1]}"
            if self.connected_before and not self.clean:
                assert body[0] & 1, f"{self.client_id}: its session is gone"
            self.connected_before = self.connected_before or self.is_durable()
            await self.begin()
            while True:
                first, body = await self.packet()
                await self.on_packet(first, body)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.writer.close()

    def login(self):
        """Name and password, for mqtt.connect()."""
        return {}

    def connection(self, port):
        return asyncio.open_connection("127.0.0.1", port)

    def is_durable(self):
        """The broker has acknowledged something that only a stored session can have."""
        return False

    async def packet(self):
        first = (await self.reader.readexactly(1))[0]
        length = shift = 0
        while True:
            byte = (await self.reader.readexactly(1))[0]
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return first, await self.reader.readexactly(length)

    async def begin(self):
        pass

    async def on_packet(self, first, body):
        pass


class Publisher(Client):
    """Publishes 0, 1, 2, ... at one QoS with a window. `acknowledged` are those for which PUBACK or PUBREC came."""

    def __init__(self, client_id, topic, qos, retain=False, window=WINDOW):
        super().__init__(client_id)
        self.topic, self.qos, self.retain, self.window = topic, qos, retain, window
        self.next, self.next_id = 0, 0
        self.flying = collections.OrderedDict()  # packet id -> (number, released)
        self.acknowledged = set()
        self.paused = False

    def is_durable(self):
        return self.qos == 2 and bool(self.acknowledged)

    def publish(self, packet_id, number, dup):
        self.writer.write(mqtt.publish(self.topic, str(number), self.qos, packet_id, self.retain, dup))

    async def begin(self):
        for packet_id, (number, released) in self.flying.items():
            if released:
                self.writer.write(mqtt.pubrel(packet_id))
            else:
                self.publish(packet_id, number, True)
        self.fill()

    def fill(self):
        while not self.paused and len(self.flying) < self.window:
            self.next_id = self.next_id % 65535 + 1
            while self.next_id in self.flying:
                self.next_id = self.next_id % 65535 + 1
            self.flying[self.next_id] = (self.next, False)
            self.publish(self.next_id, self.next, False)
            self.next += 1

    async def on_packet(self, first, body):
        packet_id = struct.unpack("!H", body[:2])[0]
        number, released = self.flying.get(packet_id, (None, False))
        if first == 0x40:
            self.acknowledged.add(number)
            del self.flying[packet_id]
        elif first == 0x50:
            if number is not None:
                self.acknowledged.add(number)
                self.flying[packet_id] = (number, True)
            self.writer.write(mqtt.pubrel(packet_id))
        elif first == 0x70:
            self.flying.pop(packet_id, None)
        self.fill()
        await self.writer.drain()


class Subscriber(Client):
    """A persistent session that takes all of `filters`; what it got, by topic, in order of arrival."""

    def __init__(self, client_id, *filters):
        super().__init__(client_id)
        self.filters = filters
        self.subscribed = False
        self.received = collections.defaultdict(list)
        self.unreleased = set()

    def is_durable(self):
        return self.subscribed

    async def begin(self):
        if not self.subscribed:
            self.writer.write(mqtt.subscribe(1, *self.filters))

    async def on_packet(self, first, body):
        if first == 0x90:
            self.subscribed = self.connected_before = True
        elif first >> 4 == 3:
            got = mqtt.Publish(bytes([first]) + mqtt.remaining_length(len(body)) + body)
            if got.qos == 2:
                if got.packet_id not in self.unreleased:
                    self.unreleased.add(got.packet_id)
                    self.received[got.topic].append(int(got.payload))
                self.writer.write(mqtt.pubrec(got.packet_id))
            else:
                self.received[got.topic].append(int(got.payload))
                if got.qos == 1:
                    self.writer.write(mqtt.puback(got.packet_id))
        elif first == 0x62:
            packet_id = struct.unpack("!H", body)[0]
            self.unreleased.discard(packet_id)
            self.writer.write(mqtt.pubcomp(packet_id))
        await self.writer.drain()


class Poster:
    """POST /publish, one after the other; `acknowledged` are those answered with 2xx."""

    headers = b""

    def __init__(self, topic):
        self.topic, self.next, self.acknowledged = topic, 0, set()
        self.paused = False

    async def run(self, port):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return
        try:
            while not self.paused:
                number = self.next
                self.next += 1
                body = json.dumps({"topic": self.topic, "payload": str(number), "qos": 1}).encode()
                writer.write(b"POST /publish HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                             b"%sContent-Length: %d\r\n\r\n%s" % (self.headers, len(body), body))
                status = (await reader.readline()).split()
                length = 0
                while (line := await reader.readline()) not in (b"\r\n", b""):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                await reader.readexactly(length)
                if len(status) > 1 and status[1].startswith(b"2"):
                    self.acknowledged.add(number)
                elif len(status) < 2:
                    return
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def judge(publishers, posters, subscriber):
    """All faults, as sentences."""
    faults = []
    for source in [*publishers, *posters]:
        got = subscriber.received.get(source.topic, [])
        missing = sorted(source.acknowledged - set(got))
        if missing:
            faults.append(f"{source.topic}: {len(missing)} acknowledged messages are lost, the first is {missing[0]}")
        firsts = list(dict.fromkeys(got))
        if firsts != sorted(firsts):
            at = next(i for i in range(1, len(firsts)) if firsts[i] < firsts[i - 1])
            faults.append(f"{source.topic}: {firsts[at]} came after {firsts[at - 1]}")
        if getattr(source, "qos", 1) == 2 and len(got) != len(firsts):
            faults.append(f"{source.topic}: {len(got) - len(firsts)} QoS 2 messages came twice")
    return faults
