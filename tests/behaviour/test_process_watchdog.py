"""systemd's watchdog hears WATCHDOG=1 at half of its time, but only while every thread works; the log names one that
does not."""

import contextlib
import ctypes
import os
import pathlib
import socket
import threading
import time
import unittest

from harness import BrokerCase, packets as mqtt, seconds

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WAIT_FOR_ALL = 0x40000000  # __WALL


class Watchdog(BrokerCase):
    nightjar_only = "mosquitto's watchdog needs its systemd build"
    autostart = False

    def start(self, watchdog_time, **environment):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        name = self.broker.directory + "/notify"
        self.socket.bind(name)
        self.socket.settimeout(seconds(10))
        self.broker.environment.update(NOTIFY_SOCKET=name, WATCHDOG_USEC=str(int(watchdog_time * 1e6)), **environment)
        self.broker.launch()
        self.assertEqual(self.socket.recv(4096), b"READY=1")

    def beats(self, duration):
        """How often WATCHDOG=1 comes in this time."""
        count, end = 0, time.monotonic() + duration
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            with contextlib.suppress(socket.timeout):
                self.assertEqual(self.socket.recv(4096), b"WATCHDOG=1")
                count += 1
        return count

    @contextlib.contextmanager
    def stopped(self, name):
        """One thread of the broker stands still."""
        tasks = pathlib.Path(f"/proc/{self.broker.process.pid}/task")
        thread = self.wait_until(lambda: next((int(t.name) for t in tasks.iterdir()
                                               if (t / "comm").read_text().strip() == name), None), f"{name} runs")
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.ptrace(PTRACE_SEIZE, thread, None, None) != 0:
            raise unittest.SkipTest("no right to trace: " + os.strerror(ctypes.get_errno()))
        libc.ptrace(PTRACE_INTERRUPT, thread, None, None)
        os.waitpid(thread, WAIT_FOR_ALL)
        try:
            yield
        finally:
            libc.ptrace(PTRACE_DETACH, thread, None, None)

    def test_beats_at_half_of_its_time_under_load(self):
        self.start(seconds(0.5))
        publisher = self.client("publisher")
        done = threading.Event()

        def load():
            while not done.is_set():
                publisher.send(*(mqtt.publish("load/x", "1", 1, number + 1) for number in range(200)))
                for _ in range(200):
                    publisher.read_packet()

        thread = threading.Thread(target=load)
        thread.start()
        try:
            self.assertGreaterEqual(self.beats(seconds(3)), 6)  # one in 0.5 is all that systemd asks for
        finally:
            done.set()
            thread.join()
        self.assertNotIn("has not answered", self.broker.log())

    def test_a_thread_that_hangs(self):
        patience = seconds(0.4)
        self.start(patience)
        for name in ("nj-worker-0", "nj-web", "nj-store"):
            with self.subTest(name):
                before = self.broker.log_size()
                with self.stopped(name):
                    self.broker.wait_log(f"Error: the thread {name} has not answered", since=before)
                    self.beats(0.05)  # what was sent before
                    self.assertEqual(self.beats(2 * patience), 0)
                self.broker.wait_log(f"The thread {name} answers again", since=before)
                self.socket.settimeout(seconds(10))
                self.assertEqual(self.socket.recv(4096), b"WATCHDOG=1")
        self.broker.stop()

    def test_not_without_a_watchdog(self):
        self.start(0)
        self.assertEqual(self.beats(0.5), 0)

    def test_not_for_another_process(self):
        self.start(0.2, WATCHDOG_PID="1")
        self.assertEqual(self.beats(0.5), 0)
