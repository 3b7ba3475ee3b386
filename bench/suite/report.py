"""Medians, ratios, the verdicts, and the page, chart and README lines made of them."""

import json
import pathlib
import statistics
import subprocess

from . import durable

ROOT = pathlib.Path(__file__).resolve().parents[2]


def medians(runs):
    """Of each figure of some runs of one load on one server."""
    row = {"runs": len(runs), "failures": sum(run.failures for run in runs)}
    for figure in ("requests_per_second", "cpu_us", "p50_us", "p99_us"):
        # wrk says 0 where it cannot tell: latencies of pipelined requests.
        values = [getattr(run, figure) for run in runs if getattr(run, figure)]
        row[figure] = round(statistics.median(values), 3) if values else None
    return row


def table(loads):
    """Markdown: a row a load and server."""
    lines = ["| load | server | requests/s | to counterd | CPU µs/request | p50 µs | p99 µs | failed |",
             "|---|---|--:|--:|--:|--:|--:|--:|"]
    for load, servers in loads.items():
        base = servers.get("counterd", {}).get("requests_per_second")
        for server, row in servers.items():
            rate = row["requests_per_second"]
            ratio = f"{rate / base:.2f}" if base and rate else ""
            cells = [load, server, f"{rate:,.0f}", ratio]
            for figure in ("cpu_us", "p50_us", "p99_us"):
                cells.append("" if row[figure] is None else f"{row[figure]:,.1f}")
            lines.append("| " + " | ".join([*cells, str(row["failures"])]) + " |")
    return "\n".join(lines)


class Verdicts:
    """What was to be reached, and what was."""

    def __init__(self, results):
        self.loads = results["loads"]
        self.facts = results["facts"]

    def ratio(self, load, figure, over, other_load=None):
        try:
            ours = self.loads[load]["counterd"][figure]
            theirs = self.loads[other_load or load][over][figure]
            return ours / theirs
        except (KeyError, TypeError, ZeroDivisionError):
            return None

    def beside_redis(self, load, figure, better):
        """Beside what Redis does with the generator that shows it at its best."""
        rows = self.loads.get(load, {})
        theirs = [row[figure] for name, row in rows.items() if name.startswith("redis") and row[figure]]
        return rows["counterd"][figure] / better(theirs) if theirs else None

    def growth(self, figure):
        rates = [row[figure] for row in
                 self.loads.get("wrk -c64, random names of all counters", {}).values()]
        return rates[-1] / rates[0] if rates else None

    def rows(self):
        """(what, measured, must, aim, whether more is better)."""
        facts = self.facts
        rps, deep = "requests_per_second", "-c64, 32 deep"

        def per(one, other):
            return facts[one] / facts[other] if facts.get(one) and facts.get(other) else None

        def synced(load, figure=rps, better=max):
            return self.beside_redis(f"sync always, {load}", figure, better)

        return [
            ("wrk -c64 requests/s, counterd / nginx", self.ratio("wrk -c64", rps, "nginx"), 1.10, 1.3, True),
            ("wrk -c64 requests/s, counterd / go mutex", self.ratio("wrk -c64", rps, "go mutex"), 1.8, 2.2, True),
            ("wrk -c8 requests/s, counterd / nginx", self.ratio("wrk -c8", rps, "nginx"), 1.0, 1.15, True),
            ("wrk -c1 p50, counterd / nginx", self.ratio("wrk -c1", "p50_us", "nginx"), 1.05, 0.95, False),
            ("wrk -c64 p99, counterd / h2o", self.ratio("wrk -c64", "p99_us", "h2o"), 1.0, 0.7, False),
            ("wrk -c64 CPU µs/request, counterd / floor", self.ratio("wrk -c64", "cpu_us", "floor"), 1.15, 1.0, False),
            ("32 deep requests/s, counterd / redis -P 32", self.ratio(deep, rps, "redis"), 1.0, 1.5, True),
            ("ab requests/s, counterd / nginx", self.ratio("ab -c200", rps, "nginx"), 1.0, 1.2, True),
            ("actor path / applied in place, requests/s", self.ratio("wrk -c64", rps, "in place"), 0.97, 1.0, True),
            ("bytes per counter, counterd / redis", per("counterd bytes per counter", "redis bytes per counter"), 1.0, 0.6, False),
            ("RSS bytes per idle connection", facts.get("counterd bytes per idle connection"), 4096, 1024, False),
            ("requests/s with 10^7 random counters / with 1", self.growth(rps), 0.7, 0.9, True),
            ("in process, 2 shards on 2 threads / 1 on 1", facts.get("in process, 2 shards on 2 threads / 1 on 1"), 1.7, 1.95, True),
            ("in process, hot counter from 2 loops / from 1", facts.get("in process, hot counter from 2 loops / from 1"), 0.9, 1.3, True),
            ("durable, -c64 requests/s, counterd / redis", synced("-c64, 100,000 names"), 1.0, 1.5, True),
            ("durable, -c200 requests/s, counterd / redis", synced("-c200, 100,000 names"), 1.0, 1.5, True),
            ("durable, -c64, 32 deep requests/s, counterd / redis", synced("-c64, 32 deep, 100,000 names"), 0.8, 1.5, True),
            ("durable, -c1 p50, counterd / redis", synced("-c1, 100,000 names", "p50_us", min), 1.2, 0.9, False),
            ("durable, -c64, one hot counter requests/s, counterd / redis", synced("-c64, one counter"), 1.0, 1.5, True),
            (durable.START, facts.get(durable.START), 2, 0.5, False),
            (durable.START_AFTER_KILL, facts.get(durable.START_AFTER_KILL), 2, 0.5, False),
        ]

    def table(self):
        lines = ["| figure | measured | must | aim | |", "|---|--:|--:|--:|---|"]
        for what, measured, must, aim, more in self.rows():
            if measured is None:
                lines.append(f"| {what} | not measured | {must} | {aim} | |")
                continue
            def reached(goal, value=measured, is_more=more):
                return value >= goal if is_more else value <= goal
            verdict = "aim met" if reached(aim) else "met" if reached(must) else "**missed**"
            shown = f"{measured:,.0f}" if measured > 100 else f"{measured:.2f}"
            lines.append(f"| {what} | {shown} | {must} | {aim} | {verdict} |")
        return "\n".join(lines)


def chart(loads, path):
    """Requests per second of the keep-alive loads, as SVG, by gnuplot."""
    shown = [load for load in ("wrk -c8", "wrk -c64") if load in loads]
    servers = [name for name in loads[shown[-1]] if name != "in place"]
    servers.sort(key=lambda name: -loads[shown[-1]][name]["requests_per_second"])
    rows = []
    for name in servers:
        cells = [str((loads[load].get(name) or {}).get("requests_per_second") or 0) for load in shown]
        rows.append(f'"{name}" ' + " ".join(cells))
    plots = ", ".join(f"$data using {i + 2}:xtic(1) title '{load}'" for i, load in enumerate(shown))
    script = f"""
set terminal svg size 900,420 font 'sans,12' background '#ffffff'
set output '{path}'
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.85 border -1
set linetype 1 lc rgb '#4477aa'
set linetype 2 lc rgb '#228833'
set yrange [0:*]
set format y '%.0s%c'
set ylabel 'requests/s (more is better)'
set grid y
set xtics rotate by -25
set key top right
$data << END
{chr(10).join(rows)}
END
plot {plots}
"""
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def replace_between(path, begin, end, text):
    """Puts `text` between two marker lines of a file."""
    whole = path.read_text()
    head, rest = whole.split(begin, 1)
    _, tail = rest.split(end, 1)
    path.write_text(head + begin + "\n" + text + "\n" + end + tail)


def write(results, name):
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def renewed(results):
    """The last whole run, with what some of its sections measured since."""
    whole_runs = sorted((ROOT / "bench" / "results").glob("[0-9]*.json"))
    if not whole_runs:
        raise RuntimeError("there is no whole run yet whose sections could be renewed")
    whole = json.loads(whole_runs[-1].read_text())
    for part in ("measured", "loads", "facts"):
        whole.setdefault(part, {}).update(results[part])
    return whole


def dates(results):
    """When it was measured, and what was on other days."""
    others = [f"{section} on {date}" for section, date in results.get("measured", {}).items()
              if date != results["date"]]
    return ", ".join([results["date"], *others])


def publish(results):
    """The page and its chart; the README's lines."""
    docs = ROOT / "docs"
    chart(results["loads"], docs / "benchmarks.svg")
    verdicts = Verdicts(results)
    machine = results["machine"]
    body = "\n".join([
        "![requests per second](benchmarks.svg)", "",
        f"Measured on {dates(results)}: {machine['cpus']} × {machine['model']}, Linux "
        f"{machine['kernel']}, {results['rounds']} rounds of {results['seconds']} s, alternating.",
        "", "### What was to be reached", "", verdicts.table(), "", "### Every run", "",
        table(results["loads"]), "", "### Facts", "",
        *(f"- {fact}: {value:,.2f}" if isinstance(value, (int, float)) else f"- {fact}: {value}"
          for fact, value in results["facts"].items()),
    ])
    replace_between(docs / "BENCHMARKS.md", "<!-- results -->", "<!-- end -->", body)
    c64 = results["loads"].get("wrk -c64", {})
    chosen = {name: c64[name] for name in ("counterd", "floor", "nginx", "h2o", "go mutex", "webdis")
              if name in c64}
    replace_between(ROOT / "README.md", "<!-- benchmarks -->", "<!-- end -->",
                    "![requests per second](docs/benchmarks.svg)\n\n"
                    + table({"wrk -c64": chosen}))
