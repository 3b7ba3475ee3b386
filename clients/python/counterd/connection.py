"""A connection to the server on which everything ends at a deadline."""

import http.client
import io
import os
import selectors
import socket
import ssl
import time
import urllib.parse
from collections import deque
from typing import Any, Deque, Dict, Optional, Tuple, cast

BODY_BYTES_MAX = 16 << 20  # a page of a list of 1000 counters has at most 2 MiB
_IDLE_MAX = 16  # connections that wait for their next request
_IDLE_SECONDS_MAX = 30  # less than servers and proxies wait, so that few requests meet the end of one

Fields = Any  # email.message.Message, whose `get` knows no case


class NotSent(OSError):
    """There is no connection: the server has seen nothing of the request."""


class BrokenAnswer(http.client.HTTPException):
    """What came is no complete response of a counterd."""


class Server:
    """Where a URL leads: http://HOST[:PORT] or https://HOST[:PORT]."""

    def __init__(self, url: str, context: Optional[ssl.SSLContext] = None):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the URL must be http://HOST[:PORT] or https://HOST[:PORT]")
        if parts.username is not None or parts.password is not None:
            raise ValueError("the URL must not have a user or a password: give the token as token=")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("the URL must not have a path, a query or a fragment")
        self.host = parts.hostname
        self.tls = parts.scheme == "https"
        self.port = parts.port or (443 if self.tls else 80)
        self.context = (context or ssl.create_default_context()) if self.tls else None


class _Bytes(io.RawIOBase):
    """The bytes that come on a socket, until the deadline of its connection."""

    def __init__(self, timed: "_TimedSocket"):
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._timed.arm().recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._timed.end_reader()


class _TimedSocket:
    """What http.client needs of a socket. A socket's own timeout begins anew with each byte; this one does not."""

    def __init__(self, inner: socket.socket, deadline: float):
        self._inner = inner
        self.deadline = deadline
        self._readers = 0
        self._is_closed = False

    def arm(self) -> socket.socket:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        self._inner.settimeout(left)
        return self._inner

    def sendall(self, data: bytes) -> None:
        self.arm().sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        self._readers += 1
        return io.BufferedReader(_Bytes(self), 1 << 16)

    def end_reader(self) -> None:
        self._readers -= 1
        if self._is_closed and self._readers == 0:
            self._inner.close()

    def fileno(self) -> int:
        return self._inner.fileno()

    def close(self) -> None:
        # http.client closes a socket that ends with its response before it has read that.
        self._is_closed = True
        if self._readers == 0:
            self._inner.close()


class Connection(http.client.HTTPConnection):
    """Used by one thread at a time. After an exception it is closed, and of no use any more."""

    auto_open = 0

    def __init__(self, server: Server):
        super().__init__(server.host, server.port)
        self._server = server
        self.default_port = 443 if server.tls else 80  # the Host field leaves this port out
        self.was_used = False
        self.idle_since = 0.0

    def open(self, deadline: float) -> None:
        """Raises NotSent."""
        try:
            self.timed = _TimedSocket(self._connect(deadline), deadline)
        except OSError as error:
            raise NotSent(f"no connection to {self.host}: {error}") from error
        self.sock = cast(socket.socket, self.timed)  # which http.client gives up when a last response begins

    def _connect(self, deadline: float) -> socket.socket:
        cause: Optional[OSError] = None
        for family, kind, protocol, _, address in socket.getaddrinfo(self.host, self.port, 0, socket.SOCK_STREAM):
            inner = socket.socket(family, kind, protocol)
            try:
                inner.settimeout(max(0.001, deadline - time.monotonic()))
                inner.connect(address)
                inner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._server.context is None:
                    return inner
                return self._server.context.wrap_socket(inner, server_hostname=self.host)
            except OSError as error:
                inner.close()
                cause = error
        raise cause or OSError("the name has no address")

    def is_stale(self) -> bool:
        """True if the server has closed it, or has said something that nobody asked for."""
        if time.monotonic() - self.idle_since > _IDLE_SECONDS_MAX:
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return bool(selector.select(0))

    def begin(self, method: str, target: str, body: Optional[bytes], fields: Dict[str, str],
              deadline: float) -> http.client.HTTPResponse:
        """Sends a request and returns its response, whose body is still to come."""
        self.timed.deadline = deadline
        self.request(method, target, body, fields)
        return self.getresponse()

    def exchange(self, method: str, target: str, body: Optional[bytes], fields: Dict[str, str],
                 deadline: float) -> Tuple[int, Fields, bytes]:
        """Sends a request and returns status, fields and body of its response. Raises OSError and HTTPException."""
        response = self.begin(method, target, body, fields, deadline)
        text = read_body(response)
        self.was_used = True
        if response.will_close:
            self.close()
        return response.status, response.headers, text


def read_body(response: http.client.HTTPResponse) -> bytes:
    """Raises BrokenAnswer if the body is cut short or has no bound."""
    parts, size = [], 0
    while True:
        part = response.read(1 << 16)
        if not part:
            break
        parts.append(part)
        size += len(part)
        if size > BODY_BYTES_MAX:
            raise BrokenAnswer("the response is too large")
    if response.length:
        raise BrokenAnswer("the response is cut short")
    return b"".join(parts)


class Pool:
    """Connections that wait for their next request. Thread-safe: each operation of a deque is atomic."""

    def __init__(self, server: Server):
        self._server = server
        self._idle: Deque[Connection] = deque()
        self._process = os.getpid()

    def take(self, deadline: float) -> Connection:
        """An open connection, which is the caller's. Raises NotSent."""
        if self._process != os.getpid():  # after a fork: the connections are the parent's
            self.clear()  # closes copies
            self._process = os.getpid()
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if not connection.is_stale():
                return connection
            connection.close()
        connection = Connection(self._server)
        connection.open(deadline)
        return connection

    def give(self, connection: Connection) -> None:
        """Takes a connection back whose last response is complete."""
        if connection.sock is None:
            return
        if len(self._idle) >= _IDLE_MAX:
            connection.close()
            return
        connection.idle_since = time.monotonic()
        self._idle.append(connection)

    def clear(self) -> None:
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:
                return
