"""Event streams: what they cost those who do not watch, what many of them take, and how soon an
event comes."""

import contextlib
import pathlib
import select
import socket
import statistics
import sys
import threading
import time
import urllib.request

from . import loads, processes, servers
from .requests import http
from .server import Server

BENCH = pathlib.Path(__file__).resolve().parents[1]
MANY = 10_000
HOT, OTHER = "hot", "other"
CHANGES_PER_SECOND = 100
OPEN_SECONDS_MAX = 60

PIPELINED = "events, -c64, 32 deep, /inc of one counter"
OTHERS = f"events, -c8, /inc of one counter while another changes {CHANGES_PER_SECOND} times a second"
NOBODY, ONE = "nobody watches", "one watches it"
MANY_WATCH = f"{MANY:,} watch the other"
HOT_LOOP = f"{MANY:,} watch a counter that changes {CHANGES_PER_SECOND} times a second: % of a loop"
IDLE_MEMORY = f"{MANY:,} streams at rest: MB"
IDLE_LOOP = f"{MANY:,} streams at rest: % of a loop"
LATENCY = "a change to its event: p50, ms"


def server_of_many():
    """Has room for all streams and some connections, within 20,000 open files."""
    return servers.counterd("counterd", "--max-connections", MANY + 1000, "--max-streams", MANY)


def wait_until_closed(server):
    """The end of many streams is work, which is not that of the next load."""
    for _ in range(600):
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=10) as response:
            if b"\ncounterd_streams 0\n" in response.read():
                return
        time.sleep(0.1)
    raise RuntimeError("streams are left")


@contextlib.contextmanager
def followers(suite, server, count, name):
    """Streams of a process of their own, while the block runs."""
    program = Server("followers", [sys.executable, "-m", "suite.followers", server.port, count, name],
                     server.port, environment={"PYTHONPATH": str(BENCH)})
    suite.launch(program)
    try:
        ready = select.select([program.process.stdout], [], [], OPEN_SECONDS_MAX)[0]
        said = program.process.stdout.readline() if ready else b"nothing"
        if said != b"open\n":
            raise RuntimeError(f"the followers said {said!r} instead of open")
        yield
        if not program.is_running():
            raise RuntimeError("a stream has ended")
    finally:
        suite.stop(program)
    wait_until_closed(server)


class Watched(loads.Load):
    """A load while streams of a counter are open."""

    def __init__(self, suite, row, load, count, name):
        super().__init__(load.name, load.command, load.parse, row)
        self.suite, self.count, self.watched = suite, count, name

    def run(self, server, seconds):
        with followers(self.suite, server, self.count, self.watched):
            return super().run(server, seconds)


@contextlib.contextmanager
def changes(port):
    """Changes the hot counter again and again, while the block runs."""
    ending = threading.Event()
    done = []

    def change():
        due = time.monotonic()
        with socket.create_connection(("127.0.0.1", port), 10) as peer:
            while not ending.wait(max(0, due - time.monotonic())):
                peer.sendall(http(f"/inc?name={HOT}").encode())
                if not peer.recv(4096).startswith(b"HTTP/1.1 200"):
                    return
                due += 1 / CHANGES_PER_SECOND
        done.append(True)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
    if not done:
        raise RuntimeError("the counter was not changed all the time")


def share_of_loop(server, seconds):
    """In percent: the server has one loop."""
    before = server.cpu_seconds()
    time.sleep(seconds)
    return 100 * (server.cpu_seconds() - before) / seconds


def p50_of_events(server, count):
    """In milliseconds, on a server that has nothing else to do."""
    took = []
    with socket.create_connection(("127.0.0.1", server.port), 10) as stream, \
            socket.create_connection(("127.0.0.1", server.port), 10) as client:
        stream.sendall(http(f"/v1/counters/{OTHER}/events").encode())
        time.sleep(0.3)
        stream.recv(1 << 16)
        for _ in range(count):
            time.sleep(0.15)  # more than --events-interval
            began = time.perf_counter()
            client.sendall(http(f"/inc?name={OTHER}").encode())
            stream.recv(1 << 16)
            took.append(time.perf_counter() - began)
            client.recv(4096)
    return statistics.median(took) * 1000


def measure_at_rest(suite):
    """On a server that has had nothing to do: its memory has no gaps."""
    server = suite.start(server_of_many())
    before = server.rss_bytes()
    with followers(suite, server, MANY, "at-rest-%d"):
        time.sleep(3)
        suite.facts[IDLE_MEMORY] = (server.rss_bytes() - before) / 1e6
        suite.facts[IDLE_LOOP] = share_of_loop(server, 10 if suite.quick else 30)
    suite.stop(server)


def measure(suite):
    processes.raise_file_limit()
    measure_at_rest(suite)
    server = suite.start(server_of_many())
    plain = loads.Load(PIPELINED, loads.pipelined(http("/inc?name=i"), 64, 32), loads.parse_pipelined,
                       NOBODY)
    suite.compare([(plain, server), (Watched(suite, ONE, plain, 1, "i"), server)])
    suite.facts[LATENCY] = p50_of_events(server, 20 if suite.quick else 200)
    with changes(server.port):
        others = loads.Load(OTHERS, loads.pipelined(http(f"/inc?name={OTHER}"), 8), loads.parse_pipelined,
                            NOBODY)
        suite.compare([(others, server), (Watched(suite, MANY_WATCH, others, MANY, HOT), server)])
        with followers(suite, server, MANY, HOT):
            suite.facts[HOT_LOOP] = share_of_loop(server, 10)
