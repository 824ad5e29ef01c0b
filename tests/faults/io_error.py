"""The disk answers EIO to the N-th fdatasync or pwrite: no acknowledgement after it, the process ends with a status that
says so, and the next start is clean."""

import random
import shutil
import subprocess
import time
from pathlib import Path

from world import World, seeded


def is_traced(pid):
    return all("TracerPid:\t0\n" not in status.read_text() for status in Path(f"/proc/{pid}/task").glob("*/status"))


def run(rounds, seed=None):
    if not shutil.which("strace"):
        return None, "strace is missing"
    seed = seeded(seed)
    world = World()

    try:
        world.start()
        world.subscribe()
        for number in range(rounds):
            world.start()
            world.check_retained()
            call = random.choice(["fdatasync", "pwrite64"])
            pid = world.broker.process.pid
            tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(pid), "-e",
                                       f"inject={call}:error=EIO:when={random.randint(1, 60)}+"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while not is_traced(pid):
                if tracer.poll() is not None:
                    return None, "strace may not attach here"
                time.sleep(0.01)
            def judge_the_end():
                if world.alive():
                    world.faults.append(f"round {number}: it goes on after {call} failed")
                    tracer.kill()
                    world.broker.kill()
                elif (status := world.broker.process.wait()) <= 0:
                    world.faults.append(f"round {number}: it ended with {status}: {world.broker.log()[-300:]}")

            world.work(3000, judge_the_end, subscriber_share=1)
            tracer.kill()
            tracer.wait()
        world.start()
        world.settle()
    finally:
        world.close()
    return world.faults, f"{rounds} I/O errors, {world.acknowledged()} acknowledged, seed {seed}"
