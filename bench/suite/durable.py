"""Durable: nothing is acknowledged before it is on disk, beside Redis on the same disk."""

import json
import os
import shutil
import statistics
import subprocess
import time
import urllib.request

from . import loads, servers

FOLDER = servers.BUILD / "durable"
NAMES = 100_000
MANY = 10 ** 7
START = "start-up with 10^7 counters, s"
START_AFTER_KILL = "start-up with 10^7 counters after kill -9, s"


class Folder:
    """An empty folder on a real disk, while the `with` lasts."""

    def __enter__(self):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        kind = subprocess.run(["stat", "-f", "-c", "%T", FOLDER], capture_output=True, text=True,
                              check=True).stdout.strip()
        if kind in ("tmpfs", "ramfs"):
            raise RuntimeError(f"{FOLDER} is on {kind}: what is durable cannot be measured there")
        return FOLDER

    def __exit__(self, *_):
        shutil.rmtree(FOLDER, ignore_errors=True)


def sync_times(folder, say, times=300):
    """Of 4 KiB: appended to a file, and written over what is there."""
    say("what a sync of this disk takes")
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
    five calls of epoll_ctl for a request, and takes a number of them in place of a time."""
    for connections, depth, names, per_second in rows:
        name = f"{what}, -c{connections}" + (f", {depth} deep" if depth > 1 else "") + \
            (f", {names:,} names" if names > 1 else ", one counter")
        key = "%020d" if names > 1 else "i"
        pairs = [(loads.Load(name, loads.pipelined(connections, depth, target + key, names),
                             loads.parse_pipelined), server)
                 for target, server in (("/inc?name=", counterd), ("INCR ", redis))]
        if per_second:
            pairs.append((loads.RedisBenchmark(name, depth, per_second, connections, names,
                                               "redis, by redis-benchmark"), redis))
        suite.compare(pairs)


def total(server):
    """The sum of all counters, by its list."""
    added, cursor = 0, ""
    while cursor is not None:
        query = f"?limit=1000&cursor={cursor}" if cursor else "?limit=1000"
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/v1/counters{query}") as reply:
            page = json.load(reply)
        added += sum(counter["value"] for counter in page["counters"])
        cursor = page["next_cursor"]
    return added


def require_total(server):
    """What the generator says it did is what was counted; also after a crash."""
    for when in ("", " after kill -9"):
        counted = total(server)
        if server.failed == 0 and counted != server.answered:
            raise RuntimeError(f"{server.answered:,} increments were acknowledged, and the "
                               f"counters{when} add up to {counted:,}")
        server.kill()
        server.start()


def measure_loads(suite, ports, folder, quick):
    counterd = suite.start(servers.durable_counterd(ports(), folder / "counterd"))
    redis = suite.start(servers.durable_redis(ports(), folder / "redis"))
    # (connections, depth, names, what redis-benchmark will do in a second, about)
    rows = [(64, 1, NAMES, 20_000), (64, 32, NAMES, 100_000), (1, 1, NAMES, 1_000)]
    if not quick:
        rows += [(200, 1, NAMES, None), (64, 1, 1, None)]
    compare(suite, "sync always", rows, counterd, redis)
    require_total(counterd)
    suite.stop_all()
    if quick:
        return
    counterd = suite.start(servers.durable_counterd(ports(), folder / "lazy", "interval"))
    redis = suite.start(servers.durable_redis(ports(), folder / "lazy redis", "everysec"))
    compare(suite, "sync interval", [(64, 1, NAMES, None)], counterd, redis)
    suite.stop_all()


def fill(server):
    """Each of the names once, in their order, which is three times as fast as any other."""
    command = loads.pipelined(40, 100, "/inc?name=%020d", MANY)(server, 0)
    done, requests = loads.parse_pipelined(loads.call(command, 1200))
    if requests != MANY or done.failures:
        raise RuntimeError(f"only {requests:,} of {MANY:,} counters were made")


def load_until_killed(suite, server):
    """A crash in the middle of a load."""
    load = suite.start(servers.Server("load", loads.pipelined(64, 32, "/inc?name=%020d", MANY)(
        server, 60), server.port))
    time.sleep(1)
    server.kill()
    suite.stop(load)


def measure_start(suite, ports, folder):
    """With as much of the files in the page cache as was left there."""
    # With a shard a core: to make them is not what is measured.
    server = servers.durable_counterd(ports(), folder / "many", "interval",
                                      "--shards", os.cpu_count())
    suite.facts["start-up of an empty server, s"] = suite.start_timed(server)
    suite.say(f"filling {MANY:,} durable counters")
    fill(server)
    suite.stop(server)
    size = sum(file.stat().st_size for file in (folder / "many").rglob("*") if file.is_file())
    suite.facts["bytes on disk per durable counter, made in order"] = size / MANY
    server = servers.durable_counterd(ports(), folder / "many")
    taken = {START: [], START_AFTER_KILL: []}
    for _ in range(suite.rounds):
        for what, runs in taken.items():
            suite.say(what)
            runs.append(suite.start_timed(server))
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/get?name={MANY - 1:020}").close()
            if what == START:
                load_until_killed(suite, server)
                suite.running.remove(server)
            else:
                suite.stop(server)
    suite.facts |= {what: statistics.median(runs) for what, runs in taken.items()}


def measure(suite, ports, quick):
    with Folder() as folder:
        try:
            suite.facts |= sync_times(folder, suite.say)
            measure_loads(suite, ports, folder, quick)
            if not quick:
                measure_start(suite, ports, folder)
        finally:
            suite.stop_all()
