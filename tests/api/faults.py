"""Disks that fail a server, where the system lets us make them."""

import contextlib
import os
import signal
import subprocess


class Disk:
    """64 MiB in memory, mounted at `place` where only the server sees it."""

    def __init__(self, place):
        self.place = place
        who = [] if os.geteuid() == 0 else ["--map-root-user"]
        self.runner = ["unshare", *who, "--mount", "sh", "-c",
                       'mount -t tmpfs -o size=64m tmpfs "$0" && exec "$@"', place]

    def is_permitted(self):
        try:
            return subprocess.run(self.runner + ["true"], capture_output=True).returncode == 0
        except FileNotFoundError:
            return False

    def fill(self, server):
        with open(self._filler(server), "wb") as file:
            about = os.statvfs(file.fileno())
            os.posix_fallocate(file.fileno(), 0, about.f_bavail * about.f_frsize)

    def empty(self, server):
        os.unlink(self._filler(server))

    def _filler(self, server):
        return f"/proc/{server}/root{self.place}/filler"


@contextlib.contextmanager
def injection(server, what):
    """`what`, as in strace's -e inject=, happens to a running server."""
    command = ["strace", "-f", "-o", "/dev/null", "-e", "trace=" + what.split(":")[0],
               "-e", "inject=" + what, "-p", str(server)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as strace:
        try:
            said = strace.stderr.readline()
            if b"attached" not in said:
                raise PermissionError(said)
            yield
        finally:
            strace.send_signal(signal.SIGTERM)


def can_inject():
    with subprocess.Popen(["sleep", "60"]) as idle:
        try:
            with injection(idle.pid, "fdatasync:error=EIO"):
                return True
        except (FileNotFoundError, PermissionError):
            return False
        finally:
            idle.kill()
