"""The real server, on a free port, for as long as a `with` block."""

import re
import signal
import subprocess
import tempfile
import time


class Server:
    def __init__(self, program, *flags, runner=(), expected_status=0):
        """`runner` is a command that becomes the program."""
        self.command = [*runner, str(program), "--listen", "127.0.0.1:0", "--threads", "1", *flags]
        self.expected_status = expected_status
        self.port = None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def __enter__(self):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.log)
        first = self.process.stdout.readline().decode()
        listening = re.fullmatch(r"listening on http://127\.0\.0\.1:([0-9]+)\n", first)
        if not listening:
            self.process.kill()
            raise RuntimeError(f"{' '.join(self.command)} does not listen: {first}{self.said()}")
        self.port = int(listening[1])
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process.stdout.close()
        said = self.said()
        self.log.close()
        if status != self.expected_status:
            raise RuntimeError(f"{' '.join(self.command)} ended with {status}: {said}")

    def reload(self):
        """Has the server read its token file, and waits until it says so."""
        self.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 10
        while " tokens from " not in self.said():
            if time.monotonic() > end:
                raise RuntimeError(f"the tokens were not read: {self.said()}")
            time.sleep(0.01)

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")
