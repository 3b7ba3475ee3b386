"""A token file, and the fields that carry its tokens."""

import base64
import os
import subprocess
import tempfile


class File:
    """An empty token file, for as long as a `with` block."""

    def __init__(self, program):
        self.program = program

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.directory.name, "tokens")
        with open(self.path, "x"):
            pass
        self.unknown = self._make("unknown", "--scopes", "all")
        return self

    def __exit__(self, *_):
        self.directory.cleanup()

    def create(self, name, *flags):
        """The token, whose line is in the file from now on."""
        return self._make(name, "--tokens", self.path, *flags)

    def _make(self, name, *flags):
        made = subprocess.run([str(self.program), "token", "create", "--name", name, *flags],
                              capture_output=True, text=True, check=True)
        return made.stderr.strip()


def bearer(token):
    return [("Authorization", "Bearer " + token)]


def basic(token):
    return [("Authorization", "Basic " + base64.b64encode(f"x:{token}".encode()).decode())]
