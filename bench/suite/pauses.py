"""The longest pause that a client of /inc sees while the server does what takes long: it takes
a million idempotency keys, its counters grow, and it lists them for the first time.

Beside it, the longest pause under the same load when nothing grows: what the machine does."""

import json
import time
import urllib.request

from . import loads, servers
from .requests import file, fresh, http
from .server import Server

KEYS = 10 ** 6
QUICK_COUNTERS, COUNTERS = 3 * 10 ** 6, 10 ** 7
#: Of a load whose requests do not queue for long.
CONNECTIONS, DEPTH = 8, 16
SECONDS_MAX = 600


#: What happens; the first is for comparison.
WHILE = ("nothing grows", "a million idempotency keys come about", "the counters grow",
         "the counters are listed for the first time")


def fact_of_pause(what):
    return f"longest pause while {what}, ms"


def fact_of_first_list(counters):
    return f"first list of {counters:,} counters, s"


def add_with_key(_server=None):
    return http("/v1/counters/keyed", "{}", [f"Idempotency-Key: {fresh('k')}"])


def probed(suite, server, what, action):
    """Does something while a prober watches."""
    suite.say(what)
    prober = suite.launch(Server("prober", [
        servers.RELEASE / "bench" / "prober", f"port={server.port}",
        f"request={file(http('/inc?name=probe'))}", "every_us=500", f"seconds={SECONDS_MAX}"],
        server.port))
    time.sleep(0.2)
    began = time.monotonic()
    action()
    took = time.monotonic() - began
    output = suite.finish(prober, 90)
    done = json.loads(output) if output else {"failures": 1}
    if done["failures"]:
        raise RuntimeError(f"while {what}, the prober lost its connection, or waited for a minute")
    suite.facts[fact_of_pause(what)] = done["longest_us"] / 1000
    suite.facts[f"p99 of a client while {what}, ms"] = done["p99_us"] / 1000
    return took


def first_list(server):
    """The largest page, so that one request has to know the order of all."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/v1/counters?limit=1000",
                                timeout=SECONDS_MAX) as response:
        if len(json.load(response)["counters"]) != 1000:
            raise RuntimeError("the first list is short")


def measure(suite):
    counters = QUICK_COUNTERS if suite.quick else COUNTERS
    server = suite.start(servers.counterd("counterd", "--max-counters", 2 * COUNTERS))

    def send(request, count):
        return lambda: loads.send_all(server, request, count, CONNECTIONS, DEPTH)

    actions = (send(http("/inc?name=i"), 2 * KEYS), send(add_with_key, KEYS),
               send(http("/inc?name=%020u"), counters), lambda: first_list(server))
    took = [probed(suite, server, what, action) for what, action in zip(WHILE, actions)]
    suite.facts[fact_of_first_list(counters)] = took[-1]
