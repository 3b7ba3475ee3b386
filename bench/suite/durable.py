"""Durable: nothing is acknowledged before it is on disk, beside Redis on the same disk."""

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import time
import urllib.request

from . import loads, requests, servers
from .server import Server

NAMES = 100_000
MANY = 10 ** 7
START = "start-up with 10^7 counters, s"
START_AFTER_KILL = "start-up with 10^7 counters after kill -9, s"
#: (connections, depth, names, what redis-benchmark will do in a second, about)
QUICK_ROWS = [(64, 1, NAMES, 20_000), (64, 32, NAMES, 100_000), (1, 1, NAMES, 1_000)]
ROWS = [*QUICK_ROWS, (200, 1, NAMES, None), (64, 1, 1, None)]
LAZY_ROWS = [(64, 1, NAMES, None)]


@contextlib.contextmanager
def folder_on_disk():
    """An empty folder on a real disk, while the `with` lasts."""
    folder = servers.BUILD / "durable"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kind = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True,
                          check=True, timeout=60).stdout.strip()
    if kind in ("tmpfs", "ramfs"):
        raise RuntimeError(f"{folder} is on {kind}: what is durable cannot be measured there")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sync_times(folder, times=300):
    """Of 4 KiB: appended to a file, and written over what is there."""
    facts, page = {}, bytes(4096)
    for what in ("appended", "overwritten"):
        taken = []
        with open(folder / "page", "wb", buffering=0) as file:
            if what == "overwritten":
                file.write(page * times)
                os.fsync(file)
                file.seek(0)
            for _ in range(times):
                began = time.perf_counter()
                file.write(page)
                os.fdatasync(file)
                taken.append((time.perf_counter() - began) * 1e6)
        facts[f"fdatasync of 4 KiB {what}, median µs"] = statistics.median(taken)
        facts[f"fdatasync of 4 KiB {what}, p99 µs"] = sorted(taken)[times * 99 // 100]
    (folder / "page").unlink()
    return facts


def compare(suite, what, rows, counterd, redis):
    """Both are driven by the same program; Redis by its own too, in some rows. That one makes
    five calls of epoll_ctl for a request, and takes a number of them instead of a time."""
    for connections, depth, names, per_second in rows:
        name = f"{what}, -c{connections}" + (f", {depth} deep" if depth > 1 else "") + \
            (f", {names:,} names" if names > 1 else ", one counter")
        key = "%020d" if names > 1 else "i"
        pairs = [(loads.Load(name, loads.pipelined(request, connections, depth, names),
                             loads.parse_pipelined), server)
                 for request, server in ((requests.http(f"/inc?name={key}"), counterd),
                                         (requests.redis("INCR", key), redis))]
        if per_second:
            pairs.append((loads.RedisBenchmark(name, depth, per_second, connections, names,
                                               "redis, by redis-benchmark"), redis))
        suite.compare(pairs)


def total(server):
    """The sum of all counters, by its list."""
    added, cursor = 0, ""
    while cursor is not None:
        query = f"?limit=1000&cursor={cursor}" if cursor else "?limit=1000"
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/v1/counters{query}",
                                    timeout=60) as reply:
            page = json.load(reply)
        added += sum(counter["value"] for counter in page["counters"])
        cursor = page["next_cursor"]
    return added


def require_total(server):
    """The server counted what the generator says was acknowledged; also after a crash."""
    for when in ("", " after kill -9"):
        counted = total(server)
        if server.failed == 0 and counted != server.answered:
            raise RuntimeError(f"{server.answered:,} increments were acknowledged, and the "
                               f"counters{when} add up to {counted:,}")
        server.kill()
        server.start()


def measure_loads(suite, folder):
    counterd = suite.start(servers.durable_counterd(folder / "counterd"))
    redis = suite.start(servers.durable_redis(folder / "redis"))
    compare(suite, "sync always", QUICK_ROWS if suite.quick else ROWS, counterd, redis)
    require_total(counterd)
    suite.stop_all()
    if suite.quick:
        return
    counterd = suite.start(servers.durable_counterd(folder / "lazy", "--sync", "interval"))
    redis = suite.start(servers.durable_redis(folder / "lazy redis", "everysec"))
    compare(suite, "sync interval", LAZY_ROWS, counterd, redis)
    suite.stop_all()


def load_until_killed(suite, server):
    """A crash in the middle of a load."""
    request = requests.http("/inc?name=%020d")
    load = suite.launch(Server("load", loads.pipelined(request, depth=32, names=MANY)(server, 60),
                               server.port))
    time.sleep(1)
    server.kill()
    suite.stop(load)


def measure_start(suite, folder):
    """With as much of the files in the page cache as was left there."""
    # With a shard a core: filling it is not what is measured.
    server = servers.durable_counterd(folder / "many", "--sync", "interval",
                                      "--shards", servers.CORES)
    suite.facts["start-up of an empty server, s"] = suite.start_timed(server)
    suite.say(f"filling {MANY:,} durable counters")
    loads.fill(server, MANY)
    suite.stop(server)
    size = sum(file.stat().st_size for file in (folder / "many").rglob("*") if file.is_file())
    suite.facts["bytes on disk per durable counter, made in order"] = size / MANY
    server = servers.durable_counterd(folder / "many")
    taken = {START: [], START_AFTER_KILL: []}
    for _ in range(suite.rounds):
        for what, runs in taken.items():
            suite.say(what)
            runs.append(suite.start_timed(server))
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/get?name={MANY - 1:020}",
                                   timeout=60).close()
            if what == START:
                load_until_killed(suite, server)
                suite.running.remove(server)
            else:
                suite.stop(server)
    suite.facts |= {what: statistics.median(runs) for what, runs in taken.items()}


def measure(suite):
    with folder_on_disk() as folder:
        try:
            suite.say("what a sync of this disk takes")
            suite.facts |= sync_times(folder)
            measure_loads(suite, folder)
            if not suite.quick:
                measure_start(suite, folder)
        finally:
            suite.stop_all()
