"""nightjarctl where its standard output cannot be written: a full disk is told and is status 1, a reader that went away
ends it as it ends every program of a pipeline."""

import os
import signal
import subprocess

from harness import BrokerCase, seconds
from harness.broker import ROOT


class Output(BrokerCase):
    nightjar_only = "nightjarctl asks nightjar's REST"
    broker_per_test = True

    def command(self, name, *arguments):
        return [str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), name, *arguments]

    def rest(self):
        return "--url", f"http://127.0.0.1:{self.broker.http_port}"

    def mqtt(self):
        return "-p", str(self.broker.port)

    def assert_told(self, process):
        """Of a process that writes to /dev/full."""
        _, err = process.communicate(timeout=seconds(20))
        self.assertEqual(process.returncode, 1, (process.args, err))
        self.assertRegex(err, r"\Anightjarctl: cannot write .*: No space left on device\n\Z")

    def to_full(self, *command):
        with open("/dev/full", "w") as full:
            return subprocess.Popen(command, stdout=full, stderr=subprocess.PIPE, text=True)

    def test_a_full_disk_is_status_1(self):
        self.client("keeper").publish("dht11/salon/data", b'{"temperature":40}', qos=1)
        self.client("keeper").publish("kept", b"x", qos=1, retain=True)
        copy = os.path.join(self.broker.directory, "copy")
        for command in (("sensors",), ("measurements",), ("incidents",), ("incident", "1"), ("clients",), ("retained",),
                        ("client", "keeper"), ("export",)):
            for options in ((), ("--json",)) if command != ("export",) else ((), ("--format", "ndjson")):
                with self.subTest(command=command, options=options):
                    self.assert_told(self.to_full(*self.command(*command, *options, *self.rest())))
        self.assert_told(self.to_full(*self.command("backup", "--store", self.broker.store, copy)))
        self.assert_told(self.to_full(*self.command("check", copy)))

    def test_more_than_a_buffer_of_it(self):
        keeper = self.client("keeper")
        for n in range(100):
            keeper.publish(f"kept/{n}/" + "x" * 200, b"x", qos=1, retain=True)
        for options in ((), ("--json",)):
            self.assert_told(self.to_full(*self.command("retained", *options, *self.rest())))

    def test_followers_do_not_go_on_with_a_full_disk(self):
        listener = self.to_full(*self.command("listen", *self.mqtt(), "-t", "a"))
        self.broker.wait_log("Sending SUBACK to nightjarctl-")
        publisher = self.client("publisher")
        publisher.publish("a", b"1", qos=1)
        self.assert_told(listener)
        self.assert_told(self.to_full(*self.command("simulate", *self.mqtt(), "--mode", "continuous")))
        tracer = self.to_full(*self.command("trace", "--topic", "a", *self.rest()))
        self.publish_until_it_ends(publisher, tracer)
        self.assert_told(tracer)

    def publish_until_it_ends(self, publisher, tracer):
        """A trace does not tell from when on it follows."""
        def ended():
            publisher.publish("a", b"2", qos=1)
            return tracer.poll() is not None
        self.wait_until(ended, "the trace ends", 20)

    def to_nobody(self, *command):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.close()
        self.addCleanup(process.stderr.close)
        return process

    def assert_ended_in_silence(self, process):
        self.assertEqual(process.wait(seconds(20)), -signal.SIGPIPE)
        self.assertEqual(process.stderr.read(), b"")

    def test_nobody_reads_any_more(self):
        listener = self.to_nobody(*self.command("listen", *self.mqtt(), "-t", "a"))
        self.broker.wait_log("Sending SUBACK to nightjarctl-")
        publisher = self.client("publisher")
        publisher.publish("a", b"1", qos=1)
        self.assert_ended_in_silence(listener)
        tracer = self.to_nobody(*self.command("trace", "--topic", "a", *self.rest()))
        self.publish_until_it_ends(publisher, tracer)
        self.assert_ended_in_silence(tracer)
        self.assert_ended_in_silence(self.to_nobody(*self.command("sensors", *self.rest())))


if __name__ == "__main__":
    import unittest
    unittest.main()
