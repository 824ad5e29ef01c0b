"""The disk fills: the broker lives, acknowledges nothing that is not stored, serves reads and QoS 0, and writes again
within a second of space coming back."""

import asyncio
import os
import random
import time

from ledger import Client, Publisher
from world import World, file_system, seeded
from harness import packets as mqtt


class Echo(Client):
    """Sends itself QoS 0 messages; counts what comes back."""

    def __init__(self):
        super().__init__("echo", clean=True)
        self.got = 0

    async def begin(self):
        self.writer.write(mqtt.subscribe(1, ("echo", 0)))

    async def on_packet(self, first, body):
        if first >> 4 == 3:
            self.got += 1
        await asyncio.sleep(0.01)
        self.writer.write(mqtt.publish("echo", b"1"))


def fill(place):
    """Takes all the space that is left."""
    with open(place + "/ballast", "ab", buffering=0) as file:
        for size in (1 << 20, 1 << 16, 1 << 12):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                pass
        os.fsync(file.fileno())


async def first_acknowledgement(port, number):
    """Seconds until a new QoS 1 publish is acknowledged, trying again when the broker closes."""
    begin = time.monotonic()
    while time.monotonic() - begin < 10:
        client = Publisher(f"again-{number}-{time.monotonic()}", "other/again", 1, retain=True, window=1)
        task = asyncio.create_task(client.run(port))
        for _ in range(20):
            await asyncio.sleep(0.01)
            if client.acknowledged:
                task.cancel()
                return time.monotonic() - begin
            if task.done():
                break
        task.cancel()
    return None


def run(rounds, seed=None):
    seed = seeded(seed)
    slowest = 0.0
    with file_system(48) as disk:
        if disk is None:
            return None, "this user may not mount file systems"
        place, _ = disk
        world = World(store=place)
        try:
            world.start()
            world.subscribe()
            for number in range(rounds):
                if not world.alive():
                    world.start()
                echo = Echo()
                before = world.acknowledged()

                async def round_():
                    tasks = [asyncio.create_task(c.run(world.broker.port))
                             for c in [*world.publishers, world.subscriber, echo]]
                    await asyncio.sleep(random.uniform(0.05, 0.2))
                    fill(place)
                    await asyncio.sleep(0.3)
                    at_full = echo.got
                    await asyncio.sleep(0.2)
                    if echo.got <= at_full:
                        world.faults.append("QoS 0 stood still on a full disk")
                    os.unlink(place + "/ballast")
                    again = await first_acknowledgement(world.broker.port, number)
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
                    return again

                again = asyncio.run(round_())
                if again is None or again > 1:
                    world.faults.append(f"writing again took {again} s")
                slowest = max(slowest, again or 0)
                if not world.alive():
                    world.faults.append(f"the broker ended: {world.broker.log()[-300:]}")
                if random.random() < 0.5:
                    world.broker.kill()
                    world.start()
                    world.check_retained()
                if world.acknowledged() == before:
                    world.faults.append("nothing at all was acknowledged")
            if not world.alive():
                world.start()
            world.settle()
        finally:
            world.close()
    return world.faults, (f"{rounds} full disks, {world.acknowledged()} acknowledged, writing again after "
                          f"{slowest:.2f} s at most, seed {seed}")
