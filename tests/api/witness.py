"""Asks a server and holds each answer against the description."""

import json

from description import read_json
from exchange import Connection
from judge import Judge

EVENTS = "text/event-stream"
GIF = "image/gif"
JSON = "application/json"
SVG = "image/svg+xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


class Witness:
    """Speaks with one server over one connection, which stays unless told otherwise."""

    def __init__(self, server, description, coverage, tally):
        self.server = server
        self.port = server.port
        self.description = description
        self.judge = Judge(description, may_close=server.expected_status != 0)
        self.coverage = coverage
        self.tally = tally
        self.source = "127.0.0.1"
        self.connection = Connection(self.port, self.source)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.socket.close()

    def reconnect(self, source="127.0.0.1"):
        self.connection.socket.close()
        self.source = source
        self.connection = Connection(self.port, source)

    def ask(self, method, target, status, variant=None, fields=(), body=b"", members=None,
            host="localhost"):
        """The answer. It must be of this status, of this variant (JSON, a code, ...) if it is
        given, and have these members of its body."""
        fields = list(fields)
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            fields.append(("Content-Type", JSON))
        told = " ".join(": ".join(pair) for pair in [("Host", host), *fields])
        name = f"{method} {target[:80]} {told[:80]} -> {status}"
        try:
            answer = self.connection.ask(method, target, fields, body, host)
        except OSError as error:
            self.tally.check(name, [repr(error)])
            self.reconnect()
            return None
        self.hold(name, method, target, answer, status, variant, members)
        if answer.is_stream():
            self.reconnect(self.source)
        return answer

    def hold(self, name, method, target, answer, status, variant=None, members=None):
        """Whether an answer is as described, and as expected here."""
        path = self.description.path_of(target)
        described = self.description.responses(method.lower(), path).get(str(answer.status))
        if described is None:
            return self.tally.check(name, [f"{answer.status} is not described", answer])
        faults = self.judge.faults(described, answer, method == "HEAD")
        return self._weigh(name, f"{method.lower()} {path}", answer, status, variant, members,
                           faults, method == "HEAD")

    def hold_component(self, name, component, answer, status, is_head=False):
        """The same for what the description says of any path or method."""
        faults = self.judge.faults(self.description.component(component), answer, is_head)
        return self._weigh(name, component, answer, status, None, None, faults, is_head)

    def _weigh(self, name, operation, answer, status, variant, members, faults, is_head):
        given = self.judge.variant(answer, is_head)
        if answer.status != status:
            faults.append(f"the status is {answer.status}, not {status}")
        elif variant is not None and given != variant:
            faults.append(f"it is {given}, not {variant}")
        for key, value in (members or {}).items():
            try:
                found = read_json(answer.body).get(key)
            except ValueError:
                break  # the judge has said so
            if found != value or type(found) is not type(value):
                faults.append(f"{key} is {found!r}, not {value!r}")
        # A HEAD has nothing to tell its variants apart by.
        is_known = self.coverage.count(operation, answer.status, given) or is_head
        if not is_known and not faults:
            faults.append(f"{operation} {answer.status} {given} is not described")
        return self.tally.check(name, faults + [answer] if faults else [])
