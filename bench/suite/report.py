"""Results as JSON, and the page, chart and README lines made of them."""

import datetime
import json
import os
import pathlib
import platform
import re

from . import changes, chart, table, verdicts

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
README_LOADS = {
    "wrk -c64": ("counterd", "floor, 1 thread", "nginx, 1 worker", "h2o, 1 thread",
                 "go mutex, 1 thread", "webdis, 1 thread"),
    **{f"v1, {kind}": ("counterd", "go, 1 thread", "redis, exactly once in a script")
       for kind in chart.V1},
}


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {"cpus": os.cpu_count(), "model": model[1] if model else platform.machine(),
            "kernel": platform.release()}


def results(sections):
    return {"date": datetime.date.today().isoformat(), "machine": machine(), "sections": sections}


def flat(run):
    """With the loads and facts of all sections together. Files of before 2026-11-28 are already
    flat, and are read only for comparison: their sections cannot be told apart."""
    if "sections" not in run:
        return run
    merged = {"date": run["date"], "machine": run["machine"], "loads": {}, "facts": {}}
    for section in run["sections"].values():
        merged["loads"] |= section["loads"]
        merged["facts"] |= section["facts"]
    return merged


def published():
    """Whole runs, the newest last."""
    return [json.loads(path.read_text()) for path in sorted(RESULTS.glob("[0-9]*.json"))]


def write(run, name):
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n")


def last_whole_run():
    """The run of which some sections can be renewed: that of this machine. Raises RuntimeError if
    there is none."""
    whole_runs = [whole for whole in published() if "sections" in whole]
    if not whole_runs:
        raise RuntimeError("there is no whole run with sections yet: publish one first")
    if whole_runs[-1]["machine"]["model"] != machine()["model"]:
        raise RuntimeError("the last whole run was on another machine: publish a whole one")
    return whole_runs[-1]


def measured(run):
    """When and how, section by section where they differ."""
    ways = {}
    for name, section in run["sections"].items():
        way = f"on {section['date']} in {section['rounds']} rounds of {section['seconds']} s"
        ways.setdefault(way, []).append(name)
    where = f"{run['machine']['cpus']} × {run['machine']['model']}, Linux {run['machine']['kernel']}"
    how = "; ".join(way + (f" ({', '.join(names)})" if len(ways) > 1 else "")
                    for way, names in ways.items())
    return f"Measured {how}: {where}."


def page(run):
    now = flat(run)
    last = [flat(whole) for whole in published() if whole["date"] < run["date"]]
    parts = [measured(run), "### What is to be reached",
             "Ratios of counterd to another server in one run. CPU is that of one request.",
             verdicts.as_table(now["loads"], now["facts"])]
    if last:
        parts += ["### What is worse than last time", changes.text(now, last[-1])]
    parts += ["### Every load", table.of_loads(now["loads"])]
    written = table.of_written_bytes(now["loads"])
    if written:
        parts += ["### Bytes written", written]
    database_cpu = table.of_database_cpu(now["loads"])
    if database_cpu:
        parts += ["### CPU of the database", database_cpu]
    return "\n\n".join([*parts, "### Facts", table.of_facts(now["facts"])])


def replace_between(path, begin, end, text):
    """Puts `text` between two marker lines of a file."""
    head, rest = path.read_text().split(begin, 1)
    _, tail = rest.split(end, 1)
    path.write_text(head + begin + "\n" + text + "\n" + end + tail)


def publish(run):
    """Keeps the run; makes the page and its chart, and the README's lines."""
    write(run, run["date"])
    loads = flat(run)["loads"]
    chart.draw(loads, ROOT / "docs" / "benchmarks.svg")
    replace_between(ROOT / "docs" / "BENCHMARKS.md", "<!-- results -->", "<!-- end -->",
                    "![CPU per request](benchmarks.svg)\n\n" + page(run))
    chosen = {load: {name: loads[load][name] for name in names if name in loads[load]}
              for load, names in README_LOADS.items() if load in loads}
    replace_between(ROOT / "README.md", "<!-- benchmarks -->", "<!-- end -->",
                    "![CPU per request](docs/benchmarks.svg)\n\n" + table.of_loads(chosen))
