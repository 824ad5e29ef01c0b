"""Remaining lengths of five bytes, and lengths that do not fit what is inside, close the sender; nothing behind them
is carried out.

[MQTT-2.2.3] at most four bytes; reliability rows 12, 13 and 37.
"""

import unittest

from harness import BrokerCase, packets as mqtt
from harness.broker import is_mosquitto

FIVE_BYTES = [b"\x80\x80\x80\x80\x01", b"\xff\xff\xff\xff\x7f", b"\xff\xff\xff\xff\x0f", b"\x80\x80\x80\x80\x80\x80\x01",
              b"\x80\x80\x80\x80\x00", b"\xff\xff\xff\xff\xff"]


class MalformedLengths(BrokerCase):
    def test_five_bytes(self):
        watcher = self.client("watcher").subscribe(("length/#", 0))
        for length in FIVE_BYTES:
            for first in (0x30, 0x32, 0x82, 0xC0, 0xE0):
                self.assert_refuses(bytes([first]) + length + mqtt.publish("length/x", b"wrong"))
        watcher.expect_nothing()

    def test_five_bytes_before_connect(self):
        for length in FIVE_BYTES:
            client = self.raw()
            client.send_until_closed(b"\x10" + length + mqtt.connect("behind"))
            client.expect_closed()

    def test_fields_longer_than_the_packet(self):
        for raw in ("30 04 ffff 6162", "32 05 0003 612f62 c000", "30 01 00", "30 00", "32 02 0000", "32 03 0001 61",
                    "82 04 0001 ffff", "82 05 0001 0005 61", "82 07 0001 0001 61 00 00", "a2 04 0001 0009",
                    "a2 05 0001 0005 61", "10 02 ffff", "40 01 00", "40 00", "62 01 00", "62 00"):
            with self.subTest(raw):
                self.assert_refuses(bytes.fromhex(raw))

    @unittest.skipIf(is_mosquitto(), "mosquitto ignores the extra bytes")
    def test_bytes_behind_the_fields(self):
        for raw in (b"\xc0\x01x", b"\xe0\x01x", b"\x40\x03\x00\x01x", b"\x50\x04\x00\x01\x00\x00", b"\x62\x03\x00\x01x",
                    b"\x70\x03\x00\x01x"):
            with self.subTest(raw.hex()):
                self.assert_refuses(raw)

    def test_missing_qos_byte_at_the_very_end(self):
        self.assert_refuses(bytes.fromhex("82 80 08 0001 03fc") + b"t" * 1020)
        self.assert_refuses(bytes.fromhex("32 80 08 03fe") + b"t" * 1022)

    def test_lengths_that_are_longer_than_needed(self):
        """`00` may be written as `80 00`: MQTT 3.1.1 does not forbid it. Only: nobody else is harmed."""
        client = self.client("padded")
        client.send(b"\xc0\x80\x00")
        client.read_packet()
        client.close()

    def tearDown(self):
        self.assert_healthy()
        super().tearDown()
