"""The power goes: an ext4 of its own is shut down without a last flush, so what was not synced is gone. In the middle of
the work, and after a pause (which catches a commit whose last page was never synced)."""

import fcntl
import os
import random
import struct
import time

from world import World, file_system, seeded

EXT4_IOC_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2


def cut(place):
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
    finally:
        os.close(descriptor)


def run(rounds, seed=None):
    seed = seeded(seed)
    with file_system(256) as disk:
        if disk is None:
            return None, "this user may not mount file systems"
        place, remount = disk
        world = World(store=place)

        def end():
            if idle:
                for p in [*world.publishers, *world.posters]:
                    p.paused = True
                time.sleep(0.2)
            cut(place)
            world.broker.kill()

        try:
            world.start()
            world.subscribe()
            for number in range(rounds):
                idle = number % 2 == 1
                for p in [*world.publishers, *world.posters]:
                    p.paused = False
                world.start()
                world.check_retained()
                world.work(random.uniform(20, 200), end)
                remount()
            world.start()
            world.settle()
            if "damaged" in world.broker.log():
                world.faults.append("a store was unreadable")
        finally:
            world.close()
    return world.faults, f"{rounds} power cuts, {world.acknowledged()} acknowledged, seed {seed}"
