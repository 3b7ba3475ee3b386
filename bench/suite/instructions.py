"""Instructions of each kind of request. They move by 1 % where time moves by 10 %, so bounds
on them show what a change costs, however busy the machine is: scripts/check-costs."""

import dataclasses
import shutil
import tempfile

from . import requests, servers, v1
from .callgrind import MARK, CallgrindServer, Client
from .requests import http

COUNT = 200
#: A long request needs fewer.
LONG_COUNT = 8
#: One in so many is sent before, to warm up.
WARM_UP = 8
#: What a figure may be exceeded by. Two runs differ by 0.4 %, and a processor without AVX2 by 4 %.
#: The rest is for patch releases of the compiler and the C library.
MARGIN = 1.10
#: With a disk, what RocksDB does in the background counts as well: two runs differ by up to 9 %.
DURABLE_MARGIN = 1.20


@dataclasses.dataclass
class Kind:
    """A kind of request. In its text `%020u` (or another width) stands for a number that no other
    request of the kind has."""
    what: str
    request: str
    #: Instructions in memory and with --data, as measured with g++ 12 on Debian 12, x86-64.
    figure: int
    durable_figure: int
    status: int = 200
    depth: int = 1  # requests sent at once
    count: int = COUNT
    before: str = None  # is sent once for each request, before any of them

    def bound(self, durable):
        return round(self.durable_figure * DURABLE_MARGIN if durable else self.figure * MARGIN)


MISSING = "/v1/counters/missing"
GONE = "gone-%08u"
#: Whoever makes a kind cheaper lowers its figure; whoever must raise one says why.
KINDS = [
    Kind("/inc", http("/inc?name=i"), 7_055, 45_000),
    Kind("/inc, 32 at once", http("/inc?name=i"), 3_194, 4_570, depth=32, count=640),
    Kind("/get", http("/get?name=i"), 7_132, 10_550),
    Kind("/set", http("/set?name=i&val=0"), 7_681, 45_700),
    Kind("v1 GET", v1.GET, 13_820, 17_300),
    Kind("v1 GET of text/plain", http(v1.TARGET, fields=["Accept: text/plain"]), 14_700, 18_100),
    Kind("v1 GET, 404", http(MISSING), 12_770, 21_190, status=404),
    Kind("v1 POST", http(v1.TARGET, method="POST"), 14_350, 54_400),
    Kind("v1 POST JSON", v1.POST, 17_670, 58_100),
    Kind("v1 POST JSON with key", v1.keyed(), 21_160, 119_200),
    Kind("v1 PUT JSON", http(v1.TARGET, '{"value":1}', method="PUT"), 17_500, 69_800),
    Kind("v1 DELETE", http(f"/v1/counters/{GONE}", method="DELETE"), 13_900, 67_000, status=204,
         before=http(f"/inc?name={GONE}")),
    Kind("v1 batch of 1000", v1.BATCH, 4_985_000, 6_564_000, count=LONG_COUNT),
    Kind("v1 list of 1000", v1.LIST, 1_076_000, 2_871_000, count=LONG_COUNT),
]


def send(client, kind):
    """The requests of a kind between two marks."""
    warm_up = kind.count // WARM_UP // kind.depth * kind.depth
    numbers = range(0, warm_up + kind.count, kind.depth)
    if kind.before:
        for number in numbers:
            client.ask(requests.numbered(kind.before, number))
    for number in numbers:
        if number == warm_up:
            client.ask(MARK)
        client.ask(requests.numbered(kind.request, number), kind.status, kind.depth)
    client.ask(MARK)


def count(program, durable):
    """{kind: instructions of a request} of one run of the program."""
    folder = tempfile.mkdtemp(prefix="counterd-")
    server = CallgrindServer(program, *(["--data", f"{folder}/data"] if durable else []))
    try:
        server.start()
        with Client(server.port) as client:
            for first in (http("/inc?name=i"), http(f"/inc?name={v1.COUNTER}"), v1.BATCH, MARK, MARK):
                client.ask(first)
            for kind in KINDS:
                send(client, kind)
    finally:
        server.stop()
        shutil.rmtree(folder)
    _, mark, *counted = server.between_marks(2 + 2 * len(KINDS))
    return {kind.what: round((instructions - mark) / kind.count)
            for kind, instructions in zip(KINDS, counted[1::2])}


def measure(suite):
    if not shutil.which("valgrind"):
        suite.say("there is no valgrind: no instructions")
        return
    for durable in (False, True):
        where = " with --data" if durable else ""
        suite.say(f"instructions{where}")
        for what, instructions in count(servers.RELEASE / "counterd", durable).items():
            suite.facts[f"instructions{where}, {what}"] = instructions
