"""The servers that are compared: how each is built, started, found and stopped."""

import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import time

from . import processes

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "bench"
CLOCK_TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """One server process (and its children) on a loopback port."""

    def __init__(self, name, command, port, path="/inc?name=i", workdir=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.port = port
        self.path = path
        self.workdir = workdir
        self.process = None
        self.writes = False  # to a disk
        self.answered = self.failed = 0  # requests, of all loads

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{self.path}"

    def launch(self, stdout=subprocess.DEVNULL):
        self.process = subprocess.Popen(
            self.command, cwd=self.workdir, stdin=subprocess.DEVNULL,
            stdout=stdout, stderr=subprocess.DEVNULL, start_new_session=True)

    def start(self):
        self.launch()
        for _ in range(200):
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
                self.process.wait(10)
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
        """What a load leaves to do (compactions, rewrites) must not burden the next server,
        and counts as what it costs."""
        before = None
        for _ in range(25 if self.writes else 0):
            before, now = self.cpu_seconds(), before
            if before == now:
                return
            time.sleep(0.2)

    def cpu_seconds(self):
        """User and system time of all its processes so far, those that have ended too."""
        ticks = 0
        for pid in self.pids():
            try:
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            ticks += sum(map(int, fields[11:15]))
        return ticks / CLOCK_TICK

    def rss_bytes(self):
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) * 1024
        return total


def build(say):
    """Builds counterd, the floor and the Go servers."""
    BUILD.mkdir(parents=True, exist_ok=True)
    steps = [
        ("counterd", ["cmake", "--preset", "release", "-DCOUNTERD_BENCH=ON"]),
        ("counterd", ["cmake", "--build", "--preset", "release", "--target", "counterd",
                      "counterd_in_place", "floor", "pipelined"]),
    ]
    for kind in ("racing", "mutex", "channel"):
        steps.append((f"go {kind}", ["go", "build", "-o", BUILD / f"go_{kind}",
                                     ROOT / "bench" / "peers" / kind / "main.go"]))
    for what, command in steps:
        say(f"building {what}")
        done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"building {what} failed:\n{done.stdout}{done.stderr}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def counterd(name, port, *flags, program="counterd"):
    where = ROOT / "build" / "release" / ("bench" if program != "counterd" else "") / program
    return Server(name, [where, "--listen", f"127.0.0.1:{port}", *flags], port)


def go(kind, port, logging=False):
    name = f"go {kind}" + (" with log" if logging else "")
    flags = ["-log"] if logging else []
    return Server(name, [BUILD / f"go_{kind}", "-listen", f"127.0.0.1:{port}", *flags], port)


def floor(port):
    return Server("floor", [ROOT / "build" / "release" / "bench" / "floor", port, os.cpu_count()],
                  port)


def nginx(port, workers=os.cpu_count()):
    folder = BUILD / f"nginx-{workers}"
    folder.mkdir(exist_ok=True)
    config = folder / "nginx.conf"
    config.write_text(f"""
worker_processes {workers};
daemon off;
pid {folder}/pid;
error_log /dev/null;
events {{ worker_connections 20000; }}
worker_rlimit_nofile 20000;
http {{
  access_log off;
  keepalive_requests 1000000000;
  default_type text/plain;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 "ok\\n"; }} }}
}}
""")
    name = "nginx" if workers == os.cpu_count() else f"nginx, {workers} worker"
    return Server(name, [shutil.which("nginx") or "/usr/sbin/nginx", "-c", config], port)


def h2o(port, threads=os.cpu_count()):
    folder = BUILD / f"h2o-{threads}"
    folder.mkdir(exist_ok=True)
    (folder / "inc").write_text("ok\n")
    config = folder / "h2o.conf"
    user = "user: root" if os.geteuid() == 0 else ""
    config.write_text(f"""
listen: {{host: 127.0.0.1, port: {port}}}
num-threads: {threads}
{user}
hosts:
  default:
    paths:
      "/": {{file.dir: {folder}}}
""")
    return Server("h2o" if threads == os.cpu_count() else f"h2o, {threads} thread", ["h2o", "-c", config], port)


def durable_counterd(port, folder, sync="always", *flags):
    server = counterd("counterd", port, "--data", folder, "--sync", sync,
                      "--max-counters", "20000000", *flags)
    server.writes = True
    return server


def durable_redis(port, folder, fsync="always"):
    folder.mkdir()
    server = redis(port, "--appendonly", "yes", "--appendfsync", fsync, "--dir", folder)
    server.writes = True
    return server


def redis(port, *flags):
    return Server("redis", ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
                            *(flags or ("--appendonly", "no"))], port)


def webdis(port, redis_port):
    folder = BUILD / "webdis"
    folder.mkdir(exist_ok=True)
    config = folder / "webdis.json"
    config.write_text(f"""{{
  "redis_host": "127.0.0.1", "redis_port": {redis_port}, "http_host": "127.0.0.1",
  "http_port": {port}, "threads": {os.cpu_count()}, "pool_size": 20, "daemonize": false,
  "websockets": false, "database": 0, "verbosity": 0, "logfile": "{folder}/log"
}}""")
    return Server("webdis", ["webdis", config], port, "/INCR/i")
