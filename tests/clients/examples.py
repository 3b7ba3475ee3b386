"""Runs the examples of Markdown pages that use a client library: examples.py PROGRAM PAGE ...

The ```python and the ```js blocks of a page are one program each, which runs against a server of its own. What it
prints must be what the comments beside its print() and console.log() say.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/api"))

from server import Server  # noqa: E402

ADDRESSES = re.compile(r"(?<=http://)(?:localhost|127\.0\.0\.1):8000")
SECONDS_MAX = 60

LANGUAGES = {
    "python": (r"\bprint\(.*\)  # (.+)$", ".py", ["/usr/bin/python3"]),
    "js": (r"\bconsole\.log\(.*\);  // (.+)$", ".mjs", ["node"]),
}


def run(program, page, language):
    """Returns how many lines were printed, or raises AssertionError."""
    text = page.read_text(encoding="utf-8")
    code = "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    if not code:
        return 0
    says, suffix, command = LANGUAGES[language]
    wanted = re.findall(says, code, re.MULTILINE)
    with Server(program) as server, tempfile.NamedTemporaryFile(
            "w", suffix=suffix, dir=ROOT / "build/clients/consumer", encoding="utf-8") as file:
        file.write(ADDRESSES.sub(server.address, code))
        file.flush()
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "build/clients/python")}
        made = subprocess.run([*command, file.name], capture_output=True, text=True, env=environment,
                              timeout=SECONDS_MAX)
    assert made.returncode == 0, made.stderr
    printed = made.stdout.splitlines()
    assert wanted and printed == wanted, f"it prints {printed}, and not {wanted}"
    return len(printed)


def main():
    failed = False
    for name in sys.argv[2:]:
        for language in LANGUAGES:
            try:
                lines = run(sys.argv[1], ROOT / name, language)
                if lines:
                    print(f"{name}, {language}: {lines} lines are as they are written")
            except (AssertionError, subprocess.TimeoutExpired) as failure:
                failed = True
                print(f"{name}, {language}: {failure}")
    sys.exit(1 if failed else 0)


main()
