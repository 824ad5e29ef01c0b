"""A raw WebSocket client (RFC 6455): frames can be built wrong on purpose."""

import base64
import hashlib
import os
import socket
import struct

from .broker import seconds

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_KEY_SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class HandshakeRefused(Exception):
    def __init__(self, status, head):
        super().__init__(f"HTTP status {status}")
        self.status = status
        self.head = head


class WebSocket:
    def __init__(self, port, path="/mqtt", protocol="mqtt", origin=None, host=None, headers=()):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds(5))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()
        self._key = base64.b64encode(os.urandom(16))
        lines = [f"GET {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}", "Upgrade: websocket",
                 "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {self._key.decode()}"]
        if protocol is not None:
            lines.append(f"Sec-WebSocket-Protocol: {protocol}")
        if origin is not None:
            lines.append(f"Origin: {origin}")
        self.request = "\r\n".join([*lines, *headers, "", ""]).encode()
        self.answer = {}

    def handshake(self):
        """Sends the request and checks the answer; HandshakeRefused when it is not 101."""
        self.socket.sendall(self.request)
        return self.read_handshake()

    def read_handshake(self):
        while b"\r\n\r\n" not in self._buffer:
            self._more("in the handshake")
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer = bytearray(rest)
        status_line, *lines = head.decode("latin-1").split("\r\n")
        status = int(status_line.split()[1])
        if status != 101:
            raise HandshakeRefused(status, head)
        self.answer = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        expected = base64.b64encode(hashlib.sha1(self._key + _KEY_SUFFIX).digest()).decode()
        if self.answer.get("sec-websocket-accept") != expected:
            raise AssertionError("Sec-WebSocket-Accept is wrong")
        return self

    def _more(self, where):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError(f"closed {where}")
        self._buffer += data

    def _take(self, count):
        while len(self._buffer) < count:
            self._more("inside a frame" if self._buffer else "between frames")
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    @staticmethod
    def frame(payload, opcode=BINARY, final=True, masked=True, first_bits=0):
        first = (0x80 if final else 0) | first_bits | opcode
        mask_bit = 0x80 if masked else 0
        if len(payload) < 126:
            head = struct.pack("!BB", first, mask_bit | len(payload))
        elif len(payload) < 65536:
            head = struct.pack("!BBH", first, mask_bit | 126, len(payload))
        else:
            head = struct.pack("!BBQ", first, mask_bit | 127, len(payload))
        if not masked:
            return head + payload
        mask = os.urandom(4)
        stream = (mask * (len(payload) // 4 + 1))[:len(payload)]
        size = len(payload)
        mixed = int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")
        return head + mask + mixed.to_bytes(size, "big")

    def send(self, payload, opcode=BINARY, **options):
        self.socket.sendall(self.frame(payload, opcode, **options))

    def receive(self, timeout=None):
        """(opcode, payload) of the next frame; EOFError or a reset when the broker has closed."""
        self.socket.settimeout(seconds(5) if timeout is None else max(timeout, 0.001))
        first, second = self._take(2)
        length = second & 0x7F
        if second & 0x80:
            raise AssertionError("a server must not mask its frames")
        if length == 126:
            length = struct.unpack("!H", self._take(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self._take(8))[0]
        if not first & 0x80:
            raise AssertionError("the tests do not expect fragments from the broker")
        return first & 0x0F, self._take(length)

    def wait_closed(self):
        """Reads until the connection ends. Returns the close code, None when it ended without a close frame."""
        code = None
        while True:
            try:
                opcode, payload = self.receive()
            except (EOFError, ConnectionResetError):
                return code
            except socket.timeout:
                raise AssertionError("the broker did not close the connection")
            if opcode == CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else None

    def close(self):
        self.socket.close()


class WebSocketTransport:
    """Bytes for MqttClient: one binary frame per send."""

    def __init__(self, websocket):
        self.websocket = websocket

    def send(self, data):
        self.websocket.send(data)

    def receive(self, timeout):
        try:
            opcode, payload = self.websocket.receive(timeout)
        except (EOFError, ConnectionResetError):
            return b""
        if opcode == CLOSE:
            return b""
        if opcode != BINARY:
            raise AssertionError(f"frame with opcode {opcode} instead of a binary one")
        return payload

    def close(self):
        self.websocket.close()
