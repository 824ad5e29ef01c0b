"""PROXY protocol headers as bytes, right ones and wrong ones."""

import socket
import struct

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
PEER = ("203.0.113.7", 4711)


def value(kind, data):
    return struct.pack("!BH", kind, len(data)) + data


def tls_value(flags=0x05, verify=0, *values):
    return value(0x20, struct.pack("!BI", flags, verify) + b"".join(values))


def v2(peer=PEER, values=b"", command=0x21, family=0x11):
    if family == 0x11:
        addresses = socket.inet_aton(peer[0]) + socket.inet_aton("127.0.0.1") + struct.pack("!HH", peer[1], 1883)
    elif family == 0x21:
        addresses = (socket.inet_pton(socket.AF_INET6, peer[0]) + socket.inet_pton(socket.AF_INET6, "::1")
                     + struct.pack("!HH", peer[1], 1883))
    elif family == 0x31:
        addresses = bytes(216)
    else:
        addresses = b""
    body = addresses + values
    return SIGNATURE + struct.pack("!BBH", command, family, len(body)) + body


def v1(peer=PEER):
    family = "TCP6" if ":" in peer[0] else "TCP4"
    return f"PROXY {family} {peer[0]} {'::1' if ':' in peer[0] else '127.0.0.1'} {peer[1]} 1883\r\n".encode()
