"""HTTP requests to the broker: comfortable ones by http.client, exact bytes by a socket."""

import http.client
import json
import socket

from .broker import seconds


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        def refuse(name):
            raise AssertionError(f"{name} is not JSON")
        return json.loads(self.body, parse_constant=refuse)

    def __repr__(self):
        return f"HTTP {self.status} {self.body[:300]!r}"


class Rest:
    def __init__(self, port):
        self.port = port

    def request(self, method, path, body=None, headers=None):
        """body: bytes or text are sent as they are, anything else as JSON."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds(10))
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, headers or {})
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, path, body=None, headers=None):
        return self.request("POST", path, body, headers)

    def open(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds(15))

    def exchange(self, raw):
        """Sends exact bytes, reads until the broker closes."""
        with self.open() as connection:
            try:
                connection.sendall(raw)
            except (ConnectionResetError, BrokenPipeError):
                pass
            answer = b""
            while True:
                try:
                    data = connection.recv(65536)
                except ConnectionResetError:
                    return answer
                if not data:
                    return answer
                answer += data

    def status_of(self, raw):
        """The status of the answer to exact bytes; None when the broker closed without one."""
        answer = self.exchange(raw)
        return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else None
