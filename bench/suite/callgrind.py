"""counterd under callgrind, and the instructions of what it is sent, in user space: of all its
threads, of one run. Each request to /v1/info is a mark: callgrind writes the instructions since
the one before to a file, and counts from zero. So neither the start nor the end counts."""

import re
import shutil
import socket

from . import requests, servers
from .server import Server

MARK = requests.http("/v1/info")
#: Its handler, by the name that it has in the program.
MARKED = "http::v1::describe_server"


class CallgrindServer(Server):
    def __init__(self, program, *flags):
        self.folder = servers.folder_for("callgrind")
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        counterd = servers.counterd("counterd", "--shards", 1, *flags, program=program)
        super().__init__("counterd under callgrind", [
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={self.folder}/out",
            f"--log-file={self.folder}/log", f"--dump-before={MARKED}*", *counterd.command],
            counterd.port)
        self.start_seconds = self.stop_seconds = 60

    def between_marks(self, marks):
        """How many instructions there were before each mark, back to the one before it or to the
        start. It must have stopped, and have seen so many marks."""
        files = [self.folder / f"out.{i + 1}" for i in range(marks)]
        if not all(file.exists() for file in files) or (self.folder / f"out.{marks + 1}").exists():
            raise RuntimeError(f"callgrind has not noticed each of {marks} marks: does GET /v1/info "
                               f"still call {MARKED}, and does the program have its symbols?")
        return [int(re.search(r"^(?:totals|summary): (\d+)", file.read_text(), re.M)[1])
                for file in files]


class Client:
    """One connection. Each request that is not answered as expected is an error."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def ask(self, request, status=200, depth=1):
        """Sends the request so many times at once, and waits for the responses."""
        self.socket.sendall(request.encode() * depth)
        for _ in range(depth):
            answered = self.answer()
            if answered != status:
                raise RuntimeError(f"{answered} instead of {status} to {request[:200]}")

    def answer(self):
        """Reads a response, and returns its status."""
        first = self.stream.readline().split()
        if len(first) < 2:
            raise RuntimeError("the server has closed the connection")
        length = 0
        while (line := self.stream.readline().lower()) not in (b"\r\n", b""):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        self.stream.read(length)
        return int(first[1])
