"""What is to be reached, as ratios of one run, and what was."""

import dataclasses
import typing

from . import durable, engine, memory, pauses, small_memory, streams, table

CPU, RATE, P50, P99, BYTES = \
    "cpu_us", "requests_per_second", "p50_us", "p99_us", "written_bytes"
C64, DEEP, AB = "wrk -c64", "-c64, 32 deep", "ab -c200"
KEYED, BATCH, LIST = "v1, POST JSON with key", "v1, batch of 1000", "v1, list of 1000"
GO = "go, 1 thread"
SYNCED = "sync always, -c64, 100,000 names"
SYNCED_DEEP = "sync always, -c64, 32 deep, 100,000 names"


def divided(one, other):
    return one / other if one and other else None


def ratio(figure, load, over, over_load=None, server="counterd"):
    """counterd's figure divided by another's."""
    def of(loads, _facts):
        ours = loads.get(load, {}).get(server, {}).get(figure)
        return divided(ours, loads.get(over_load or load, {}).get(over, {}).get(figure))
    return of


def beside_redis(figure, load, better):
    """Beside what Redis does with the generator that shows it at its best."""
    def of(loads, _facts):
        rows = loads.get(load, {})
        theirs = [row[figure] for name, row in rows.items()
                  if name.startswith("redis") and row.get(figure)]
        return divided(rows["counterd"].get(figure), better(theirs)) if theirs else None
    return of


def fact(*names):
    """The first that was measured."""
    return lambda _loads, facts: next((facts[name] for name in names if name in facts), None)


def facts_ratio(one, other):
    return lambda _loads, facts: divided(facts.get(one), facts.get(other))


def growth(loads, _facts):
    costs = [row[CPU] for row in loads.get(memory.GROWN, {}).values()]
    return divided(costs[-1], costs[0]) if costs else None


def later_p99(loads, _facts):
    """In milliseconds: what others wait longer for while many watch a counter that changes."""
    rows = loads.get(streams.OTHERS, {})
    both = [rows.get(row, {}).get(P99) for row in (streams.MANY_WATCH, streams.NOBODY)]
    return (both[0] - both[1]) / 1000 if all(both) else None


def batch_operation(loads, facts):
    whole = ratio(CPU, BATCH, "counterd", DEEP)(loads, facts)
    return divided(whole, 1000)


@dataclasses.dataclass
class Verdict:
    what: str
    measure: typing.Callable
    must: float
    aim: float
    more_is_better: bool = False

    def reaches(self, value, goal):
        return value >= goal if self.more_is_better else value <= goal


def engine_verdicts(has_standby):
    many, hot, alone = (name(has_standby) for name in (
        engine.random_names, engine.one_counter, engine.one_client))

    def requests_per_second(load, server, over):
        return f"{load}, {server}, requests/s, / {over}", ratio(RATE, load, over, server=server)

    yield Verdict(*requests_per_second(many, "counterd", engine.PGBENCH), 12, 20, True)
    yield Verdict(*requests_per_second(many, engine.FEWER, engine.PGBENCH), 3, 5, True)
    yield Verdict(*requests_per_second(hot, engine.TWO, engine.PGBENCH), 200, 400, True)
    yield Verdict(f"{alone}, p50, / {engine.ONE_OF_PGBENCH}",
                  ratio(P50, alone, engine.ONE_OF_PGBENCH), 1.2, 1.0)
    yield Verdict(*requests_per_second(many, engine.KEYED, "counterd"), 0.4, 0.6, True)
    yield Verdict(*requests_per_second(many, engine.TWO, "counterd"), 0.8, 1.5, True)
    yield Verdict(f"{many}, bytes written, / {engine.PGBENCH}", ratio(BYTES, many, engine.PGBENCH),
                  1.2, 1.0)


IN_PROCESS = ("2 shards on 2 threads / 1 on 1", "hot counter from 2 loops / from 1")
VERDICTS = [
    Verdict("CPU, -c64, / floor", ratio(CPU, C64, "floor, 1 thread"), 1.2, 1.1),
    Verdict("CPU, 32 deep, / floor", ratio(CPU, DEEP, "floor, 1 thread"), 1.6, 1.35),
    Verdict("CPU, ab, / floor", ratio(CPU, AB, "floor, 1 thread"), 1.25, 1.1),
    Verdict("CPU, -c64, / nginx, 1 worker", ratio(CPU, C64, "nginx, 1 worker"), 0.8, 0.72),
    Verdict("CPU, -c64, / h2o, 1 thread", ratio(CPU, C64, "h2o, 1 thread"), 0.95, 0.8),
    Verdict("CPU, -c64, / go mutex, 1 thread", ratio(CPU, C64, "go mutex, 1 thread"), 0.4, 0.33),
    Verdict("CPU, -c64, / applied in place", ratio(CPU, C64, "in place"), 1.05, 1.0),
    Verdict("CPU, 32 deep, / redis -P 32", ratio(CPU, DEEP, "redis"), 1.1, 0.9),
    Verdict("CPU, ab, / nginx, 1 worker", ratio(CPU, AB, "nginx, 1 worker"), 0.7, 0.5),
    Verdict("requests/s, -c8, / nginx, 1 worker", ratio(RATE, "wrk -c8", "nginx, 1 worker"),
            1.0, 1.15, True),
    Verdict("requests/s, 32 deep, / redis -P 32", ratio(RATE, DEEP, "redis"), 1.0, 1.5, True),
    Verdict("p50, -c1, / nginx, 1 worker", ratio(P50, "wrk -c1", "nginx, 1 worker"), 1.05, 0.95),
    Verdict("p99, -c64, / h2o, 1 thread", ratio(P99, C64, "h2o, 1 thread"), 1.0, 0.7),
    Verdict("CPU, v1 GET, / go, 1 thread", ratio(CPU, "v1, GET", GO), 0.6, 0.4),
    Verdict("CPU, v1 POST JSON, / go, 1 thread", ratio(CPU, "v1, POST JSON", GO), 0.6, 0.4),
    Verdict("CPU, v1 POST JSON with key, / go, 1 thread", ratio(CPU, KEYED, GO), 0.6, 0.4),
    Verdict("CPU, v1 POST JSON with key, / /inc", ratio(CPU, KEYED, "counterd", "v1, /inc"),
            1.4, 1.25),
    Verdict("CPU, v1 POST JSON with key, / redis, exactly once",
            ratio(CPU, KEYED, "redis, exactly once in a script"), 0.9, 0.7),
    Verdict("CPU, v1 batch of 1000, / go, 1 thread", ratio(CPU, BATCH, GO), 0.64, 0.35),
    Verdict("CPU, v1 batch of 1000, / 1000 of /inc, 32 deep", batch_operation, 3.0, 1.5),
    Verdict("CPU, v1 batch of 1000, / redis, pipelined INCRBY and EXPIRE",
            ratio(CPU, BATCH, "redis, pipelined INCRBY and EXPIRE"), 1.0, 0.5),
    Verdict("CPU, v1 list of 1000, / go, 1 thread", ratio(CPU, LIST, GO), 0.35, 0.3),
    Verdict("CPU with 10^7 random counters / with 1", growth, 1.3, 1.1),
    *(Verdict(pause, fact(pause), 10, 5) for pause in (
        pauses.fact_of_pause(what) for what in pauses.WHILE[1:])),
    Verdict("first list of all counters, s",
            fact(*map(pauses.fact_of_first_list, (pauses.COUNTERS, pauses.QUICK_COUNTERS))), 5, 2),
    Verdict("bytes per counter, / redis",
            facts_ratio("counterd bytes per counter", "redis bytes per counter"), 1.0, 0.6),
    Verdict("RSS bytes per idle connection", fact("counterd bytes per idle connection"),
            4096, 1024),
    Verdict("in process, " + IN_PROCESS[0], fact("in process, " + IN_PROCESS[0]), 1.7, 1.95, True),
    Verdict("in process, " + IN_PROCESS[1], fact("in process, " + IN_PROCESS[1]), 0.9, 1.3, True),
    Verdict("durable, -c64, requests/s, / redis", beside_redis(RATE, SYNCED, max), 1.0, 1.3, True),
    Verdict("durable, -c200, requests/s, / redis",
            beside_redis(RATE, "sync always, -c200, 100,000 names", max), 1.0, 1.3, True),
    Verdict("durable, 32 deep, requests/s, / redis", beside_redis(RATE, SYNCED_DEEP, max),
            0.9, 1.2, True),
    Verdict("durable, -c1, p50, / redis",
            beside_redis(P50, "sync always, -c1, 100,000 names", min), 1.1, 0.8),
    Verdict("durable, one hot counter, requests/s, / redis",
            beside_redis(RATE, "sync always, -c64, one counter", max), 1.0, 1.5, True),
    Verdict("durable, -c64, bytes written, / redis", ratio(BYTES, SYNCED, "redis"), 2.2, 1.3),
    Verdict("durable, 32 deep, bytes written, / redis", ratio(BYTES, SYNCED_DEEP, "redis"),
            1.6, 1.3),
    Verdict(f"CPU with --memory {small_memory.SMALL} / {small_memory.LARGE}",
            ratio(CPU, small_memory.name_of_load(small_memory.COUNTERS),
                  small_memory.row(small_memory.LARGE), server=small_memory.row(small_memory.SMALL)),
            3, 2),
    Verdict(f"requests/s with --memory {small_memory.SMALL} / {small_memory.LARGE}",
            ratio(RATE, small_memory.name_of_load(small_memory.COUNTERS),
                  small_memory.row(small_memory.LARGE), server=small_memory.row(small_memory.SMALL)),
            0.4, 0.5, True),
    Verdict(durable.START, fact(durable.START), 2, 0.5),
    Verdict(durable.START_AFTER_KILL, fact(durable.START_AFTER_KILL), 2, 0.5),
    Verdict(f"{streams.PIPELINED}, requests/s, one watcher / none",
            ratio(RATE, streams.PIPELINED, streams.NOBODY, server=streams.ONE), 0.98, 1.0, True),
    Verdict(streams.HOT_LOOP, fact(streams.HOT_LOOP), 20, 15),
    Verdict(f"{streams.OTHERS}: p99, ms more with {streams.MANY:,} watchers", later_p99, 3, 1),
    Verdict(streams.IDLE_MEMORY, fact(streams.IDLE_MEMORY), 15, 10),
    Verdict(streams.IDLE_LOOP, fact(streams.IDLE_LOOP), 1, 0.5),
    Verdict(streams.LATENCY, fact(streams.LATENCY), 5, 1),
    *(verdict for has_standby in (False, True) for verdict in engine_verdicts(has_standby)),
]


def of(loads, facts):
    """[(verdict, value or None)]"""
    return [(verdict, verdict.measure(loads, facts)) for verdict in VERDICTS]


def as_table(loads, facts):
    rows, missing = [], []
    for verdict, value in of(loads, facts):
        if value is None:
            missing.append(verdict.what)
            continue
        word = "aim met" if verdict.reaches(value, verdict.aim) else \
            "met" if verdict.reaches(value, verdict.must) else "**missed**"
        rows.append([verdict.what, table.number(value, 2), str(verdict.must), str(verdict.aim), word])
    lines = table.markdown(["counterd's figure", "#measured", "#must", "#aim", ""], rows)
    return lines + ("\n\nNot measured: " + "; ".join(missing) + "." if missing else "")
