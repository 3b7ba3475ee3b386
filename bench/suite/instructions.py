"""Instructions of the whole process for a request, by callgrind: the difference between two
loads, so that start and stop do not count. It moves by 1 % where time moves by 10 %."""

import re
import shutil

from . import loads, servers, v1
from .requests import http
from .server import Server

CONNECTIONS = 8
PAGE = 1000
#: (what, request, requests sent at once, few requests, more requests, what one request counts as)
KINDS = [
    ("/inc", http("/inc?name=i"), 1, 400, 2400, 1),
    ("/inc, 32 deep", http("/inc?name=i"), 32, 2560, 10_240, 1),
    ("/get", http("/get?name=i"), 1, 400, 2400, 1),
    ("/set", http("/set?name=i&val=0"), 1, 400, 2400, 1),
    ("v1 GET", v1.GET, 1, 400, 2400, 1),
    ("v1 POST JSON", v1.POST, 1, 400, 2400, 1),
    ("v1 POST JSON with key", v1.keyed, 1, 400, 2400, 1),
    ("an operation of a v1 batch of 1000", v1.BATCH, 1, 8, 24, v1.NAMES),
    ("a counter of a v1 list of 1000", v1.LIST, 1, 8, 40, PAGE),
]


def fact(what):
    return f"instructions, {what}"


def under_callgrind(output):
    counterd = servers.counterd()
    server = Server("counterd", ["valgrind", "--tool=callgrind",
                                 f"--callgrind-out-file={output}", *counterd.command],
                    counterd.port)
    server.start_seconds = server.stop_seconds = 60
    return server


def instructions(suite, request, depth, count):
    """Of a process that starts, has the counters of all kinds, responds so often, and ends."""
    output = servers.folder_for("callgrind") / "out"
    output.unlink(missing_ok=True)
    server = suite.start(under_callgrind(output))
    for first in (http("/set?name=i&val=0"), v1.POST, v1.BATCH):
        loads.send_all(server, first, 1, 1)
    loads.send_all(server, request, count, CONNECTIONS, depth)
    suite.stop(server)
    return int(re.search(r"^totals: (\d+)", output.read_text(), re.M)[1])


def measure(suite):
    if not shutil.which("valgrind"):
        suite.say("there is no valgrind: no instructions")
        return
    for what, request, depth, few, more, operations in KINDS:
        suite.say(f"instructions of {what}")
        difference = instructions(suite, request, depth, more) - \
            instructions(suite, request, depth, few)
        suite.facts[fact(what)] = round(difference / (more - few) / operations)
