"""Provokes what only a server with a data directory says, and one whose disk fails it."""

import contextlib
import glob
import os
import pathlib
import tempfile
import time

from description import read_json
from exchange import request
from faults import Disk, can_inject, injection
from server import Server
from truth_test import BADGES, COUNTER, FORM, HITS, batch, shown
from witness import JSON, TEXT, Witness

BACKUP = "/v1/admin/backup"


def run(program, description, coverage, tally):
    def serve(directory, *flags, **how):
        return Server(program, "--data", directory, "--memory", "16M", *flags, **how)

    @contextlib.contextmanager
    def witness(server):
        with server, Witness(server, description, coverage, tally) as found:
            yield found

    with tempfile.TemporaryDirectory() as place:
        data = str(pathlib.Path(place) / "data")
        with witness(serve(data)) as w:
            keeping(w, data)
        with witness(serve(data, "--sync", "interval", "--sync-interval", "1s")) as w:
            w.ask("GET", "/v1/info", 200, JSON, members={
                "store": "rocksdb", "durability": {"sync": "interval", "interval_ms": 1000}})
        damage(data)
        with witness(serve(data)) as w:
            reading_damage(w, data)
    full(serve, witness, coverage)
    failing(serve, witness, coverage)


# -- a disk that is well ------------------------------------------------------

def keeping(w, data):
    w.ask("GET", "/v1/info", 200, JSON, members={
        "store": "rocksdb", "durability": {"sync": "always"}})
    w.ask("POST", COUNTER + "kept", 201, JSON)
    # More than are kept by rows of groups alone: the first have rows of their own.
    for batch in range(24):
        w.ask("POST", "/v1/batch", 200, body={
            "ops": [{"op": "set", "name": f"more-{batch}-{i}", "value": i} for i in range(1000)]})
    w.ask("POST", BACKUP + "?name=a", 201, JSON, members={"path": data + "/backups/a"})
    w.ask("POST", BACKUP, 201, JSON, FORM, b"name=b")
    w.ask("POST", BACKUP, 201, JSON, body={"name": "c"})
    w.ask("POST", BACKUP + "?name=a", 409, "backup-exists")
    for backup in "abc":
        path = pathlib.Path(data, "backups", backup)
        w.tally.check(f"the backup {backup} is there", [] if path.is_dir() else [path])


# -- one that is damaged ------------------------------------------------------

def damage(data):
    """Of the first block of the table that has all counters."""
    for table in glob.glob(data + "/db/*.sst"):
        with open(table, "r+b") as file:
            file.seek(20)
            byte = file.read(1)[0]
            file.seek(20)
            file.write(bytes([byte ^ 1]))


def reading_damage(w, data):
    for method in ("GET", "POST"):
        for target in ("/get?name=kept", "/inc?name=kept", "/set?name=kept&val=1"):
            w.ask(method, target, 500, TEXT)
        for path, kind, media in HITS + BADGES * (method == "GET"):
            shown(w, method, path + "kept" + kind, 500, media, "not available")
    w.ask("HEAD", "/get?name=kept", 500)
    for path, kind, _ in BADGES:
        w.ask("HEAD", path + "kept" + kind, 500)
    for method, query in [("GET", ""), ("POST", ""), ("PUT", "?value=1"), ("DELETE", "")]:
        w.ask(method, COUNTER + "kept" + query, 500, "internal")
    w.ask("HEAD", COUNTER + "kept", 500)
    for path in ("/v1/counters", "/v1/top", "/v1/prefixes"):
        w.ask("GET", path, 500, "internal")
        w.ask("HEAD", path, 500)
    w.ask("DELETE", "/v1/counters?prefix=kept&limit=1", 500, "internal")
    batch(w, [{"op": "get", "name": "kept"}], {"status": 500, "code": "internal"})
    # The key's record lies with the counter of its name.
    w.ask("POST", "/v1/batch", 500, "internal", [("Idempotency-Key", "kept")],
          {"ops": [{"op": "add", "name": "a"}]})
    # There is nowhere to make one.
    os.rename(data + "/backups", data + "/moved")
    w.ask("POST", BACKUP + "?name=d", 500, "internal")
    os.rename(data + "/moved", data + "/backups")


# -- one that is full ---------------------------------------------------------

def full(serve, witness, coverage):
    with tempfile.TemporaryDirectory() as place:
        disk = Disk(place)
        if not disk.is_permitted():
            return coverage.excuse("disk-full", "no disk can be mounted here to be filled")
        with witness(serve(place + "/data", runner=disk.runner)) as w:
            w.ask("POST", COUNTER + "a", 201, JSON)
            disk.fill(w.server.process.pid)
            use_up(w)
            for method, query in [("POST", ""), ("PUT", "?value=1"), ("DELETE", "")]:
                w.ask(method, COUNTER + "a" + query, 507, "disk-full")
            w.ask("DELETE", "/v1/counters?prefix=a&limit=1", 507, "disk-full")
            for method in ("GET", "POST"):
                w.ask(method, "/inc?name=a", 507, TEXT)
                w.ask(method, "/set?name=a&val=1", 507, TEXT)
                for path, kind, media in HITS:
                    shown(w, method, path + "a" + kind, 507, media, "not available")
            operations = [{"op": "add", "name": "a"}]
            batch(w, operations, {"status": 507, "code": "disk-full"})
            w.ask("POST", "/v1/batch", 507, "disk-full", [("Idempotency-Key", "k")],
                  {"ops": operations})
            w.ask("POST", BACKUP + "?name=a", 507, "disk-full")
            w.ask("GET", COUNTER + "a", 200, JSON, members={"value": 1})
            w.ask("GET", "/readyz", 503, TEXT)
            w.ask("HEAD", "/readyz", 503)
            w.ask("GET", "/readyz?for=read", 200, TEXT)
            w.ask("GET", "/livez", 200, TEXT)
            disk.empty(w.server.process.pid)
            heal(w)


def use_up(w):
    """The room that the log has already."""
    for number in range(1000):
        operations = [{"op": "set", "name": f"{'n' * 200}{number}-{i}", "value": i}
                      for i in range(500)]
        answer = w.ask("POST", "/v1/batch", 200, body={"ops": operations})
        if not answer or read_json(answer.body)["results"][-1]["status"] == 507:
            return
    w.tally.check("a disk that is full is noticed", ["there is always room"])


def heal(w):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = w.connection.ask("POST", COUNTER + "a")
        if answer.status == 200:
            break
        time.sleep(0.05)
    w.tally.check("it heals when there is room again",
                  [] if read_json(answer.body).get("value") == 2 else [answer])


# -- one that fails -----------------------------------------------------------

def failing(serve, witness, coverage):
    if not can_inject():
        return coverage.excuse("outcome-unknown", "there is no strace, or it is not permitted")
    single = [("GET", "/get?name=a", TEXT), ("HEAD", "/get?name=a", None),
              ("POST", "/get?name=a", TEXT), ("GET", "/inc?name=a", TEXT),
              ("POST", "/inc?name=a", TEXT), ("GET", "/set?name=a&val=1", TEXT),
              ("POST", "/set?name=a&val=1", TEXT), ("GET", COUNTER + "a", "outcome-unknown"),
              ("HEAD", COUNTER + "a", None), ("POST", COUNTER + "a", "outcome-unknown"),
              ("PUT", COUNTER + "a?value=1", "outcome-unknown"),
              ("DELETE", COUNTER + "a", "outcome-unknown"),
              *[("GET", path + "a" + kind, media) for path, kind, media in BADGES + HITS]]
    with failing_server(serve, witness) as w:
        # All in one piece, so that they share one commit.
        w.connection.send(b"".join(request(method, target) for method, target, _ in single))
        for method, target, variant in single:
            answer = w.connection.read(is_head=method == "HEAD")
            w.hold(f"{method} {target} when the disk fails -> 500", method, target, answer, 500,
                   variant)
    with failing_server(serve, witness, counters=["a"]) as w:
        w.ask("DELETE", "/v1/counters?prefix=a&limit=1", 500, "outcome-unknown")
    with failing_server(serve, witness) as w:
        batch(w, [{"op": "add", "name": "a"}], {"status": 500, "code": "outcome-unknown"})
    with failing_server(serve, witness) as w:
        w.ask("POST", "/v1/batch", 500, "outcome-unknown", [("Idempotency-Key", "k")],
              {"ops": [{"op": "add", "name": "a"}]})


@contextlib.contextmanager
def failing_server(serve, witness, counters=()):
    """Whose shard cannot sync: it ends by itself, and not well."""
    with tempfile.TemporaryDirectory() as place:
        server = serve(place + "/data", expected_status=1)
        with witness(server) as w:
            for name in counters:
                w.ask("POST", COUNTER + name, 201, JSON)
            with injection(server.process.pid, "fdatasync:error=EIO"):
                yield w
            server.process.wait(10)
