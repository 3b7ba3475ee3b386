"""Has each client library do what conformance.json says, and then count through a proxy that fails at random.

    check.py PROGRAM [--additions N] [--seed N] [--only TEXT] [--language LANGUAGE]

The clients are programs that do what their stdin says (drive.py, drive.mjs); what they say is judged here, with what
the proxy has seen and what the server has counted.
"""

import argparse
import http.client
import json
import os
import pathlib
import random
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "api"))

from chaos import Proxy  # noqa: E402
from server import Server  # noqa: E402
import tokens  # noqa: E402

MADE = ROOT / "build/clients"  # by scripts/check-clients: the packages
COMMANDS = {
    "python": ["/usr/bin/python3", str(HERE / "drive.py")],
    "javascript": ["node", str(HERE / "drive.mjs"), str(MADE / "consumer/node_modules/counterd/index.js")],
}
STEP_SECONDS_MAX = 60
WORKERS = 8


class Failed(Exception):
    pass


class Driver:
    """A client library in a program of its own, for as long as a `with` block. One that fails is started again."""

    def __init__(self, command):
        self.command = command
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process = None

    def order(self, order, seconds):
        """Returns what the client says in response."""
        if self.process is None:
            environment = {**os.environ, "PYTHONPATH": str(MADE / "python")}
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            env=environment, bufsize=0)
        try:
            return self.ask(order, time.monotonic() + seconds)
        except (Failed, OSError) as error:
            self.stop()
            raise Failed(str(error)) from error

    def ask(self, order, end):
        self.process.stdin.write((json.dumps(order) + "\n").encode())
        said = b""
        while not said.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise Failed("the client says nothing")
            part = self.process.stdout.read(1 << 20)
            if not part:
                raise Failed("the client has ended: its stderr says why")
            said += part
        return json.loads(said)


class Direct:
    """The server, without proxy and client."""

    def __init__(self, port):
        self.port = port

    def ask(self, method, target, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=STEP_SECONDS_MAX)
        try:
            connection.request(method, target, body and json.dumps(body), {"Content-Type": "application/json"})
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None
        finally:
            connection.close()

    def value(self, name):
        status, state = self.ask("GET", "/v1/counters/" + urllib.parse.quote(name, safe=""))
        return state["value"] if status == 200 else None

    def set(self, name, value):
        self.batch([{"op": "set", "name": name, "value": value}])

    def delete(self, name):
        self.batch([{"op": "delete", "name": name}])

    def batch(self, ops):
        for begin in range(0, len(ops), 1000):
            status, answer = self.ask("POST", "/v1/batch", {"ops": ops[begin:begin + 1000]})
            if status != 200:
                raise Failed(f"the server refuses what the test needs: {answer}")

    def clear(self):
        while True:
            _, page = self.ask("GET", "/v1/counters?limit=1000")
            if not page["counters"]:
                return
            self.batch([{"op": "delete", "name": each["name"]} for each in page["counters"]])


class Bench:
    """A server behind a proxy, and a client library in front of both."""

    def __init__(self, driver, proxy, direct, token):
        self.driver = driver
        self.proxy = proxy
        self.direct = direct
        self.token = token
        self.nobody = socket.socket()  # bound and not listening: a connection is refused
        self.nobody.bind(("127.0.0.1", 0))

    def carry_out(self, case):
        self.direct.clear()
        counters = dict(case.get("counters", {}))
        if "many" in case:
            counters.update((f"{case['many']['prefix']}{i}", i) for i in range(case["many"]["count"]))
        self.direct.batch([{"op": "set", "name": name, "value": value} for name, value in counters.items()])
        self.proxy.begin([])
        self.key = None
        try:
            for number, step in enumerate(case["steps"], 1):
                try:
                    self.carry_out_step(case, step)
                except Failed as failure:
                    raise Failed(f"step {number}, {step.get('call') or step.get('do')}: {failure}") from failure
            for name, value in case.get("after", {}).items():
                found = self.direct.value(name)
                expect(found == value, f"{name} is {found}, and not {value}")
        finally:
            # In this order: the client has noticed the end of its connections before the next case begins.
            self.proxy.disconnect()
            self.call(case, {}, ["end"])

    def carry_out_step(self, case, step):
        if "do" in step:
            what, *arguments = step["do"]
            getattr(self.proxy if what in ("wait", "disconnect") else self.direct, what)(*arguments)
            return
        if "faults" in step:
            self.proxy.begin([fault for each in step["faults"] for fault in [each] * each.get("times", 1)])
        self.proxy.seen.clear()
        if "unordered" in step:
            said = [self.call(case, step, step["call"]).get("result") for _ in step["unordered"]]
            for wanted in step["unordered"]:
                expect(any(agrees(wanted, each) for each in said), f"{wanted} is not in {said}")
            return
        said = self.call(case, step, step["call"])
        if "key" in said.get("error", {}):
            self.key = said["error"]["key"]
        if "error" in step:
            expect("error" in said, f"it succeeds: {said}")
            expect(agrees(step["error"], said["error"]), f"{said['error']}, and not {step['error']}")
        elif "result" in step:
            expect("result" in said, f"{said}")
            expect(agrees(step["result"], said["result"]), f"{said['result']}, and not {step['result']}")
        self.check_exchanges(case, step)

    def call(self, case, step, call):
        to = step.get("to", case.get("to", ""))
        port = self.nobody.getsockname()[1] if to == "nobody" else self.proxy.port
        url = to if ":" in to else f"http://127.0.0.1:{port}"
        options = self.filled(case.get("client", {}))
        order = {"case": case["name"], "url": url, "client": options, "call": self.filled(call)}
        return self.driver.order(order, STEP_SECONDS_MAX)

    def filled(self, value):
        if isinstance(value, dict):
            return {name: self.filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.filled(each) for each in value]
        return {"$key": self.key, "$token": self.token}.get(value, value) if isinstance(value, str) else value

    def check_exchanges(self, case, step):
        seen = list(self.proxy.seen)
        if "attempts" in step:
            wanted = step["attempts"]
            least, most = wanted if isinstance(wanted, list) else (wanted, wanted)
            expect(least <= len(seen) <= most, f"{len(seen)} attempts, and not {wanted}")
        client = self.filled(case.get("client", {}))
        longest = client.get("give_up", 60) + client.get("timeout", 5)
        keys = set()
        for each in seen:
            key, ttl = each.fields.get("idempotency-key"), each.fields.get("idempotency-key-ttl")
            keys.add(key)
            # By prefix, what is left is deleted: there is nothing that a key could settle.
            if each.method == "GET" or step["call"][0] == "delete_prefix":
                expect(key is None and ttl is None, "what needs no key has one")
            else:
                expect(key is not None, "a write has no key")
                expect(ttl is not None and longest <= int(ttl), f"its key lives for {ttl} s")
            token = client.get("token")
            wanted = f"Bearer {token}" if token else None
            expect(each.fields.get("authorization") == wanted, "the token is another one")
            expect(not token or token not in each.target, "the token is in the target")
        expect(len(keys) <= 1, f"attempts of one call have different keys: {keys}")

    def count(self, additions, seed, strips_keys):
        """Has the client add 1 so often, with faults at random. Returns the value of the counter."""
        self.direct.clear()
        self.proxy.begin_random(seed, strips_keys)
        order = {"case": "random", "url": f"http://127.0.0.1:{self.proxy.port}",
                 "client": {"timeout": 0.5, "give_up": 60},
                 "many": {"name": "hits", "count": additions, "workers": WORKERS}}
        said = self.driver.order(order, 60 + additions / 50)
        self.proxy.end_random()
        expect(not said["failures"], f"{len(said['failures'])} calls have failed: {said['failures'][:3]}")
        if not strips_keys:
            expect(sorted(said["values"]) == list(range(1, additions + 1)), "a value was returned twice, or not at all")
        return self.direct.value("hits")


def expect(condition, complaint):
    if not condition:
        raise Failed(complaint)


def agrees(wanted, found):
    """True if everything that is wanted is there."""
    if isinstance(wanted, dict):
        if isinstance(found, list):
            return wanted == {"count": len(found)}
        return isinstance(found, dict) and all(
            name in found and agrees(each, found[name]) for name, each in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(wanted) == len(found) and all(map(agrees, wanted, found))
    return type(wanted) is type(found) and wanted == found


def check_language(language, options):
    passed, failures = 0, []
    with tokens.File(options.program) as file:
        token = file.create("client", "--scopes", "all")
        flags = ["--tokens", file.path, "--anonymous-local", "all"]
        with Server(options.program, *flags) as server, Driver(COMMANDS[language]) as driver:
            proxy = Proxy(server.port)
            proxy.start()
            try:
                bench = Bench(driver, proxy, Direct(server.port), token)
                for title, carry_out in tests(bench, options):
                    begin = time.monotonic()
                    try:
                        note = carry_out() or ""
                        passed += 1
                    except Failed as failure:
                        note = f"FAILED: {failure}"
                        failures.append(title)
                    if note or options.verbose:
                        print(f"{language}: {time.monotonic() - begin:5.1f} s  {title}  {note}", flush=True)
            finally:
                proxy.stop()
    print(f"{language}: {passed} passed, {len(failures)} failed", flush=True)
    return len(failures)


def tests(bench, options):
    with open(HERE / "conformance.json", encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    for case in cases:
        if options.only in case["name"]:
            yield case["name"], lambda case=case: bench.carry_out(case)
    if options.only in "random":
        yield from random_tests(bench, options)


def random_tests(bench, options):
    def exactly():
        found = bench.count(options.additions, options.seed, strips_keys=False)
        expect(found == options.additions, f"{options.additions} additions are counted as {found}")
        return f"{options.additions} additions, counted as {found}"

    # If this were exact, the test above would show nothing.
    def wrongly():
        additions = min(options.additions, 2000)
        found = bench.count(additions, options.seed, strips_keys=True)
        expect(found > additions, f"{additions} additions without keys are counted as {found}")
        return f"{additions} additions, counted as {found}"

    yield "additions are counted exactly while the network fails at random", exactly
    yield "without keys they are not", wrongly


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--additions", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--only", default="")
    parser.add_argument("--language", choices=COMMANDS, action="append")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    # The time is over: what was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"--seed {options.seed}", flush=True)
    failures = sum(check_language(each, options) for each in options.language or COMMANDS)
    sys.exit(1 if failures else 0)


main()
