"""Throw-away PostgreSQL servers, and pgbench as a load of theirs."""

import re
import subprocess
import time

from . import requests, servers
from .loads import Load, Run
from .server import Server

SCRIPT = servers.ROOT / "scripts" / "postgres"
#: A checkpoint makes the first change of each page write all of it to the log: then bytes would say
#: how many checkpoints there were.
SETTINGS = ("-c", "checkpoint_timeout=1h")
SECONDS_MAX = 120
#: pgbench's time runs while it connects, which its figures leave out.
CONNECT_SECONDS, CONNECT_SECONDS_MAX = 2, 32


def output_of(command, text=None):
    done = subprocess.run([str(part) for part in command], input=text, capture_output=True,
                          text=True, check=False, timeout=SECONDS_MAX, start_new_session=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} said: {done.stderr}")
    return done.stdout.strip()


def program(name):
    return f"{output_of([SCRIPT, 'programs'])}/{name}"


class Postgres(Server):
    """A server with an empty database in a folder of its own, or the standby of another one."""

    def __init__(self, name, folder, primary=None):
        port = servers.free_port()
        super().__init__(name, [SCRIPT, "run", folder, port, *SETTINGS], port)
        self.folder = folder
        self.primary = primary
        self.standby = None
        self.database = self
        self.writes = True

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self):
        if self.primary:
            output_of([SCRIPT, "standby", self.folder, self.primary.port])
        else:
            output_of([SCRIPT, "init", self.folder])
        super().start()
        output_of([SCRIPT, "wait", self.port])
        return self

    def query(self, sql):
        return output_of([program("psql"), "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", self.url], sql)

    def wait_for(self, standby):
        """From now on a commit is confirmed when its standby has it, too."""
        self.query("ALTER SYSTEM SET synchronous_standby_names = 'standby';"
                   "SELECT pg_reload_conf()")
        deadline = time.monotonic() + self.start_seconds
        while self.query("SELECT sync_state FROM pg_stat_replication") != "sync":
            if time.monotonic() > deadline:
                raise RuntimeError(f"{standby.name} does not follow")
            time.sleep(0.1)
        self.standby = standby

    def cpu_seconds(self):
        """With its standby's."""
        return super().cpu_seconds() + (self.standby.cpu_seconds() if self.standby else 0)

    def written_bytes(self):
        """Of its log."""
        return int(self.query("SELECT pg_current_wal_lsn() - '0/0'"))


class Pgbench(Load):
    """As many clients, each of which sends one prepared statement at a time."""

    def __init__(self, name, clients, sql):
        super().__init__(name, self.arguments, self.read, f"pgbench -c{clients}")
        self.clients = clients
        self.sql = sql
        self.logs = servers.folder_for("pgbench")
        self.connect_seconds = CONNECT_SECONDS

    def run(self, server, seconds):
        run = super().run(server, seconds)
        while not run.requests_per_second:
            if self.connect_seconds == CONNECT_SECONDS_MAX:
                raise RuntimeError(f"{self.row} cannot connect in {self.connect_seconds} s")
            self.connect_seconds *= 2
            run = super().run(server, seconds)
        return run

    def arguments(self, server, seconds):
        for log in self.logs.iterdir():
            log.unlink()
        return [program("pgbench"), "-n", "-M", "prepared", "-c", self.clients,
                "-j", min(self.clients, servers.CORES), "-T", seconds + self.connect_seconds,
                "-f", requests.file(self.sql), "-l", "--log-prefix", self.logs / "log", server.url]

    def read(self, output):
        if re.search(r"^number of transactions actually processed: 0$", output, re.M):
            return Run(0), 0
        rate = re.search(r"^tps = ([\d.]+)", output, re.M)
        if not rate:
            raise RuntimeError("pgbench said: " + output)
        failed = re.search(r"^number of failed transactions: (\d+)", output, re.M)
        # client, transaction, µs, script, and when
        taken = sorted(int(line.split()[2]) for log in self.logs.iterdir()
                       for line in log.read_text().splitlines())
        return Run(float(rate[1]), p50_us=taken[len(taken) // 2], p99_us=taken[len(taken) * 99 // 100],
                   failures=int(failed[1]) if failed else 0), len(taken)
