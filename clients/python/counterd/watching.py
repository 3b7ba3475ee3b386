"""Event streams that come back by themselves: docs/API.md, "Follow a counter"."""

import http.client
import json
import time
import urllib.parse
from typing import Callable, Dict, Generator, Iterator, List, Optional, Sequence, Tuple, Union

from .connection import Connection, Server, read_body
from .errors import Refused, problem_of, refusal
from .states import Gone, State, state_of

_SILENCE_MAX = 40  # seconds: the server sends something every 15
_LINE_BYTES_MAX = 1 << 16
_EVENT_LINES_MAX = 16
_RETRY_MIN, _RETRY_MAX = 0.05, 60.0  # seconds
_NAMES_MAX = 100_000

Told = Union[State, Gone]


class _Known:
    """What has been told, so that a new connection tells only what has changed."""

    def __init__(self, is_prefix: bool):
        self._is_prefix = is_prefix
        self._round = 0
        # Of each name its version, None if it is gone, and the round in which it was told. The oldest is first.
        self._told: Dict[str, Tuple[Optional[int], int]] = {}

    def begin(self) -> None:
        self._round += 1

    def take(self, name: str, version: Optional[int]) -> bool:
        """Returns true if this is news."""
        before = self._told.pop(name, None)
        if version is not None or not self._is_prefix:
            self._told[name] = (version, self._round)
            if len(self._told) > _NAMES_MAX:
                del self._told[next(iter(self._told))]
        return before is None or before[0] != version

    def missing(self) -> List[str]:
        """Forgets what was not told in this round, and returns the names."""
        names = [name for name, (_, told) in self._told.items() if told != self._round]
        for name in names:
            del self._told[name]
        return names


class _Visit:
    """One connection."""

    def __init__(self) -> None:
        self.has_begun = False
        self.is_busy = False
        self.retry = 2.0

    def events(self, server: Server, target: str, fields: Dict[str, str], timeout: float) -> Iterator[Dict[str, str]]:
        """Raises OSError, HTTPException, and Refused."""
        deadline = time.monotonic() + timeout
        connection = Connection(server)
        try:
            connection.open(deadline)
            timed = connection.timed
            response = connection.begin("GET", target, None, {**fields, "Accept": "text/event-stream"}, deadline)
            if response.status != 200:
                raise refusal(response.status, problem_of(read_body(response)))
            while True:
                timed.deadline = time.monotonic() + _SILENCE_MAX
                event = _next_event(response)
                if event is None:
                    return
                yield event
        finally:
            connection.close()

    def take(self, event: Dict[str, str], known: _Known) -> Iterator[Told]:
        kind = event.get("event", "")
        if "retry" in event:
            self.retry = min(max(_RETRY_MIN, int(event["retry"]) / 1000), _RETRY_MAX)
        elif kind == "busy":
            self.is_busy = True
        elif kind == "reset":
            known.begin()
        elif kind in ("", "gone", "ready") and "data" in event:  # without data it is a comment
            if not self.has_begun:
                self.has_begun = True
                known.begin()
            data = json.loads(event["data"])
            if kind == "gone":
                if known.take(data["name"], None):
                    yield Gone(data["name"])
            elif kind == "":
                if known.take(data["name"], data["version"]):
                    yield state_of(data)
            elif not data["has_more"]:
                yield from map(Gone, known.missing())


def watch(server: Server, fields: Dict[str, str], names: Sequence[str], prefix: str, timeout: float,
          pause_before: Callable[[int], float]) -> Generator[Told, None, None]:
    """See Client.watch."""
    if names:
        query = "names=" + ",".join(urllib.parse.quote(name, safe="") for name in names)
    else:
        query = "prefix=" + urllib.parse.quote(prefix, safe="")
    known = _Known(not names)
    failures = 0
    while True:
        visit = _Visit()
        try:
            for event in visit.events(server, "/v1/events?" + query, fields, timeout):
                yield from visit.take(event, known)
        except Refused as error:
            if error.status < 500 and error.status != 408:
                raise
        except (OSError, http.client.HTTPException, ValueError, KeyError, RecursionError):
            pass  # lost, or no stream of a counterd: try again
        failures = 0 if visit.has_begun else failures + 1
        # A server that ends its streams has drawn `retry` for each, so that they do not come back together.
        is_told = visit.has_begun or visit.is_busy
        time.sleep(visit.retry if is_told else pause_before(failures))


def _next_event(response: http.client.HTTPResponse) -> Optional[Dict[str, str]]:
    """The fields of the next event, None at the end of the stream."""
    event: Dict[str, str] = {}
    for _ in range(_EVENT_LINES_MAX):
        line = response.readline(_LINE_BYTES_MAX)
        if not line.endswith(b"\n"):
            if len(line) >= _LINE_BYTES_MAX:
                raise http.client.LineTooLong("event")
            return None
        text = line.decode().rstrip("\r\n")
        if not text:
            return event
        name, _, value = text.partition(":")
        event[name] = value[1:] if value.startswith(" ") else value
    raise http.client.HTTPException("an event has too many lines")

