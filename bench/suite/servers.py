"""The servers that are compared, and how each is configured.

`counterd` has one event loop, the floor one thread and each peer one worker; what has as
many as there are processors says so in its name."""

import os
import pathlib
import shutil
import socket

from .server import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "bench"
RELEASE = ROOT / "build" / "release"
CORES = len(os.sched_getaffinity(0))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def folder_for(name):
    folder = BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def named(server, workers, noun):
    """nginx with its usual configuration is just `nginx`, as in older results."""
    return f"{server}, 1 {noun}" if workers == 1 else server


def counterd(name="counterd", *flags, loops=1, program=RELEASE / "counterd"):
    port = free_port()
    return Server(name, [program, "--listen", f"127.0.0.1:{port}", "--threads", loops, *flags],
                  port)


def counterd_a_loop_a_core():
    return counterd("counterd, a loop a core", loops=CORES)


def in_place():
    return counterd("in place", program=RELEASE / "bench" / "counterd_in_place")


def floor(threads=1, *flags):
    port = free_port()
    name = "floor, 1 thread" if threads == 1 else "floor, a thread a core"
    return Server(name, [RELEASE / "bench" / "floor", port, threads, *flags], port)


def go(kind, threads=1, logging=False):
    port = free_port()
    name = "go" if kind == "v1" else f"go {kind}" + (" with log" if logging else "")
    return Server(named(name, threads, "thread"),
                  [BUILD / f"go_{kind}", "-listen", f"127.0.0.1:{port}",
                   *(["-log"] if logging else [])],
                  port, environment={"GOMAXPROCS": str(threads)})


def nginx(workers=1):
    port, folder = free_port(), folder_for(f"nginx-{workers}")
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
    return Server(named("nginx", workers, "worker"),
                  [shutil.which("nginx") or "/usr/sbin/nginx", "-c", config], port)


def h2o(threads=1):
    port, folder = free_port(), folder_for(f"h2o-{threads}")
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
    return Server(named("h2o", threads, "thread"), ["h2o", "-c", config], port)


def redis(*flags):
    port = free_port()
    server = Server("redis", ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
                              *(flags or ("--appendonly", "no"))], port)
    server.sends_by_write = True
    return server


def webdis(redis_port, threads=1):
    port, folder = free_port(), folder_for(f"webdis-{threads}")
    config = folder / "webdis.json"
    config.write_text(f"""{{
  "redis_host": "127.0.0.1", "redis_port": {redis_port}, "http_host": "127.0.0.1",
  "http_port": {port}, "threads": {threads}, "pool_size": 20, "daemonize": false,
  "websockets": false, "database": 0, "verbosity": 0, "logfile": "{folder}/log"
}}""")
    return Server(named("webdis", threads, "thread"), ["webdis", config], port, "/INCR/i")


def durable_counterd(folder, *flags, name="counterd"):
    server = counterd(name, "--data", folder, "--max-counters", "20000000", *flags)
    server.writes = True
    server.start_seconds = 60
    return server


def engine_counterd(database, *flags, name="counterd"):
    # A full run sends so many new keys.
    server = counterd(name, "--engine", database.url, "--idempotency-max", 10_000_000, *flags)
    server.writes = True
    server.database = database
    return server


class Several(Server):
    """Servers that share a database, as one: a load's connections are shared out among them."""

    def __init__(self, name, members):
        super().__init__(name, [], None)
        self.members = members
        self.ports = [member.port for member in members]
        self.writes = True
        self.database = members[0].database

    def cpu_seconds(self):
        return sum(member.cpu_seconds() for member in self.members)


def durable_redis(folder, fsync="always"):
    folder.mkdir()
    server = redis("--appendonly", "yes", "--appendfsync", fsync, "--dir", folder)
    server.writes = True
    return server
