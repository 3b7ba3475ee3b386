"""What is measured without sockets, by Google Benchmark."""

import json
import subprocess

from . import servers

UNITS = ("table", "parser", "response", "actor", "server")


def measure(suite):
    facts, rates = suite.facts, {}
    subprocess.run(["cmake", "--build", "--preset", "release", "--target",
                    *(f"{unit}_bench" for unit in UNITS)],
                   cwd=servers.ROOT, check=True, stdout=subprocess.DEVNULL, timeout=3600)
    for unit in UNITS:
        suite.say(f"in process: {unit}")
        done = subprocess.run(
            [servers.ROOT / "build" / "release" / "bench" / f"{unit}_bench",
             "--benchmark_format=json", "--benchmark_repetitions=5", "--benchmark_min_time=0.2",
             "--benchmark_report_aggregates_only=true", "--benchmark_enable_random_interleaving"],
            capture_output=True, text=True, check=True, timeout=600)
        for row in json.loads(done.stdout)["benchmarks"]:
            if row["aggregate_name"] != "median":
                continue
            name = row["run_name"]
            rates[name] = row.get("items_per_second")
            facts[f"in process, {name}, ns"] = 1e9 / rates[name] if rates[name] else row["real_time"]

    for path, what in (("requests_on_loops", "in process"), ("increments", "bare actor path")):
        def rate(shards, names, threads, of=path):
            return rates[f"{of}/shards:{shards}/names:{names}/real_time/threads:{threads}"]

        facts[f"{what}, 2 shards on 2 threads / 1 on 1"] = rate(2, 10000, 2) / rate(1, 10000, 1)
        facts[f"{what}, hot counter from 2 loops / from 1"] = rate(1, 1, 2) / rate(1, 1, 1)
