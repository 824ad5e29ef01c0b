"""A raw MQTT client: sends any bytes, expects exact packets. The transport below it is TCP or a WebSocket."""

import socket
import time

from . import packets
from .broker import seconds


class TcpTransport:
    def __init__(self, port, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), timeout=seconds(5))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, timeout):
        """Some bytes, b"" once the peer has closed; socket.timeout when nothing came."""
        self.socket.settimeout(max(timeout, 0.001))
        try:
            return self.socket.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            return b""

    def close_write(self):
        """Ends our direction; the peer may have closed already."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.socket.close()


class UnixTransport(TcpTransport):
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(seconds(5))
        self.socket.connect(path)


class MqttClient:
    def __init__(self, transport):
        self.transport = transport
        self._received = bytearray()
        self._next_id = 0

    def packet_id(self):
        self._next_id = self._next_id % 65535 + 1
        return self._next_id

    def send(self, *raw_packets):
        self.transport.send(b"".join(raw_packets))

    def send_until_closed(self, data):
        """Sends data that the broker may refuse half way: a reset is no error here."""
        try:
            self.transport.send(data)
        except (ConnectionResetError, BrokenPipeError):
            pass

    def read_packet(self, timeout=None):
        """The next whole packet as bytes; b"" when the broker closed the connection."""
        end = time.monotonic() + (seconds(5) if timeout is None else timeout)
        while True:
            size = self._whole_packet_size()
            if size:
                raw = bytes(self._received[:size])
                del self._received[:size]
                return raw
            try:
                data = self.transport.receive(end - time.monotonic())
            except socket.timeout:
                raise AssertionError(f"no packet in time; so far: {bytes(self._received).hex(' ') or 'nothing'}")
            if not data:
                if self._received:
                    raise AssertionError(f"closed inside a packet: {bytes(self._received).hex(' ')}")
                return b""
            self._received += data

    def _whole_packet_size(self):
        length = 0
        for index in range(1, min(5, len(self._received))):
            digit = self._received[index]
            length |= (digit & 0x7F) << 7 * (index - 1)
            if not digit & 0x80:
                size = 1 + index + length
                return size if len(self._received) >= size else 0
        return 0

    def expect(self, *raw_packets):
        """The next packets are exactly these, in this order."""
        for wanted in raw_packets:
            got = self.read_packet()
            if got != wanted:
                raise AssertionError(f"expected {packets.describe(wanted)}, got {packets.describe(got)}")

    def expect_unordered(self, *raw_packets):
        """The next packets are exactly these, in any order."""
        missing = list(raw_packets)
        while missing:
            got = self.read_packet()
            if got not in missing:
                raise AssertionError(f"unexpected {packets.describe(got)}; "
                                     f"still wanted {[packets.describe(raw) for raw in missing]}")
            missing.remove(got)

    def expect_publish(self, topic=None, payload=None, qos=None):
        """The next packet is a PUBLISH; what is given must match. Returns it taken apart."""
        got = packets.Publish(self.read_packet())
        for name, wanted in (("topic", topic), ("payload", payload), ("qos", qos)):
            value = getattr(got, name)
            if wanted is not None and value != (packets.to_bytes(wanted) if name == "payload" else wanted):
                raise AssertionError(f"PUBLISH {name} is {value!r}, expected {wanted!r}")
        return got

    def expect_nothing(self):
        """Nothing is on its way on this connection: the answer to a ping is the next packet."""
        self.send(packets.PINGREQ)
        self.expect(packets.PINGRESP)

    def expect_closed(self, timeout=None):
        got = self.read_packet(timeout)
        if got:
            raise AssertionError(f"expected the broker to close, got {packets.describe(got)}")

    def wait_closed(self, timeout=None):
        """The broker closes; packets that come before are thrown away and counted."""
        count = 0
        while self.read_packet(timeout):
            count += 1
        return count

    def connect(self, client_id, session_present=False, **options):
        self.send(packets.connect(client_id, **options))
        self.expect(packets.connack(0, session_present))
        return self

    def subscribe(self, *filters):
        """filters: (filter, qos) pairs, all of which must be granted as asked."""
        packet_id = self.packet_id()
        self.send(packets.subscribe(packet_id, *filters))
        self.expect(packets.suback(packet_id, *(qos for _, qos in filters)))
        return self

    def unsubscribe(self, *filters):
        packet_id = self.packet_id()
        self.send(packets.unsubscribe(packet_id, *filters))
        self.expect(packets.unsuback(packet_id))

    def publish(self, topic, payload=b"", qos=0, retain=False):
        """Publishes and finishes the QoS 1 or QoS 2 exchange."""
        packet_id = self.packet_id() if qos else None
        self.send(packets.publish(topic, payload, qos, packet_id, retain))
        if qos == 1:
            self.expect(packets.puback(packet_id))
        elif qos == 2:
            self.expect(packets.pubrec(packet_id))
            self.send(packets.pubrel(packet_id))
            self.expect(packets.pubcomp(packet_id))

    def take(self, topic=None, payload=None, qos=None):
        """expect_publish, then acknowledged as its QoS asks."""
        got = self.expect_publish(topic, payload, qos)
        if got.qos == 1:
            self.send(packets.puback(got.packet_id))
        elif got.qos == 2:
            self.send(packets.pubrec(got.packet_id))
            self.expect(packets.pubrel(got.packet_id))
            self.send(packets.pubcomp(got.packet_id))
        return got

    def take_many(self, count):
        """The next count messages, taken apart, each acknowledged; exchanges of QoS 2 may overlap."""
        messages, open_exchanges = [], 0
        while len(messages) < count or open_exchanges:
            raw = self.read_packet()
            if raw and raw[0] == 0x62:
                self.send(b"\x70" + raw[1:])  # PUBREL -> PUBCOMP
                open_exchanges -= 1
                continue
            got = packets.Publish(raw)
            messages.append(got)
            if got.qos:
                self.send((packets.puback if got.qos == 1 else packets.pubrec)(got.packet_id))
                open_exchanges += got.qos == 2
        if len(messages) > count:
            raise AssertionError(f"{len(messages)} messages came instead of {count}")
        return messages

    def disconnect(self):
        self.send(packets.DISCONNECT)
        self.expect_closed()
        self.close()

    def close(self):
        """Drops the connection without DISCONNECT."""
        self.transport.close()
