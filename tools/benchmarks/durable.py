"""What durability costs: acknowledgements after the disk, queues, retained messages; beside what the disk itself can do,
and mosquitto with `persistence true`, which acknowledges from memory."""

import json
import statistics
import subprocess
import tempfile
import time

from systems import BUILD, Mosquitto, Nightjar, load, load_command, start_load

OFFLINE = ["--workload", "offline", "--pairs", "64", "--window", "64", "--qos", "1", "--persistent"]
ONE = ["--workload", "offline", "--pairs", "1", "--window", "1", "--qos", "1", "--persistent"]
W6 = ["--pairs", "64", "--window", "64", "--qos", "1"]
RETAINED = 100_000
SET_AT_LEAST, DRAINED_AT_LEAST = 500_000, 1_500_000  # messages a second
SET = ["--workload", "retain", "--pairs", "8", "--window", "2000", "--qos", "1", "--count", str(RETAINED)]
DRAIN = ["--workload", "drain", "--count", str(RETAINED)]
RESUME = ["--workload", "resume", "--pairs", "10000", "--count", "1000", "--window", "100"]
PING = ["--pairs", "1", "--window", "1"]
FOR_MOODS = 5  # rounds at least, each with its own ratio: a disk and a shared machine have slow minutes
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


def one_at_a_time(options):
    """Medians of (append + fdatasync, one LMDB commit, PUBACK of one message), microseconds, and of the last two's ratio."""
    runs = []
    for _ in range(max(options.rounds, FOR_MOODS)):
        limit = disk("nightjar-commit")
        with ours() as running:
            answer = load(running, ONE, options.seconds)["p50_us"]
        runs.append((limit["append_us"], limit["commit_us"], answer, answer / limit["commit_us"]))
    return [statistics.median(column) for column in zip(*runs)]


def beside(running, setting, options):
    """(messages set a second, p99 of a ping-pong meanwhile)"""
    command = ["nice", "-n", "19", *load_command(running, [*setting, "--name", "setter"], options.seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as setter:
        p99 = load(running, PING, options.seconds / 2)["p99_us"]
        return json.loads(setter.stdout.read())["rate"], p99


def beside_drains(running, options):
    """p99 of a ping-pong while all retained messages are drained again and again, at the goal's rate."""
    with start_load(running, PING, options.seconds) as ping:
        due = time.monotonic()
        while ping.poll() is None:
            subprocess.run(["nice", "-n", "19", *load_command(running, DRAIN, options.seconds)], stdout=subprocess.DEVNULL,
                           check=True)
            due += RETAINED / DRAINED_AT_LEAST
            time.sleep(max(0, due - time.monotonic()))
        return json.loads(ping.stdout.read())["p99_us"]


def retained(options, workers):
    """Medians by name: set/s, drained/s; p99 of a ping-pong alone, and how many times that while others are set at the
    goal's rate, set as fast as it goes, and drained at the goal's rate."""
    runs = []
    for _ in range(max(options.rounds, FOR_MOODS)):
        with Nightjar(persistence=True, pinned=False, workers=workers) as running:
            alone = load(running, PING, options.seconds)["p99_us"]
            _, at_goal = beside(running, [*SET, "--rate", str(SET_AT_LEAST)], options)
            rate, at_most = beside(running, SET, options)
            drained = load(running, DRAIN, options.seconds)["rate"]
            draining = beside_drains(running, options)
            runs.append({"set": rate, "drained": drained, "alone_us": alone, "setting": at_goal / alone,
                         "setting_all": at_most / alone, "draining": draining / alone})
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


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


def w18(options, row, results):
    got = retained(options, workers=AS_MANY_AS_IT_CHOOSES)
    row(f"W18 retained messages set, {RETAINED} topics", f"{got['set']:.0f} msg/s", f">= {SET_AT_LEAST}",
        got["set"] >= SET_AT_LEAST)
    row("W18 retained messages drained by #", f"{got['drained']:.0f} msg/s", f">= {DRAINED_AT_LEAST}",
        got["drained"] >= DRAINED_AT_LEAST)
    print(f"  W18: p99 of a ping-pong pair alone {got['alone_us']:.0f} us; beside {got['set']:.0f}/s set "
          f"{got['setting_all']:.2f}x", flush=True)
    row(f"W18 p99 of a ping-pong pair while {SET_AT_LEAST}/s are set", f"{got['setting']:.2f}x", "< 2x", got["setting"] < 2)
    row(f"W18 p99 of a ping-pong pair while {DRAINED_AT_LEAST}/s are drained", f"{got['draining']:.2f}x", "< 2x",
        got["draining"] < 2)
    two = retained(options, workers=2)
    print(f"  W18 with two workers: while {SET_AT_LEAST}/s are set {two['setting']:.2f}x, while {DRAINED_AT_LEAST}/s are "
          f"drained {two['draining']:.2f}x", flush=True)
    results["w18"] = {"chosen": got, "two": two}


def measure_durable(options, row, results):
    layouts = disk("nightjar-layouts")
    print(f"  queued messages of 100,000 sessions: keys by session {layouts['per_session']} records/s, "
          f"a log {layouts['log']} records/s", flush=True)
    results["layouts"] = layouts

    rate = median(options, ours, OFFLINE, "rate")
    memory = median(options, lambda: Mosquitto(persistence=True, pinned=False), OFFLINE, "rate")
    print(f"  W20: mosquitto, persistence true, acknowledges {memory:.0f} msg/s from memory", flush=True)
    row("W20 acknowledged, 64 offline sessions, window 64", f"{rate:.0f} msg/s", ">= 300000", rate >= 300_000)
    append, commit, p50, times = one_at_a_time(options)
    print(f"  the disk: append + fdatasync {append:.0f} us, one LMDB commit {commit:.0f} us; PUBACK after {p50:.0f} us",
          flush=True)
    results["disk"] = {"append_us": append, "commit_us": commit}
    row("W20 window 1, p50 of PUBACK against one commit", f"{times:.2f}x", "<= 1.5x", times <= 1.5)

    clean = median(options, lambda: ours(True), W6, "cpu_ns")
    kept = median(options, lambda: ours(True), [*W6, "--persistent"], "cpu_ns")
    row("W6 on kept sessions: CPU/msg against clean ones", f"{kept / clean:.2f}x", "<= 2x", kept <= 2 * clean)

    w18(options, row, results)

    seconds, stored = start()
    row(f"start after kill -9 with {stored} messages in the store", f"{seconds:.2f} s", "< 2 s",
        seconds < 2 and stored >= 2 * RETAINED)

    with ours() as running:
        got = load(running, RESUME, options.seconds)
    row("W19 memory of a queued message (body included)", f"{got['bytes_per_message']:.1f} B", "<= 24 B",
        got["bytes_per_message"] <= 24)
    row("W19 10,000 sessions drain 1,000 messages each", f"{got['rate']:.0f} msg/s", ">= 500000", got["rate"] >= 500_000)
    results["durable"] = {"w20": rate, "w20_p50_us": p50, "w6_clean": clean, "w6_kept": kept, "w19": got,
                          "mosquitto_w20": memory, "start_s": seconds, "start_messages": stored}
