"""What the checks of the service have in common: they run as a service of a system that is thrown away."""

import subprocess
import sys
import time

URL = "http://127.0.0.1:8000"

checks = 0


def check(is_so, what):
    global checks
    checks += 1
    if not is_so:
        print(f"FAILED: {what}")
        show_log()
        sys.exit(1)


def show_log():
    print(run("journalctl", "--no-pager", "--lines=40", "--output=cat").stdout)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


def systemctl(*words):
    result = run("systemctl", *words)
    check(result.returncode == 0, f"systemctl {' '.join(words)}: {result.stderr}")


def property_of(name, unit="counterd.service"):
    return run("systemctl", "show", "--value", "-p", name, unit).stdout.strip()


def get(target, *options):
    return run("curl", "-sS", "-m", "10", "--retry", "5", "--retry-connrefused", "--retry-delay", "1",
               *options, URL + target).stdout


def wait_until(is_so, what, seconds=30):
    end = time.monotonic() + seconds
    while not is_so():
        check(time.monotonic() < end, what)
        time.sleep(0.1)


def run_steps(*steps):
    for step in steps:
        begin = time.monotonic()
        step()
        print(f"{step.__name__.replace('_', ' ')}: ok, {time.monotonic() - begin:.1f} s")
    print(f"{checks} checks passed")
