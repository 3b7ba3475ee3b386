"""One server: how it is started, stopped, and what it costs."""

import os
import pathlib
import select
import signal
import socket
import subprocess
import time

from . import processes

CLOCK_TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """A process (and its children) on a loopback port."""

    def __init__(self, name, command, port, path="/inc?name=i", environment=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.port = port
        self.ports = [port]
        self.path = path
        self.environment = environment or {}
        self.process = None
        self.start_seconds = self.stop_seconds = 10
        self.writes = False  # to a disk
        self.sends_by_write = False  # so that its responses count as written bytes
        self.database = None  # another server, which has its counters
        self.answered = self.failed = 0  # requests of all loads

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{self.path}"

    def launch(self, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        self.process = subprocess.Popen(
            self.command, env=os.environ | self.environment, stdin=subprocess.DEVNULL,
            stdout=stdout, stderr=stderr, start_new_session=True)

    def start(self):
        self.launch()
        deadline = time.monotonic() + self.start_seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.name} does not listen on {self.port}")

    def start_timed(self):
        """Returns the seconds from exec to the line on stdout that says it listens."""
        began = time.monotonic()
        self.launch(subprocess.PIPE)
        with self.process.stdout as lines:
            said = lines.readline() if select.select([lines], [], [], 300)[0] else b"nothing"
        took = time.monotonic() - began
        if not said.startswith(b"listening"):
            raise RuntimeError(f"{self.name} said {said!r} instead of where it listens")
        return took

    def kill(self):
        """As a crash does."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        if self.process is None:
            return
        for sent in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, sent)
                self.process.wait(self.stop_seconds)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def pids(self):
        """The process and its descendants."""
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            todo += processes.children(pid)
        return found

    def rest(self):
        """Waits for what a load leaves to do (compactions, rewrites), at most five seconds: it
        must not burden the next server, and counts as a cost of the load."""
        before = None
        for _ in range(25 if self.writes else 0):
            before, now = self.cpu_seconds() + self.database_cpu_seconds(), before
            if before == now:
                return
            time.sleep(0.2)

    def texts(self, file):
        """The text of a file in /proc of each of its processes."""
        for pid in self.pids():
            try:
                yield pathlib.Path(f"/proc/{pid}/{file}").read_text()
            except OSError:
                continue  # it has ended

    def cpu_seconds(self):
        """User and system time of all its processes so far, including those that have ended."""
        ticks = sum(sum(map(int, text.rsplit(")", 1)[1].split()[11:15]))
                    for text in self.texts("stat"))
        return ticks / CLOCK_TICK

    def database_cpu_seconds(self):
        return self.database.cpu_seconds() if self.database else 0

    def written_bytes(self):
        """What its processes have passed to write() and the like so far; includes children that
        have ended. send() does not count. Of a database: what is in its log."""
        return self.database.written_bytes() if self.database else self.sum_of("io", "wchar:")

    def rss_bytes(self):
        return self.sum_of("status", "VmRSS:") * 1024

    def sum_of(self, file, field):
        return sum(int(line.split()[1]) for text in self.texts(file)
                   for line in text.splitlines() if line.startswith(field))
