"""A broker with the clients of the ledger around it, and a store where a fault wants it."""

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from ledger import Client, Poster, Publisher, Subscriber, judge
from harness import packets as mqtt
from harness.broker import Broker

CONF = "max_queued_messages 0\nmax_inflight_messages 100\n"


def seeded(seed):
    """Seeds the choices of a run and tells the seed, so that it can be run again."""
    seed = seed if seed is not None else int.from_bytes(os.urandom(4), "big")
    random.seed(seed)
    return seed


@contextlib.contextmanager
def file_system(megabytes, mount=True):
    """An ext4 of its own in a file, mounted: (directory, remount function). None where this is not allowed."""
    directory = tempfile.mkdtemp(prefix="nightjar-disk-")
    image, place = directory + "/image", directory + "/disk"
    os.mkdir(place)

    def put_on():
        return subprocess.run(["mount", "-o", "loop", image, place], capture_output=True).returncode == 0

    def take_off():
        for _ in range(50):
            if subprocess.run(["umount", place], capture_output=True).returncode == 0:
                return
            time.sleep(0.05)

    try:
        with open(image, "wb") as file:
            file.truncate(megabytes << 20)
        made = subprocess.run(["mkfs.ext4", "-q", "-F", image], capture_output=True).returncode == 0
        if os.geteuid() != 0 or not made or not put_on():
            yield None
            return
        yield place, lambda: (take_off(), put_on())
        take_off()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


class World:
    def __init__(self, store=None, conf="", **broker_options):
        self.broker = Broker(CONF + conf, log_types="error", **broker_options)
        if store is not None:
            self.broker.store = store + "/store/"
            os.makedirs(self.broker.store, mode=0o700, exist_ok=True)
        self.subscriber = Subscriber("ledger-subscriber", ("ledger/#", 2))
        self.kept = Publisher("ledger-kept", "ledger/kept", 1, retain=True)
        self.publishers = [Publisher("ledger-one", "ledger/one", 1), Publisher("ledger-two", "ledger/two", 2), self.kept]
        self.posters = [Poster("ledger/rest")]
        self.faults = []
        self.slowest = 0.0

    def start(self):
        begin = time.monotonic()
        self.broker.start()
        self.slowest = max(self.slowest, time.monotonic() - begin)

    def alive(self):
        return self.broker.process is not None and self.broker.process.poll() is None

    def subscribe(self):
        """Once, so that there is a session."""
        self.live(300, [self.subscriber], [], self.broker.kill)
        assert self.subscriber.subscribed, "no SUBACK"

    def live(self, milliseconds, clients, posters, end):
        """Lets them work for a while, or until the broker ends by itself, then end()s it."""

        async def life():
            tasks = [asyncio.create_task(c.run(self.broker.port)) for c in clients]
            tasks += [asyncio.create_task(p.run(self.broker.http_port)) for p in posters]
            last = time.monotonic() + milliseconds / 1000
            while self.alive() and (left := last - time.monotonic()) > 0:
                await asyncio.sleep(min(left, 0.02))
            end()
            for task in tasks:
                await task

        asyncio.run(life())

    def work(self, milliseconds, end, subscriber_share=0.7):
        with_subscriber = [self.subscriber] if random.random() < subscriber_share else []
        self.live(milliseconds, [*self.publishers, *with_subscriber], self.posters, end)

    def get(self, path):
        """The status of a GET, whatever it is; OSError if the broker is gone."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.broker.http_port}{path}", timeout=5) as answer:
                answer.read()
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def check_retained(self):
        """What a new subscriber gets is not older than what was acknowledged."""
        least = max(self.kept.acknowledged, default=None)
        value = asyncio.run(retained_value(self.broker.port, "ledger/kept"))
        if least is not None and (value is None or value < least):
            self.faults.append(f"retained is {value}, acknowledged was {least}; log: {self.broker.log()[-400:]}")

    def settle(self):
        """Without a fault, until everything that was acknowledged has arrived, or nothing comes any more."""
        for p in self.publishers:
            p.paused = True

        async def drain():
            tasks = [asyncio.create_task(c.run(self.broker.port)) for c in [*self.publishers, self.subscriber]]
            last, quiet = -1, 0
            while (any(p.flying for p in self.publishers) or quiet < 3) and quiet < 50:
                await asyncio.sleep(0.1)
                count = sum(len(v) for v in self.subscriber.received.values())
                quiet = quiet + 1 if count == last else 0
                last = count
            self.broker.stop()
            for task in tasks:
                await task

        asyncio.run(drain())
        self.faults += judge(self.publishers, self.posters, self.subscriber)
        if self.slowest > 2:
            self.faults.append(f"a start took {self.slowest:.2f} s")

    def acknowledged(self):
        return sum(len(p.acknowledged) for p in [*self.publishers, *self.posters])

    def close(self):
        self.broker.close()


async def retained_value(port, topic):
    got = []

    class Reader(Client):
        async def begin(self):
            self.writer.write(mqtt.subscribe(1, (topic, 0)) + mqtt.PINGREQ)

        async def on_packet(self, first, body):
            if first >> 4 == 3:
                got.append(int(mqtt.Publish(bytes([first]) + mqtt.remaining_length(len(body)) + body).payload))
            elif first == 0xD0:
                self.writer.close()

    await Reader("retained-reader", clean=True).run(port)
    return got[0] if got else None
