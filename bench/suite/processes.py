"""No process that we have started outlives us, directly or not."""

import ctypes
import os
import pathlib
import resource
import signal

PR_SET_CHILD_SUBREAPER = 36


def tasks(pid):
    try:
        return list(pathlib.Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []  # it has ended


def children(pid):
    found = []
    for task in tasks(pid):
        try:
            found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            pass
    return found


def raise_file_limit():
    """For us and what we start from now on. Returns how many files may be open."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def adopt_orphans():
    """Whose parent ends becomes our child."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_children():
    """Also those that a signal kept us from noting, in the moment of their start."""
    while left := children(os.getpid()):
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
