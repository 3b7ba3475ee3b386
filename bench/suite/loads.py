"""Loads: one run of a load generator against one server, and what it measured."""

import dataclasses
import json
import pathlib
import re
import subprocess

from . import requests, servers

LUA = pathlib.Path(__file__).resolve().parents[1] / "loads"


@dataclasses.dataclass
class Run:
    """What one run measured; times are in microseconds."""

    requests_per_second: float
    cpu_us: float = None
    p50_us: float = None
    p99_us: float = None
    #: By a server that writes to a disk, for each request.
    written_bytes: float = None
    database_cpu_us: float = None
    failures: int = 0
    received_bytes: int = 0
    #: The share of the processors' time that the host of a virtual machine gave to others.
    stolen: float = 0.0


def processor_times():
    """All jiffies, and those that the host of a virtual machine took away."""
    first = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    times = [int(text) for text in first]
    return sum(times), times[7]


def microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def call(command, timeout):
    # In a session of its own: Ctrl-C is for us, and we end the load generator.
    return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          timeout=timeout, check=False, start_new_session=True).stdout


class Load:
    """`run` drives a server for some seconds."""

    def __init__(self, name, command, parse, row=None, operations=1):
        self.name = name
        self.command = command
        self.parse = parse
        self.row = row  # where the results name something else than the server
        self.operations = operations  # of the generator, that are one request in the results

    def run(self, server, seconds):
        written = server.written_bytes()
        cpu, database_cpu = server.cpu_seconds(), server.database_cpu_seconds()
        total, stolen = processor_times()
        output = call(self.command(server, seconds), seconds * 20 + 60)
        result, requests_done = self.parse(output)
        total_after, stolen_after = processor_times()
        result.stolen = (stolen_after - stolen) / max(1, total_after - total)
        server.rest()
        server.answered += requests_done
        server.failed += result.failures
        result.requests_per_second /= self.operations
        if requests_done:
            per_request = self.operations / requests_done
            result.cpu_us = (server.cpu_seconds() - cpu) * 1e6 * per_request
            if server.database:
                result.database_cpu_us = \
                    (server.database_cpu_seconds() - database_cpu) * 1e6 * per_request
            if server.writes and (result.received_bytes or not server.sends_by_write):
                responses = result.received_bytes if server.sends_by_write else 0
                result.written_bytes = (server.written_bytes() - written - responses) * per_request
        return result


def parse_wrk(output):
    done = re.search(r"(\d+) requests in", output)
    if not done:
        raise RuntimeError("wrk said: " + output)
    latency = {p: microseconds(re.search(rf"\s{p}%\s+(\S+)", output)[1]) for p in (50, 99)}
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)",
                       output)
    failures = int(refused[1]) if refused else 0
    failures += sum(map(int, errors.groups())) if errors else 0
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
    return Run(rate, p50_us=latency[50], p99_us=latency[99], failures=failures), int(done[1])


def wrk(connections, script=None, *arguments):
    def command(server, seconds):
        url = server.url
        if script == "random_names":
            url = url.rsplit("=", 1)[0] + "="
        made = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency", "--timeout", "10"]
        if script:
            made += ["-s", LUA / f"{script}.lua"]
        return made + [url] + (["--", *arguments] if arguments else [])
    return command


def inc(server):
    return requests.http(server.path)


def pipelined(request, connections=64, depth=1, names=1, count=None):
    """By our own generator, which takes less of a core than wrk: see BENCHMARKS.md. A request
    that is not the same for all servers or runs is a function of the server."""
    def command(server, seconds):
        text = request(server) if callable(request) else request
        made = [servers.RELEASE / "bench" / "pipelined", f"ports={','.join(map(str, server.ports))}",
                f"request={requests.file(text)}", f"connections={connections}", f"depth={depth}",
                f"seconds={seconds}", f"names={names}"]
        return made + ([f"count={count}"] if count else [])
    return command


def parse_pipelined(output):
    try:
        done = json.loads(output)
    except ValueError:
        raise RuntimeError("pipelined said: " + output) from None
    return Run(done["requests_per_second"], p50_us=done["batch_p50_us"],
               p99_us=done["batch_p99_us"], failures=done["failures"],
               received_bytes=done["received_bytes"]), done["requests"]


def send_all(server, request, count, connections=8, depth=1, seconds=600):
    """So many requests, all of which must succeed."""
    command = pipelined(request, connections, depth, count=count)(server, seconds)
    done, answered = parse_pipelined(call(command, seconds + 60))
    if answered != count or done.failures:
        raise RuntimeError(f"{server.name} answered only {answered:,} of {count:,} requests")


def fill(server, names, connections=40):
    """Increments each of so many names once, in their order."""
    request = requests.redis("INCR", "%020u") if server.name.startswith("redis") else \
        requests.http("/inc?name=%020u")
    send_all(server, request, names, connections, min(100, names))


def parse_ab(output):
    complete = re.search(r"Complete requests:\s+(\d+)", output)
    if not complete:
        return Run(0, failures=1), 0
    failed = int(re.search(r"Failed requests:\s+(\d+)", output)[1])
    refused = re.search(r"Non-2xx responses:\s+(\d+)", output)
    percentile = {int(p): float(ms) * 1e3
                  for p, ms in re.findall(r"^\s+(\d+)%\s+(\d+)", output, re.M)}
    rate = float(re.search(r"Requests per second:\s+([\d.]+)", output)[1])
    return Run(rate, p50_us=percentile.get(50), p99_us=percentile.get(99),
               failures=failed + (int(refused[1]) if refused else 0)), int(complete[1])


def ab(count, keep_alive):
    def command(server, _seconds):
        return ["ab", "-q", "-n", count, "-c", 200, *(["-k"] if keep_alive else []), server.url]
    return command


class RedisBenchmark(Load):
    """Redis by its own load generator, which takes a number of requests instead of a time: at
    first for `per_second`, then for the rate of the run before."""

    def __init__(self, name, depth, per_second, connections=64, names=1, row=None):
        super().__init__(name, self.arguments, self.read, row)
        self.depth = depth
        self.per_second = per_second
        self.connections = connections
        self.names = names
        self.requests = 0

    def arguments(self, server, seconds):
        self.requests = max(round(self.per_second * seconds), self.connections * self.depth)
        # It makes 12 digits of __rand_int__.
        name = ["-r", self.names, "INCR", "00000000__rand_int__"] if self.names > 1 else ["INCR", "i"]
        return ["redis-benchmark", "-h", "127.0.0.1", "-p", server.port, "-c", self.connections,
                "-P", self.depth, "-n", self.requests, "--csv", *name]

    def read(self, output):
        rows = [line for line in output.splitlines() if line.count('","') >= 3]
        if not rows:
            raise RuntimeError("redis-benchmark said: " + output)
        fields = rows[-1].strip('"').split('","')
        # "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95","p99","max"
        self.per_second = float(fields[1])
        return Run(self.per_second, p50_us=float(fields[4]) * 1e3,
                   p99_us=float(fields[6]) * 1e3), self.requests


WRK = {connections: Load(f"wrk -c{connections}", wrk(connections), parse_wrk)
       for connections in (1, 8, 64, 256)}
PIPELINED = Load("-c64, 32 deep", pipelined(inc, depth=32), parse_pipelined)
WRK_PIPELINED = Load("wrk -c64, 32 deep", wrk(64, "pipelined"), parse_wrk)
AB = Load("ab -c200", ab(20000, False), parse_ab)
AB_KEEP_ALIVE = Load("ab -k -c200", ab(100000, True), parse_ab)


def random_names(names):
    return Load(f"wrk -c64, {names:,} names", wrk(64, "random_names", names), parse_wrk)
