"""`log_format json`: every line is one JSON object; `log_timestamp_format`; log files are reopened."""

import json
import os
import re
import signal

from harness import BrokerCase, packets as mqtt


class Json(BrokerCase):
    nightjar_only = "an option of our own"
    extra_conf = "log_format json"

    def lines(self):
        return [json.loads(line) for line in self.broker.log().splitlines()]

    def wait_line(self, **members):
        return self.wait_until(lambda: next((line for line in self.lines() if members.items() <= line.items()), None),
                               f"a line with {members}")

    def test_every_line_is_an_object(self):
        client = self.client("c1", username="joe", keepalive=45)
        client.subscribe(("a/b", 1))
        port = client.transport.socket.getsockname()[1]
        line = self.wait_line(event="connected", client="c1")
        self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertEqual({key: value for key, value in line.items() if key != "time"},
                         {"level": "notice", "event": "connected", "client": "c1", "username": "joe",
                          "address": "127.0.0.1", "port": port, "protocol": "3.1.1", "clean_session": True,
                          "keep_alive": 45,
                          "message": f"New client connected from 127.0.0.1:{port} as c1 (p2, c1, k45, u'joe')."})
        self.wait_line(level="subscribe", client="c1", topic="a/b", qos=1)
        client.send_until_closed(mqtt.publish("a/#", b"x"))
        self.wait_line(event="disconnected", client="c1", address="127.0.0.1", reason="protocol error",
                       detail="invalid topic name", message="Client c1 disconnected due to protocol error.")

    def test_whatever_a_client_sends(self):
        for client_id in (b'quote"\\', "Zoë ☃".encode(), b"bad\xff\xc3(", b"line\nbreak\x1b[2J"):
            client = self.raw()
            client.send_until_closed(mqtt.connect(client_id, username=client_id))
            client.read_packet()
            client.send_until_closed(mqtt.publish(client_id, b"x"))
            client.close()
        self.client("last")
        self.wait_line(event="connected", client="last")
        self.wait_line(event="connected", client='quote"\\')
        self.wait_line(event="connected", client="Zoë ☃")


class LogTimestampFormat(BrokerCase):
    extra_conf = "log_timestamp_format %Y-%m-%dT%H:%M:%S"

    def test_lines_begin_with_it(self):
        self.client("c1")
        self.broker.wait_log(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d: New client connected .* as c1 ")


class LogTimestamp(BrokerCase):
    extra_conf = "log_timestamp false"

    def test_lines_come_without(self):
        self.client("c1")
        self.broker.wait_log(r"^New client connected .* as c1 ")


class Rotation(BrokerCase):
    nightjar_only = "2.0.11 knows no SIGRTMIN"
    autostart = False

    def wait_content(self, path, text):
        self.wait_until(lambda: os.path.exists(path) and text in open(path).read(), f"{text} in {path}")

    def test_files_are_opened_again(self):
        path = self.broker.directory + "/rotated"
        self.broker.extra_conf = f"log_dest file {path}"
        self.broker.start()
        for number, number_of_signal in enumerate((signal.SIGRTMIN, signal.SIGHUP)):
            self.client(f"before-{number}")
            self.wait_content(path, f"as before-{number} ")
            os.rename(path, f"{path}.{number}")
            self.broker.process.send_signal(number_of_signal)
            self.wait_until(lambda: os.path.exists(path), "a new file")
            self.client(f"after-{number}")
            self.wait_content(path, f"as after-{number} ")
            self.assertNotIn(f"as after-{number} ", open(f"{path}.{number}").read())


class Stdout(BrokerCase):
    nightjar_only = "mosquitto buffers its standard output"
    extra_conf = "log_dest stdout"

    def test_both_get_every_line(self):  # the harness joins them
        self.client("c1")
        self.wait_until(lambda: len(re.findall("as c1 ", self.broker.log())) == 2, "the line twice")
