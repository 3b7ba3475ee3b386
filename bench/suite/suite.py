"""The run of the suite: starts servers, alternates loads between them, collects what they
measured, and stops all it started."""

import datetime
import statistics
import subprocess
import sys
import time

#: A run that lost more of the processors' time than this says little about the server.
STOLEN_MAX = 0.03
#: Runs repeated for that; all in all it must not take twice as long.
REPEATS_MAX = 100
REPEATED = "runs repeated because the host took the processors"
FIGURES = ("requests_per_second", "cpu_us", "p50_us", "p99_us", "written_bytes",
           "database_cpu_us")


def medians(runs):
    """Of each figure of some runs of one load on one server."""
    row = {"runs": len(runs), "failures": sum(run.failures for run in runs)}
    for figure in FIGURES:
        # wrk says 0 where it cannot tell: latencies of pipelined requests.
        values = [getattr(run, figure) for run in runs if getattr(run, figure)]
        row[figure] = round(statistics.median(values), 3) if values else None
    return row


class Suite:
    def __init__(self, quick, rounds=None, seconds=None):
        self.quick = quick
        self.rounds = rounds or (3 if quick else 7)
        self.seconds = seconds or (1 if quick else 2)
        self.running = []
        self.sections = {}
        self.repeats = 0
        self.began = time.monotonic()

    def say(self, what):
        print(f"[{time.monotonic() - self.began:5.0f} s] {what}", file=sys.stderr, flush=True)

    # -- results -----------------------------------------------------------------------------

    def measure(self, name, section):
        """Runs a section, and has its results under its name."""
        self.loads, self.facts, self.repeats = {}, {}, 0
        began = time.monotonic()
        try:
            section(self)
        finally:
            self.stop_all()
        if self.repeats:
            self.facts[REPEATED] = self.repeats
        self.sections[name] = {
            "date": datetime.date.today().isoformat(), "quick": self.quick, "rounds": self.rounds,
            "seconds": self.seconds, "took_seconds": round(time.monotonic() - began),
            "loads": self.loads, "facts": self.facts}

    def compare(self, pairs, name=None, rounds=None):
        """Runs (load, server) pairs in turn, round by round; by default under the first name."""
        name = name or pairs[0][0].name
        rounds = rounds or self.rounds
        runs = {load.row or server.name: [] for load, server in pairs}
        for round_number in range(rounds):
            for load, server in pairs:
                row = load.row or server.name
                self.say(f"{name}, round {round_number + 1} of {rounds}: {row}")
                runs[row].append(self.run_undisturbed(load, server))
        self.loads.setdefault(name, {}).update({row: medians(done) for row, done in runs.items()})

    def run_undisturbed(self, load, server):
        """On a virtual machine: once more if its host took much of the time away."""
        first = load.run(server, self.seconds)
        if first.stolen <= STOLEN_MAX or self.repeats == REPEATS_MAX:
            return first
        self.repeats += 1
        return min(first, load.run(server, self.seconds), key=lambda run: run.stolen)

    # -- servers -----------------------------------------------------------------------------

    def start(self, server):
        self.running.append(server)
        return server.start()

    def start_timed(self, server):
        self.running.append(server)
        return server.start_timed()

    def launch(self, program):
        """Of a program that listens nowhere: its output is read by finish(), its errors are seen."""
        self.running.append(program)
        program.launch(subprocess.PIPE, stderr=None)
        return program

    def finish(self, program, timeout):
        """Asks a program to end, and returns what it printed."""
        program.process.terminate()
        output = program.process.communicate(timeout=timeout)[0].decode()
        self.running.remove(program)
        return output

    def stop(self, server):
        server.stop()
        self.running.remove(server)

    def stop_all(self):
        """The last first: the others may serve it."""
        for server in reversed(self.running):
            server.stop()
        self.running.clear()
