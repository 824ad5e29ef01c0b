"""What durability costs: acknowledgements after the disk, queues, retained messages; beside what the disk itself can do,
and mosquitto with `persistence true`, which acknowledges from memory."""

import json
import statistics
import subprocess
import tempfile
import time

from systems import BUILD, Mosquitto, Nightjar, load, load_command

OFFLINE = ["--workload", "offline", "--pairs", "64", "--window", "64", "--qos", "1", "--persistent"]
ONE = ["--workload", "offline", "--pairs", "1", "--window", "1", "--qos", "1", "--persistent"]
W6 = ["--pairs", "64", "--window", "64", "--qos", "1"]
RETAINED = 100_000
SET = ["--workload", "retain", "--pairs", "8", "--window", "2000", "--qos", "1", "--count", str(RETAINED)]
DRAIN = ["--workload", "drain", "--count", str(RETAINED)]
RESUME = ["--workload", "resume", "--pairs", "10000", "--count", "1000", "--window", "100"]
PING = ["--pairs", "1", "--window", "1"]
AS_MANY_AS_IT_CHOOSES = 0  # worker_threads: what who sets nothing gets


def disk(program):
    """What `program` says of the disk the stores are on."""
    with tempfile.TemporaryDirectory(prefix="nightjar-bench-", dir=BUILD) as directory:
        done = subprocess.run([str(BUILD / "bench" / program), directory], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)


def median(options, make, arguments, key):
    values = []
    for _ in range(options.rounds):
        with make() as running:
            values.append(load(running, arguments, options.seconds)[key])
    return statistics.median(values)


def ours(pinned=False):
    return Nightjar(persistence=True, pinned=pinned)


def beside(running, setting, options):
    """(messages set a second, p99 of a ping-pong meanwhile)"""
    command = ["nice", "-n", "19", *load_command(running, [*setting, "--name", "setter"], options.seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as setter:
        p99 = load(running, PING, options.seconds / 2)["p99_us"]
        return json.loads(setter.stdout.read())["rate"], p99


def retained(options, workers):
    """(set/s, drained/s, p99 of a ping-pong alone, while the goal's rate is set, while as many as it takes), medians."""
    runs = []
    for _ in range(options.rounds):
        with Nightjar(persistence=True, pinned=False, workers=workers) as running:
            alone = load(running, PING, options.seconds)["p99_us"]
            _, at_goal = beside(running, [*SET, "--rate", "500000"], options)
            rate, at_most = beside(running, SET, options)
            runs.append((rate, load(running, DRAIN, options.seconds)["rate"], alone, at_goal, at_most))
    return [statistics.median(column) for column in zip(*runs)]


def start():
    """(seconds a start takes after kill -9, messages queued and retained that were in the store)."""
    with tempfile.TemporaryDirectory(prefix="nightjar-bench-", dir=BUILD) as store:
        with Nightjar(persistence=True, pinned=False, store=store) as running:
            load(running, SET, 1)
            queued = load(running, OFFLINE, 0.5)["delivered"]
            running.process.kill()
        begin = time.monotonic()
        with Nightjar(persistence=True, pinned=False, store=store):
            return time.monotonic() - begin, queued + RETAINED


def measure_durable(options, row, results):
    limit = disk("nightjar-commit")
    print(f"  the disk: append + fdatasync {limit['append_us']} us, one LMDB commit {limit['commit_us']} us", flush=True)
    layouts = disk("nightjar-layouts")
    print(f"  queued messages of 100,000 sessions: keys by session {layouts['per_session']} records/s, "
          f"a log {layouts['log']} records/s", flush=True)
    results["disk"], results["layouts"] = limit, layouts

    rate = median(options, ours, OFFLINE, "rate")
    memory = median(options, lambda: Mosquitto(persistence=True, pinned=False), OFFLINE, "rate")
    print(f"  W20: mosquitto, persistence true, acknowledges {memory:.0f} msg/s from memory", flush=True)
    row("W20 acknowledged, 64 offline sessions, window 64", f"{rate:.0f} msg/s", ">= 300000", rate >= 300_000)
    p50 = median(options, ours, ONE, "p50_us")
    row("W20 window 1, p50 of PUBACK against one commit", f"{p50 / limit['commit_us']:.2f}x", "<= 1.5x",
        p50 <= 1.5 * limit["commit_us"])

    clean = median(options, lambda: ours(True), W6, "cpu_ns")
    kept = median(options, lambda: ours(True), [*W6, "--persistent"], "cpu_ns")
    row("W6 on kept sessions: CPU/msg against clean ones", f"{kept / clean:.2f}x", "<= 2x", kept <= 2 * clean)

    set_rate, drained, alone, at_goal, at_most = retained(options, workers=AS_MANY_AS_IT_CHOOSES)
    row(f"W18 retained messages set, {RETAINED} topics", f"{set_rate:.0f} msg/s", ">= 500000", set_rate >= 500_000)
    row("W18 retained messages drained by #", f"{drained:.0f} msg/s", ">= 1500000", drained >= 1_500_000)
    print(f"  W18: p99 of a ping-pong pair alone {alone:.0f} us, beside 500,000/s {at_goal:.0f} us, beside {set_rate:.0f}/s "
          f"{at_most:.0f} us", flush=True)
    row("W18 p99 of a ping-pong pair while 500,000/s are set", f"{at_goal / alone:.2f}x", "< 2x", at_goal < 2 * alone)
    _, _, of_two, beside_two, _ = retained(options, workers=2)
    print(f"  W18 with two workers: alone {of_two:.0f} us, beside 500,000/s {beside_two:.0f} us, {beside_two / of_two:.2f}x",
          flush=True)

    seconds, stored = start()
    row(f"start after kill -9 with {stored} messages in the store", f"{seconds:.2f} s", "< 2 s",
        seconds < 2 and stored >= 2 * RETAINED)

    with ours() as running:
        got = load(running, RESUME, options.seconds)
    row("W19 memory of a queued message (body included)", f"{got['bytes_per_message']:.1f} B", "<= 24 B",
        got["bytes_per_message"] <= 24)
    row("W19 10,000 sessions drain 1,000 messages each", f"{got['rate']:.0f} msg/s", ">= 500000", got["rate"] >= 500_000)
    results["durable"] = {"w20": rate, "w20_p50_us": p50, "w6_clean": clean, "w6_kept": kept, "w18_set": set_rate,
                          "w18_drain": drained, "w18_p99": [alone, at_goal, at_most], "w19": got, "mosquitto_w20": memory, "start_s": seconds, "start_messages": stored}
