"""Requests and answers as they are on the wire: nothing is added, mended or hidden."""

import socket


class Answer:
    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields  # pairs, in their order, names in lower case
        self.body = body

    def field(self, name):
        return next((value for key, value in self.fields if key == name.lower()), None)

    def is_stream(self):
        """Of events, which ends with the connection."""
        return (self.field("Content-Type") == "text/event-stream"
                and self.field("Content-Length") is None)

    def __str__(self):
        fields = "".join(f"{name}: {value}\n" for name, value in self.fields)
        return f"{self.status}\n{fields}\n{self.body.decode(errors='replace')}"


def external_address():
    """An address of this machine that is none of the loopback; None where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unconnected:
        try:
            unconnected.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return None
        address = unconnected.getsockname()[0]
    return None if address.startswith("127.") else address


def request(method, target, fields=(), body=b"", host="localhost"):
    """`fields` are pairs. A body brings its length with it."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Connection:
    def __init__(self, port, source="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), 10, (source, 0))
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def ask(self, method, target, fields=(), body=b"", host="localhost"):
        self.send(request(method, target, fields, body, host))
        return self.read(is_head=method == "HEAD")

    def read(self, is_head=False):
        """One answer. ConnectionError where it ends too early."""
        header = self._take_header()
        lines = header.decode("latin-1").split("\r\n")
        version, status, _ = lines[0].split(" ", 2)
        if version != "HTTP/1.1":
            raise ConnectionError(f"not an answer: {lines[0]}")
        fields = []
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            fields.append((name.lower(), value))
        answer = Answer(int(status), fields, b"")
        if not is_head and answer.is_stream():
            answer.body = self._take_events(2)
        elif not is_head and answer.status not in (204, 304):
            answer.body = self._take(int(answer.field("Content-Length") or 0))
        return answer

    def read_to_end(self):
        """What comes until the server closes the connection."""
        while self._more():
            pass
        rest, self.unread = self.unread, b""
        return rest

    def _more(self):
        data = self.socket.recv(65536)
        self.unread += data
        return bool(data)

    def _take(self, size):
        while len(self.unread) < size:
            if not self._more():
                raise ConnectionError(f"the answer ends after {len(self.unread)} of {size} bytes")
        taken, self.unread = self.unread[:size], self.unread[size:]
        return taken

    def _take_events(self, count):
        """The first ones: `retry`, and a state or `gone`."""
        taken = b""
        for _ in range(count):
            while b"\n\n" not in self.unread:
                if not self._more():
                    raise ConnectionError(f"no event but {self.unread!r}")
            event, self.unread = self.unread.split(b"\n\n", 1)
            taken += event + b"\n\n"
        return taken

    def _take_header(self):
        while b"\r\n\r\n" not in self.unread:
            if not self._more():
                raise ConnectionError(f"no answer but {self.unread!r}")
        header, self.unread = self.unread.split(b"\r\n\r\n", 1)
        return header
