"""Installs the peers and builds what is measured."""

import shutil
import subprocess
import sys

from . import servers

PACKAGES = ("golang-go", "nginx-light", "h2o", "redis-server", "webdis", "apache2-utils", "wrk",
            "gnuplot-nox", "libbenchmark-dev", "valgrind", "postgresql")
TARGETS = ("counterd", "counterd_in_place", "floor", "pipelined", "prober")
GO = ("racing", "mutex", "channel", "v1")


def install():
    for script, arguments in (("build-packages", ()), ("packages", PACKAGES)):
        subprocess.run([servers.ROOT / "scripts" / script, *arguments], check=True,
                       stdout=sys.stderr, timeout=1800)


def steps():
    yield "counterd", ["cmake", "--preset", "release", "-DCOUNTERD_BENCH=ON"]
    yield "counterd", ["cmake", "--build", "--preset", "release", "--target", *TARGETS]
    for kind in GO:
        yield f"go {kind}", ["go", "build", "-o", servers.BUILD / f"go_{kind}",
                             servers.ROOT / "bench" / "peers" / kind / "main.go"]


def build(say):
    servers.BUILD.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(servers.BUILD / "requests", ignore_errors=True)
    for what, command in steps():
        say(f"building {what}")
        done = subprocess.run([str(part) for part in command], cwd=servers.ROOT,
                              capture_output=True, text=True, check=False, timeout=3600)
        if done.returncode != 0:
            raise RuntimeError(f"building {what} failed:\n{done.stdout}{done.stderr}")
