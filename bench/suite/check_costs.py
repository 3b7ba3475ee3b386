"""Compares the instructions of each kind of request with their bounds: for scripts/check-costs."""

import pathlib
import platform
import signal
import sys

from . import instructions

#: A bound that is so much too high would not notice that a gain is lost again.
LOOSE = 0.7


def rows(program):
    """(kind, instructions, bound) of each kind, in memory and with --data."""
    for durable in (False, True):
        counted = instructions.count(program, durable)
        for kind in instructions.KINDS:
            yield kind.what + (", --data" if durable else ""), counted[kind.what], \
                kind.bound(durable)


def main(program):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and stops the server
    print(f"{'kind of request':32} {'instructions':>12} {'bound':>12}")
    over, loose = [], []
    for what, counted, bound in rows(program):
        print(f"{what:32} {counted:12,} {bound:12,}", flush=True)
        if counted > bound:
            over.append(f"{what}: {counted:,} instructions, {counted / bound - 1:.0%} over the bound")
        elif counted < bound * LOOSE:
            loose.append(f"{what}: {counted:,} instructions, {counted / bound:.0%} of the bound")
    if platform.machine() != "x86_64":
        print("The bounds are for x86-64: nothing was compared.")
        return 0
    for line in loose:
        print(f"lower the figure of {line}")
    for line in over:
        print(f"FAILED {line}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
