"""kill -9 at random moments, with a ledger: QoS 1, QoS 2, retained and REST; nothing acknowledged is lost, nothing of
QoS 2 comes twice, order stays, and the broker is back in under 2 seconds."""

import asyncio
import os
import random
import time

from ledger import Poster, Publisher, Subscriber, judge
from harness import packets as mqtt
from harness.broker import Broker

CONF = "max_queued_messages 0\nmax_inflight_messages 100\n"


async def one_life(broker, clients, posters, milliseconds):
    """Lets all of them work until the broker is killed."""
    tasks = [asyncio.create_task(c.run(broker.port)) for c in clients]
    tasks += [asyncio.create_task(p.run(broker.http_port)) for p in posters]
    await asyncio.sleep(milliseconds / 1000)
    broker.kill()
    for task in tasks:
        await task


async def retained_value(port, topic):
    from ledger import Client

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


async def drain(broker, clients, subscriber, done):
    """Without a fault, until everything acknowledged has arrived, or nothing comes any more."""
    tasks = [asyncio.create_task(c.run(broker.port)) for c in [*clients, subscriber]]
    last, quiet = -1, 0
    while not done() or quiet < 3:
        await asyncio.sleep(0.1)
        count = sum(len(v) for v in subscriber.received.values())
        quiet = quiet + 1 if count == last else 0
        last = count
        if quiet > 50:
            break
    broker.stop()
    for task in tasks:
        await task


def run(rounds, seed=None):
    """(faults, what was done)"""
    seed = seed if seed is not None else int.from_bytes(os.urandom(4), "big")
    random.seed(seed)
    broker = Broker(CONF, log_types="error")
    subscriber = Subscriber("ledger-subscriber", ("ledger/#", 2))
    publishers = [Publisher("ledger-one", "ledger/one", 1), Publisher("ledger-two", "ledger/two", 2),
                  Publisher("ledger-kept", "ledger/kept", 1, retain=True)]
    posters = [Poster("ledger/rest")]
    faults, slowest = [], 0.0
    try:
        broker.start()
        asyncio.run(one_life(broker, [subscriber], [], 300))
        for _ in range(rounds):
            start = time.monotonic()
            broker.start()
            slowest = max(slowest, time.monotonic() - start)
            kept = publishers[2]
            before = max(kept.acknowledged, default=None)
            value = asyncio.run(retained_value(broker.port, "ledger/kept"))
            if before is not None and (value is None or value < before):
                faults.append(f"retained is {value}, acknowledged was {before}")
            with_subscriber = [subscriber] if random.random() < 0.7 else []
            asyncio.run(one_life(broker, [*publishers, *with_subscriber], posters, random.uniform(20, 250)))
        broker.start()
        for p in publishers:
            p.paused = True
        asyncio.run(drain(broker, publishers, subscriber, lambda: not any(p.flying for p in publishers)))
    finally:
        broker.close()
    faults += judge(publishers, posters, subscriber)
    if slowest > 2:
        faults.append(f"a restart took {slowest:.2f} s")
    acknowledged = sum(len(p.acknowledged) for p in [*publishers, *posters])
    return faults, f"{rounds} kills, {acknowledged} acknowledged, slowest restart {slowest:.2f} s, seed {seed}"
