"""One flipped bit, an overwritten page or a cut in the data file: the broker never crashes, never delivers a payload that
nobody sent, and never starts from nothing in silence."""

import asyncio
import json
import os
import random
import shutil
import time

from ledger import Client, Publisher, Subscriber
from world import World, seeded
from harness import packets as mqtt

MESSAGES, PAGE = 300, 4096


class Filler(Client):
    """Values for the sensors plugin."""

    async def begin(self):
        values = json.dumps([{"sensor_id": 1 + n % 7, "type": "light", "value": n} for n in range(1000)])
        for packet_id in range(1, 4):
            self.writer.write(mqtt.publish("iot/measurements", values, 1, packet_id))
        self.left = 3

    async def on_packet(self, first, body):
        self.left -= first == 0x40
        if self.left == 0:
            self.writer.close()


def prepare(world):
    """A store with a session, its queue, retained messages and measurements; returns what was acknowledged."""
    world.start()
    world.live(300, [world.subscriber], [], world.broker.kill)
    world.start()
    sources = [Publisher("rot-one", "ledger/one", 1), Publisher("rot-two", "ledger/two", 2)]
    sources += [Publisher(f"rot-{n}", f"ledger/kept/{n}", 1, retain=True) for n in range(20)]

    async def until_enough():
        await Filler("rot-filler", clean=True).run(world.broker.port)
        tasks = [asyncio.create_task(s.run(world.broker.port)) for s in sources]
        while any(len(s.acknowledged) < MESSAGES for s in sources[:2]):
            await asyncio.sleep(0.02)
        world.broker.kill()
        await asyncio.gather(*tasks)

    asyncio.run(until_enough())
    return {s.topic: s.next for s in sources}, sum(len(s.acknowledged) for s in sources)


def damage(data):
    """(damaged data, what was done)"""
    data = bytearray(data)
    kind = random.choice(["bit", "bit", "bit", "page", "zeros", "cut"])
    at = random.randrange(len(data))
    if kind == "bit":
        data[at] ^= 1 << random.randrange(8)
    elif kind == "cut":
        del data[at:]
    else:
        page = at // PAGE * PAGE
        data[page:page + PAGE] = os.urandom(PAGE) if kind == "page" else b"\0" * PAGE
    return bytes(data), f"{kind} at {at}"


async def read_all(world, acknowledged):
    subscriber = Subscriber("ledger-subscriber", ("ledger/#", 2))
    retained = Subscriber("rot-reader", ("ledger/kept/#", 1))
    tasks = [asyncio.create_task(c.run(world.broker.port)) for c in (subscriber, retained)]
    count, quiet = -1, 0
    while quiet < (5 if count >= acknowledged else 100):  # what is missing would have come in 2 s
        await asyncio.sleep(0.02)
        now = sum(len(v) for c in (subscriber, retained) for v in c.received.values())
        quiet = quiet + 1 if now == count else 0
        count = now
    for sensor in range(1, 8):
        world.get(f"/api/monitoring/sensors/{sensor}/measurements/?limit=1000")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return [subscriber.received, retained.received]


def run(rounds, seed=None):
    seed = seeded(seed)
    world = World()
    found = 0
    try:
        sent, acknowledged = prepare(world)
        path = world.broker.store + "nightjar.mdb"
        with open(path, "rb") as file:
            good = file.read()
        for number in range(rounds):
            shutil.rmtree(world.broker.store)
            os.mkdir(world.broker.store, 0o700)
            bad, what = damage(good)
            with open(path, "wb") as file:
                file.write(bad)
            before = len(world.broker.log())
            try:
                world.start()
                got = asyncio.run(read_all(world, 0 if "damaged" in world.broker.log()[before:] else acknowledged))
            except (AssertionError, OSError) as error:
                world.faults.append(f"{what}: {error}")
                got = []
            time.sleep(0)
            if not world.alive():
                world.faults.append(f"{what}: the broker ended: {world.broker.log()[before:][-300:]}")
                world.broker.process = None
                continue
            loud = "damaged" in world.broker.log()[before:]
            found += loud
            wrong = [(topic, n) for part in got for topic, numbers in part.items() for n in numbers
                     if not 0 <= n < sent.get(topic, 0)]
            if wrong:
                world.faults.append(f"{what}: delivered what nobody sent: {wrong[:3]}")
            if got and not loud and sum(len(v) for v in got[0].values()) < acknowledged:
                world.faults.append(f"{what}: messages are missing and the log says nothing")
            world.broker.kill()
    finally:
        world.close()
    return world.faults, f"{rounds} damaged files, {found} found at the start, seed {seed}"
