"""The wall clock of the broker jumps while it works: an hour on and back, to 2038 and back, anywhere. The
preloaded wall_clock.cpp lies to the broker's process alone and leaves its steady clock true.

Nothing acknowledged is lost; no client is disconnected but one that falls silent, in real time. Measurements stay in
the order of their arrival, with their times, also when the clock is behind after a restart. What happens to sessions
that nobody is connected to: see Sleepers.
"""

import asyncio
import concurrent.futures
import datetime
import itertools
import json
import os
import random
import re
import struct
import tempfile
import time
from pathlib import Path

from ledger import Client
from world import World, seeded
from harness import MqttClient, TcpTransport, packets as mqtt, seconds
from harness.broker import Broker, program
from harness.rest import Rest

WALL_CLOCK = Path(program()).parent / "tests/faults/libwall_clock.so"
HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400
REACH = 24 * DAY  # of the offset that makes up for a clock behind the ids: i32 milliseconds
TOLERANCE = 1.1   # seconds; it does so from one second on
LIGHT, TEMPERATURE, HUMIDITY, FIRST_MARK = 1, 100_001, 100_002, 1000  # sensor ids


class Clock:
    """The wall clock of the brokers that are started with `environment`: the real time plus `offset` seconds."""

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="nightjar-clock-", buffering=0)
        self.environment = {"LD_PRELOAD": str(WALL_CLOCK), "NIGHTJAR_CLOCK_OFFSET": self.file.name}
        self.set(0)

    def set(self, offset):
        self.offset = int(offset)
        os.pwrite(self.file.fileno(), struct.pack("=q", self.offset), 0)

    def set_to(self, year, month, day):
        self.set(datetime.datetime(year, month, day, tzinfo=datetime.timezone.utc).timestamp() - time.time())

    def now(self):
        return time.time() + self.offset

    def close(self):
        self.file.close()


async def until(condition, what, timeout=5):
    end = time.monotonic() + seconds(timeout)
    while not condition():
        assert time.monotonic() < end, f"not in time: {what}"
        await asyncio.sleep(0.002)


class Guest(Client):
    """A client that tells when it is connected."""

    keepalive = 0

    def __init__(self, client_id):
        super().__init__(client_id, clean=True)
        self.here = None  # since

    async def begin(self):
        self.here = time.monotonic()


class Pinger(Guest):
    def __init__(self, keepalive):
        super().__init__(f"pinger-{keepalive}")
        self.keepalive, self.pings, self.pongs = keepalive, 0, 0

    def ping(self):
        self.pings += 1
        self.writer.write(mqtt.PINGREQ)

    async def on_packet(self, first, body):
        self.pongs += first == 0xD0


class Silent(Guest):
    """Says nothing after CONNECT; run() tells after how many seconds the broker closed."""

    keepalive = 2

    async def run(self, port):
        await super().run(port)
        return time.monotonic() - self.here


class Probe(Guest):
    """Publishes values to the sensors plugin; knows their order and when they arrived, by the broker's clock."""

    def __init__(self, clock):
        super().__init__("probe")
        self.clock = clock
        self.next, self.next_id, self.marks = 0, 0, 0
        self.open = set()
        self.rows = []  # (sensor, value, not before, not after)

    async def on_packet(self, first, body):
        if first == 0x40:
            self.open.discard(struct.unpack("!H", body)[0])

    def number(self):
        self.next += 1
        return self.next

    async def send(self, *messages):
        """messages: (topic, body, [(sensor, value), ...]). Returns when all are acknowledged, so stored."""
        begin = self.clock.now()
        for topic, body, _ in messages:
            self.next_id = self.next_id % 65535 + 1
            self.open.add(self.next_id)
            self.writer.write(mqtt.publish(topic, json.dumps(body), 1, self.next_id))
        await until(lambda: not self.open, "PUBACKs for measurements")
        end = self.clock.now()
        self.rows += [(*row, begin, end) for _, _, rows in messages for row in rows]

    def batch(self):
        rows = [(LIGHT, self.number()) for _ in range(3)]
        return "iot/measurements", [{"sensor_id": s, "type": "light", "value": v} for s, v in rows], rows

    def dht11(self):
        number = self.number() % 15_000
        body = {"temperature": (20_000 + number) / 1000, "humidity": (50_000 + number) / 1000}  # no incidents
        return "dht11/clock/data", body, list(zip((TEMPERATURE, HUMIDITY), body.values()))

    def mark(self):
        """A sensor that the broker has not met before."""
        sensor, value = FIRST_MARK + self.marks, self.number()
        self.marks += 1
        return "iot/measurements", {"sensor_id": sensor, "type": "mark", "value": value}, [(sensor, value)]

    async def burst(self):
        """Some values after a jump; the last of all comes from sensor LIGHT, the newest sensor is a mark."""
        await self.send(self.batch())  # the turn that takes it may have begun before the jump
        self.rows[-3:] = [(sensor, value, None, None) for sensor, value, _, _ in self.rows[-3:]]
        await self.send(*(m for _ in range(10) for m in (self.batch(), self.dht11())), self.mark(), self.batch())


class Round:
    def __init__(self):
        self.clock = Clock()
        self.world = World(conf="persistent_client_expiration 2h\n", environment=self.clock.environment)
        self.rest = Rest(self.world.broker.http_port)
        self.probe = Probe(self.clock)
        self.pingers = [Pinger(5), Pinger(60)]
        self.jumps = 0

    def run(self):
        """All faults, as sentences."""
        world = self.world
        try:
            world.start()
            world.subscribe()
            world.start()
            asyncio.run(self.jump_about())
            self.clock.set(self.clock.offset - random.choice([HOUR, DAY, YEAR]))
            world.start()
            world.check_retained()
            asyncio.run(self.go_on())
            world.settle()
        except (AssertionError, OSError) as error:
            world.faults.append(f"{error}; the clock was {self.clock.offset:+d} s")
        finally:
            world.close()
            self.clock.close()
        return world.faults

    # --- while it runs

    async def jump_about(self):
        world, port = self.world, self.world.broker.port
        guests, silent = [self.probe, *self.pingers], Silent("silent")
        stay = {c.client_id: asyncio.create_task(c.run(port)) for c in [*world.publishers, world.subscriber, *guests]}
        stay |= {f"poster of {p.topic}": asyncio.create_task(p.run(world.broker.http_port)) for p in world.posters}
        silence = asyncio.create_task(silent.run(port))
        try:
            await until(lambda: all(g.here for g in [*guests, silent]), "CONNACK")
            for offset in self.offsets():
                await self.jump(offset, stay)
            while not silence.done():
                assert time.monotonic() - silent.here < seconds(6), "a silent client with keepalive 2 is not closed"
                far = random.choice([random.uniform(-2, 2) * DAY, random.uniform(-20, 60) * YEAR, 0])
                await self.jump(far, stay)
            took = await silence
            assert 2.5 < took < seconds(6), f"a silent client with keepalive 2 was closed after {took:.1f} s"
            await self.check_lists()
        finally:
            random.choice([world.broker.stop, world.broker.kill])()
            await asyncio.gather(*stay.values(), silence, return_exceptions=True)

    def offsets(self):
        """Near ones first: what comes after 2038 has its times from there on."""
        yield from [HOUR, 0, -HOUR, 0]
        yield from [random.uniform(-5, 5) * DAY for _ in range(8)]
        self.clock.set_to(2038, 1, 20)
        yield self.clock.offset
        yield 0

    async def jump(self, offset, stay=None):
        """To that offset; all goes on as if nothing had happened."""
        world = self.world
        self.clock.set(offset)
        self.jumps += 1
        await self.probe.burst()
        await self.check_clock()
        await self.check_last()
        if stay is None:
            return
        before, gone = self.progress(), []
        for pinger in self.pingers:
            pinger.ping()

        def went_on():
            gone[:] = [name for name, task in stay.items() if task.done()]
            return gone or all(p.pongs == p.pings for p in self.pingers) and all(
                now > then for now, then in zip(self.progress(), before))

        await until(went_on, "a new message of each client, and PINGRESPs")
        assert not gone, f"a jump has disconnected {gone}: {world.broker.log()[-400:]}"

    def progress(self):
        world = self.world
        received = sum(len(numbers) for numbers in world.subscriber.received.values())
        return [received, *(len(p.acknowledged) for p in [*world.publishers, *world.posters])]

    async def get(self, path):
        answer = await asyncio.to_thread(self.rest.get, path)
        assert answer.status == 200, f"{path}: {answer}"
        return answer

    async def check_clock(self):
        """The broker sees the jumps at all: otherwise nothing here proves anything."""
        sensor, _, begin, end = self.probe.rows[-4]
        seen = moment((await self.get(f"/api/monitoring/sensors/{sensor}/")).json()["created_at"])
        assert begin - 0.01 <= seen <= end, f"the clock does not move: the broker sees {seen} instead of {begin}"

    async def check_last(self):
        last = (await self.get(f"/api/monitoring/sensors/{LIGHT}/last/")).json()["value"]
        assert last == self.probe.next, f"the last value is {last} instead of {self.probe.next}"

    async def check_lists(self):
        """Every stored value once, in order of arrival, with the time at which it arrived."""
        everything = [row[:2] for row in self.probe.rows]
        rows = await self.read_all("/api/monitoring/measurements/?order=asc&limit=1000")
        assert [(r["sensor"], r["value"]) for r in rows] == everything, differ(rows, everything)
        assert all(b["id"] > a["id"] for a, b in itertools.pairwise(rows)), "ids do not grow"
        for row, (_, _, begin, end) in zip(rows, self.probe.rows):
            if begin is not None and row["id"] / 1e6 - begin < REACH:
                seen = moment(row["created_at"])
                assert begin - TOLERANCE < seen < end + TOLERANCE, f"{row} came at {begin}, not {seen}"
        rows = await self.read_all("/api/monitoring/measurements/?limit=1000")
        assert [(r["sensor"], r["value"]) for r in rows] == everything[::-1], "newest first is another order"
        for sensor in (LIGHT, TEMPERATURE, HUMIDITY):
            rows = await self.read_all(f"/api/monitoring/sensors/{sensor}/measurements/?order=asc&limit=1000")
            wanted = [row for row in everything if row[0] == sensor]
            assert [(r["sensor"], r["value"]) for r in rows] == wanted, differ(rows, wanted)

    async def read_all(self, path):
        rows = []
        while path:
            answer = await self.get(path)
            rows += answer.json()
            link = re.search(r'<([^>]+)>; *rel="?next"?', answer.headers["Link"] or "")
            path = re.sub(r"^https?://[^/]+", "", link[1]) if link else None
        return rows

    # --- after a restart; the clock has been set back

    async def go_on(self):
        self.probe.here = None
        task = asyncio.create_task(self.probe.run(self.world.broker.port))
        await until(lambda: self.probe.here, "CONNACK")
        await self.check_lists()
        await self.jump(self.clock.offset)
        await self.check_lists()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def moment(text):
    return datetime.datetime.fromisoformat(text).timestamp()


def differ(rows, wanted):
    got = [(r["sensor"], r["value"]) for r in rows]
    at = next((i for i, pair in enumerate(zip(got, wanted)) if pair[0] != pair[1]), min(len(got), len(wanted)))
    return f"{len(got)} rows, not {len(wanted)}, the first difference at {at}: {got[at:at + 3]}, {wanted[at:at + 3]}"


class Sleepers:
    """Persistent sessions that nobody is connected to, with `persistent_client_expiration 2h`.

    While the broker runs, time away is real time, whatever the wall clock does; on disk, when they left moves with it.
    At a start it is the wall clock that tells how long they have been away: a clock set back never expires anybody, and
    from that start on they are away anew. Whoever was connected when the broker was killed leaves at the next start.
    Expired ones go once a minute, for the first time when the broker has run for one.
    """

    EXPIRED = ["ahead", "killed", "long-away"]
    KEPT = ["moved", "an-hour-ago", "behind", "running"]

    def __init__(self):
        self.clock = Clock()
        self.broker = Broker("worker_threads 1\npersistent_client_expiration 2h", environment=self.clock.environment)

    def run(self):
        """All faults, as sentences."""
        try:
            self.leave_with_wrong_clocks()
            self.sleep()
        except (AssertionError, OSError) as error:
            return [f"sleepers: {error}"]
        finally:
            self.broker.close()
            self.clock.close()
        return []

    def start(self, hours):
        self.clock.set(hours * HOUR)
        self.broker.start()

    def connect(self, name, session_present=False):
        try:
            return MqttClient(TcpTransport(self.broker.port)).connect(name, session_present, clean=False)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None

    def nap(self, *names):
        for name in names:
            self.connect(name).subscribe(("sleep/#", 1)).disconnect()

    def leave_with_wrong_clocks(self):
        """Hours are those of the clock, seen from the start in sleep()."""
        self.start(4)
        self.nap("ahead")
        killed = self.connect("killed").subscribe(("sleep/#", 1))
        self.broker.kill()
        killed.close()
        self.start(-4.25)  # ahead and killed are away from here on
        self.nap("long-away")
        self.broker.stop()
        self.start(-3.75)
        self.nap("moved")
        self.clock.set(-1.75 * HOUR)  # moved left at -1.75, long-away at -2.25
        self.broker.wait_log("The clock was set forward by 7[12]")
        self.broker.stop()
        self.start(-1)
        self.nap("an-hour-ago")
        self.broker.stop()
        self.start(1)
        self.nap("behind")
        self.broker.stop()

    def sleep(self):
        self.start(0)
        self.nap("running")
        for hours in (1, -1, 300_000, 3):
            before = self.broker.log_size()
            self.clock.set(hours * HOUR)
            self.broker.wait_log("The clock was set (forward|back) by", since=before)
        publisher = self.connect("publisher")
        publisher.publish("sleep/well", b"1", qos=1)
        publisher.disconnect()
        for name in self.EXPIRED:
            self.broker.wait_log(f"Expiring client {name} ", timeout=130)  # a busy machine may miss the first minute
        for name in self.KEPT:
            client = self.connect(name, session_present=True)
            client.take("sleep/well", b"1", 1)
            client.disconnect()
        for name in self.EXPIRED:
            self.connect(name).disconnect()


def run(rounds, seed=None):
    """(faults, what was done)"""
    seed = seeded(seed)
    faults, jumps, acknowledged, measured = [], 0, 0, 0
    with concurrent.futures.ThreadPoolExecutor(10) as threads:  # each takes a minute, in which it does next to nothing
        sleepers = [threads.submit(s.run) for s in [Sleepers() for _ in range(rounds)]]
        for number in range(rounds):
            one = Round()
            faults += [f"round {number}: {fault}" for fault in one.run()]
            jumps += one.jumps
            acknowledged += one.world.acknowledged()
            measured += len(one.probe.rows)
        for sleeper in sleepers:
            faults += sleeper.result()
    return faults, (f"{rounds} rounds, {jumps} jumps, {acknowledged} acknowledged, {measured} measurements, "
                    f"seed {seed}")
