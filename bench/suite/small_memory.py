"""Durable counters of which few fit into --memory: new names, then increments of random ones."""

from . import durable, loads, servers
from .requests import http
from .suite import medians

SMALL, LARGE = "32M", "4G"
COUNTERS = 10 ** 6
CURVE_SIZES = ("16M", "32M", "128M", "1G", "4G")
CURVE_COUNTERS = (10 ** 5, 10 ** 6, 10 ** 7)
CURVE_ROUNDS = 3
CONNECTIONS, DEPTH = 64, 32
FILL_SECONDS_MAX = 600
WARM_UP_SECONDS = 5


def row(size):
    return f"counterd, --memory {size}"


def name_of_load(counters):
    return f"durable, -c{CONNECTIONS}, {DEPTH} deep, random of {counters:,} names"


def increments(name, key, counters, count=None):
    request = http(f"/inc?name={key}")
    return loads.Load(name, loads.pipelined(request, CONNECTIONS, DEPTH, counters, count),
                      loads.parse_pipelined)


def start(suite, folder, counters, size):
    """A server that has made its counters with the memory it has, and read what it can hold: a
    directory that was filled with more memory has larger tables."""
    server = suite.start(servers.durable_counterd(folder / size, "--memory", size, name=row(size)))
    suite.say(f"{server.name}: {counters:,} new names")
    name = f"durable, -c{CONNECTIONS}, {DEPTH} deep, {counters:,} new names"
    made = increments(name, "%020u", counters, counters).run(server, FILL_SECONDS_MAX)
    suite.loads.setdefault(name, {})[server.name] = medians([made])
    suite.say(f"{server.name}: warming up")
    increments(name, "%020d", counters).run(server, WARM_UP_SECONDS)
    return server


def compare(suite, counters, sizes, rounds):
    """All at the same time."""
    with durable.folder_on_disk() as folder:
        try:
            load = increments(name_of_load(counters), "%020d", counters)
            started = [start(suite, folder, counters, size) for size in sizes]
            suite.compare([(load, server) for server in started], rounds=rounds)
        finally:
            suite.stop_all()


def measure(suite):
    compare(suite, COUNTERS, (SMALL, LARGE), suite.rounds)
    if suite.quick:
        return
    for counters in CURVE_COUNTERS:
        for size in CURVE_SIZES:
            # One at a time: ten million counters take as much memory as they get.
            if counters != COUNTERS or size not in (SMALL, LARGE):
                compare(suite, counters, (size,), CURVE_ROUNDS)
