"""Carries out the examples of a Markdown page against a server, and compares what they print.

An example is a ```console block: `$ command`, and what it prints. A command goes on in the next
line while a quotation is open, or after a `\\` at the end of one. A line of `...` is any number of
lines. Versions, times and cursors are different in every run: the first time that one is printed it
is bound to what the page has in its place, and from then on the two must go together, in commands
too.
"""

import os
import re
import select
import shlex
import subprocess
import time
import urllib.parse
import uuid

DOCUMENTED_ADDRESS = "localhost:8000"

# What differs from run to run: its kind, what is before it, and what it looks like.
VARIABLES = [
    ("version", r'"version":', r"[0-9]+"),
    ("version", r'(?i:etag): "', r"[0-9]+"),
    ("version", r"\bid: ", r"[0-9]+"),
    ("pause", r"\bretry: ", r"[0-9]+"),
    ("time", r'"expires_at":"', r"[0-9T:.-]+Z"),
    ("date", r"Date: ", r"[^\n]+"),
    ("cursor", r'"next_cursor":"', r'[^"\n]+'),
    ("cursor", r"[?&]cursor=", r"[^&>\"'\s]+"),
]
# Where one stands in a command.
USES = [
    ("version", r'If-(?:None-)?Match: [^\'\n]*', r'(?<=")[0-9]+(?=")'),
    ("version", r'"?if_version(":\s*|=)[1-9][0-9]*', r"[0-9]+$"),
    ("cursor", r"[?&]cursor=[^&\"'\s]+", r"(?<=cursor=).+$"),
]


class Example:
    def __init__(self, line, command, expected):
        self.line = line
        self.command = command
        self.expected = expected


def goes_on(command):
    try:
        shlex.split(command)
    except ValueError:  # it lacks the end of a quotation, or what is escaped
        return True
    return False


def examples_of(text, section=None):
    """The examples of a page, or of the section under one heading."""
    heading, in_block, found = None, False, []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            in_block = not in_block and line == "```console"
            begins = True
        elif not in_block:
            if line.startswith("#"):
                heading = line.lstrip("# ")
        elif section is not None and heading != section:
            continue
        elif line.startswith("$ "):
            found.append(Example(number, line[2:], ""))
            begins = False
        elif begins:
            raise ValueError(f"line {number}: a block starts with `$ `")
        elif goes_on(found[-1].command):
            found[-1].command += "\n" + line
        else:
            found[-1].expected += line + "\n"
    return found


class Bindings:
    """What the page says, and what the server says instead."""

    def __init__(self):
        self.real = {}
        self.documented = {}

    def bind(self, kind, documented, real):
        """What is wrong with it; null when nothing is."""
        if kind in ("date", "pause"):
            return None
        if kind == "cursor":
            documented, real = urllib.parse.unquote(documented), urllib.parse.unquote(real)
        known = self.real.setdefault((kind, documented), real)
        if known != real:
            return f"{kind} {documented} was {known} before and is {real} now"
        known = self.documented.setdefault((kind, real), documented)
        # Two times may well be in the same millisecond.
        if known != documented and kind != "time":
            return f"{kind} {real} was called {known} before and is {documented} now"
        return None

    def apply(self, command):
        """The command with what is real."""
        for kind, use, token in USES:
            command = re.sub(use, lambda used: re.sub(
                token, lambda found: self._real(kind, found[0]), used[0]), command)
        return command

    def _real(self, kind, documented):
        if (kind, documented) not in self.real:
            raise ValueError(f"{kind} {documented} was not printed before")
        return urllib.parse.quote(self.real[kind, documented], safe="")


def compare(expected, actual, bindings):
    """What is wrong with what was printed."""
    variable = re.compile("|".join(f"(?P<b{i}>{before})(?P<v{i}>{token})"
                                   for i, (_, before, token) in enumerate(VARIABLES)))
    pattern, places = "", []
    for line in expected.splitlines(keepends=True):
        if line == "...\n":
            pattern += r"(?:[^\n]*\n)*?"
            continue
        end = 0
        for found in variable.finditer(line):
            which = next(i for i in range(len(VARIABLES)) if found[f"v{i}"] is not None)
            kind, _, token = VARIABLES[which]
            pattern += re.escape(line[end:found.start(f"v{which}")]) + f"({token})"
            places.append((kind, found[f"v{which}"]))
            end = found.end(f"v{which}")
        pattern += re.escape(line[end:])
    matched = re.fullmatch(pattern, actual)
    if not matched:
        return [f"expected:\n{expected}printed:\n{actual}"]
    faults = [bindings.bind(kind, documented, real)
              for (kind, documented), real in zip(places, matched.groups())]
    return [fault for fault in faults if fault]


class Shell:
    """One shell for a whole page, so that variables are kept."""

    def __init__(self, directory):
        self.process = subprocess.Popen(["sh"], cwd=directory, env={**os.environ, "no_proxy": "*"},
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)

    def run(self, command, seconds=30):
        """What the command prints on stdout."""
        mark = uuid.uuid4().hex
        self.process.stdin.write(f"{command}\necho {mark}\n".encode())
        self.process.stdin.flush()
        printed = b""
        deadline = time.monotonic() + seconds
        while mark.encode() not in printed:
            left = max(0, deadline - time.monotonic())
            if not select.select([self.process.stdout], [], [], left)[0]:
                raise TimeoutError(f"no end after {seconds} s, but {printed!r}")
            data = self.process.stdout.read1(65536)
            if not data:
                raise ChildProcessError("the shell ended: is the command whole?")
            printed += data
        return printed.split(mark.encode())[0].decode().replace("\r\n", "\n")

    def close(self):
        self.process.kill()
        self.process.communicate()


def run(page, address, directory, tally, section=None):
    """All examples of a page against a fresh server."""
    bindings = Bindings()
    shell = Shell(directory)
    found = examples_of(page.read_text(), section)
    tally.check(f"{page.name} has examples", [] if found else ["there are none"])
    try:
        for example in found:
            try:
                command = bindings.apply(example.command).replace(DOCUMENTED_ADDRESS, address)
                printed = shell.run(command).replace(address, DOCUMENTED_ADDRESS)
                faults = compare(example.expected, printed, bindings)
            except ValueError as error:
                faults = [str(error)]
            except OSError as error:
                # What follows would print into the wrong example.
                tally.check(f"{page.name}:{example.line}: {example.command}", [str(error)])
                break
            tally.check(f"{page.name}:{example.line}: {example.command}", faults)
    finally:
        shell.close()
