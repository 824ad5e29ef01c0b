"""kill -9 at random moments: nothing acknowledged is lost, nothing of QoS 2 comes twice, order stays, and the broker is
back in under 2 seconds. QoS 1, QoS 2, retained and REST."""

import random

from world import World, seeded


def run(rounds, seed=None):
    """(faults, what was done)"""
    seed = seeded(seed)
    world = World()
    try:
        world.start()
        world.subscribe()
        for _ in range(rounds):
            world.start()
            world.check_retained()
            world.work(random.uniform(20, 250), world.broker.kill)
        world.start()
        world.settle()
    finally:
        world.close()
    return world.faults, (f"{rounds} kills, {world.acknowledged()} acknowledged, slowest start {world.slowest:.2f} s, "
                          f"seed {seed}")
