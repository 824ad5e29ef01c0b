"""MQTT 3.1 / 3.1.1 packets as bytes. Small encoders, free to build wrong packets as well as right ones."""

import struct

NAMES = {
    1: "CONNECT", 2: "CONNACK", 3: "PUBLISH", 4: "PUBACK", 5: "PUBREC", 6: "PUBREL", 7: "PUBCOMP",
    8: "SUBSCRIBE", 9: "SUBACK", 10: "UNSUBSCRIBE", 11: "UNSUBACK", 12: "PINGREQ", 13: "PINGRESP",
    14: "DISCONNECT",
}

PINGREQ = b"\xc0\x00"
PINGRESP = b"\xd0\x00"
DISCONNECT = b"\xe0\x00"


def to_bytes(text):
    return text.encode() if isinstance(text, str) else bytes(text)


def string(text):
    """A UTF-8 string field: two length bytes, then the bytes (checked by nobody: tests send bad ones)."""
    data = to_bytes(text)
    return struct.pack("!H", len(data)) + data


def remaining_length(length):
    out = bytearray()
    while True:
        length, digit = divmod(length, 128)
        out.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(out)


def packet(first_byte, body=b""):
    return bytes([first_byte]) + remaining_length(len(body)) + body


def split(raw):
    """(first byte, body) of one whole packet."""
    start = 1
    while raw[start] & 0x80:
        start += 1
    return raw[0], raw[start + 1:]


def connect(client_id, clean=True, keepalive=60, username=None, password=None, will=None, level=4,
            name=None, flags=None):
    """will = (topic, payload, qos, retain). flags overrides the byte that the arguments would give."""
    if name is None:
        name = "MQIsdp" if level == 3 else "MQTT"
    byte = 0x02 if clean else 0
    payload = string(client_id)
    if will is not None:
        topic, message, qos, retain = will
        byte |= 0x04 | qos << 3 | (0x20 if retain else 0)
        payload += string(topic) + string(message)
    if username is not None:
        byte |= 0x80
        payload += string(username)
    if password is not None:
        byte |= 0x40
        payload += string(password)
    header = string(name) + bytes([level, byte if flags is None else flags]) + struct.pack("!H", keepalive)
    return packet(0x10, header + payload)


def connack(code=0, session_present=False):
    return packet(0x20, bytes([1 if session_present else 0, code]))


def publish(topic, payload=b"", qos=0, packet_id=None, retain=False, dup=False):
    first = 0x30 | (0x08 if dup else 0) | qos << 1 | (1 if retain else 0)
    identifier = b"" if packet_id is None else struct.pack("!H", packet_id)
    return packet(first, string(topic) + identifier + to_bytes(payload))


def _with_id(first_byte, packet_id):
    return packet(first_byte, struct.pack("!H", packet_id))


def puback(packet_id):
    return _with_id(0x40, packet_id)


def pubrec(packet_id):
    return _with_id(0x50, packet_id)


def pubrel(packet_id):
    return _with_id(0x62, packet_id)


def pubcomp(packet_id):
    return _with_id(0x70, packet_id)


def subscribe(packet_id, *filters):
    """filters: (filter, qos) pairs."""
    body = b"".join(string(name) + bytes([qos]) for name, qos in filters)
    return packet(0x82, struct.pack("!H", packet_id) + body)


def suback(packet_id, *codes):
    return packet(0x90, struct.pack("!H", packet_id) + bytes(codes))


def unsubscribe(packet_id, *filters):
    return packet(0xA2, struct.pack("!H", packet_id) + b"".join(string(name) for name in filters))


def unsuback(packet_id):
    return _with_id(0xB0, packet_id)


class Publish:
    """A PUBLISH that was received, taken apart."""

    def __init__(self, raw):
        first, body = split(raw)
        if first >> 4 != 3:
            raise AssertionError(f"expected a PUBLISH, got {describe(raw)}")
        self.qos = first >> 1 & 3
        self.dup = bool(first & 8)
        self.retain = bool(first & 1)
        length = struct.unpack("!H", body[:2])[0]
        self.topic = body[2:2 + length].decode()
        rest = body[2 + length:]
        self.packet_id = struct.unpack("!H", rest[:2])[0] if self.qos else None
        self.payload = rest[2:] if self.qos else rest


def describe(raw):
    if not raw:
        return "the end of the connection"
    shown = raw[:80].hex(" ") + (f" ... ({len(raw)} bytes)" if len(raw) > 80 else "")
    return f"{NAMES.get(raw[0] >> 4, 'reserved type')} [{shown}]"
