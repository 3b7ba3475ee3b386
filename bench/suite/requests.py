"""The bytes of requests. In their text `%020d` (or another width) stands for a number that is
drawn for each request, `%020u` for one that no other request of the run has."""

import hashlib
import re
import uuid

from . import servers


def expanded_size(text):
    return len(re.sub(r"%0(\d+)[du]", lambda place: "0" * int(place[1]), text).encode())


def http(target, body=None, fields=(), method=None):
    """A GET, or with a body of JSON a POST, unless it has another method."""
    method = method or ("GET" if body is None else "POST")
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *fields]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {expanded_size(body)}"]
    return "\r\n".join([*lines, "", body or ""])


def numbered(text, number):
    """The text of a request that has this number."""
    return re.sub(r"%0(\d+)u", lambda place: f"{number:0{place[1]}}", text)


def redis(*words):
    parts = [f"*{len(words)}"]
    for word in map(str, words):
        parts += [f"${expanded_size(word)}", word]
    return "\r\n".join([*parts, ""])


def fresh(prefix):
    """A key that no request has had, in this run or another."""
    return f"{prefix}-{uuid.uuid4().hex[:8]}-%012u"


def file(text):
    """A file of these bytes, for the load generators."""
    path = servers.folder_for("requests") / hashlib.sha256(text.encode()).hexdigest()[:16]
    path.write_text(text, newline="")
    return path
