"""The client. What is sent again, and what is known then, is in docs/API.md, "Retries"."""

import email.utils
import http.client
import itertools
import json
import math
import random
import secrets
import ssl
import time
import urllib.parse
from typing import Any, Callable, Dict, Generator, Iterable, Iterator, List, Mapping, Optional, Tuple, TypeVar, Union

from .connection import Connection, Fields, NotSent, Pool, Server
from .errors import Error, Interrupted, OutcomeUnknown, Refused, Unavailable, Unreachable, problem_of, refusal
from .states import Change, Gone, Group, State, change_of, state_of
from .watching import watch

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
# Seconds that a key lives on after the last attempt: an attempt may be under way in a proxy for so long.
_KEY_MARGIN = 30

# These are decided after the server has looked the key up: no earlier attempt was carried out.
_SETTLING = frozenset(["not-found", "limit-reached", "overflow", "precondition-failed", "idempotency-mismatch",
                       "too-many-counters", "idempotency-store-full"])

# With these the server says that it has done nothing, and why another attempt would do better.
_NOT_NOW = frozenset(["overloaded", "draining", "unavailable"])
# With these it says that it has done nothing, and that another attempt would not do better.
_NEVER = frozenset(["internal", "too-many-counters", "idempotency-store-full", "disk-full"])

Result = Union[Change, State, None, Refused, OutcomeUnknown]
T = TypeVar("T")

# What reading the JSON of a response raises if it is none of a counterd.
_NOT_OURS = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError)


class _Failure(Exception):
    """An attempt that has settled nothing."""

    def __init__(self, cause: Exception, may_be_done: bool, floor: float = 0.0):
        super().__init__(str(cause))
        self.cause = cause
        self.may_be_done = may_be_done
        self.floor = floor  # seconds to wait at least


class Client:
    """A client of one server.

    Thread-safe: threads may share one, and each call uses a connection of its own meanwhile. A process that was
    forked uses new connections. A call returns, or raises what `counterd.errors` has, within `give_up` and one
    `timeout` (looking up the name of the host comes on top).

    `url`: http://HOST[:PORT] or https://HOST[:PORT]. `token`: sent as Bearer, never in a URL. `timeout`: seconds
    for one attempt. `give_up`: seconds for which a request is sent again; 0: once. `key_ttl`: whole seconds for
    which the server remembers the key of a write; by default as long as attempts may be under way. `context`:
    for https, by default one that trusts what the system trusts.
    """

    def __init__(self, url: str = "http://127.0.0.1:8000", token: Optional[str] = None, *, timeout: float = 5.0,
                 give_up: float = 60.0, key_ttl: Optional[int] = None, context: Optional[ssl.SSLContext] = None):
        if not 0 < timeout < math.inf or not 0 <= give_up < math.inf:
            raise ValueError("timeout must be more than 0, give_up at least 0, and both finite")
        if key_ttl is not None and give_up + timeout > key_ttl:
            raise ValueError("key_ttl must be at least give_up + timeout: a later attempt would count again")
        if token is not None and not (token.isascii() and token.isprintable() and token and " " not in token):
            raise ValueError("the token must be visible ASCII characters")
        self._server = Server(url, context)
        self._pool = Pool(self._server)
        self._token = token
        self._timeout = timeout
        self._give_up = give_up
        self._key_ttl = math.ceil(give_up + timeout) + _KEY_MARGIN if key_ttl is None else int(key_ttl)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections that wait. The client can be used again, with new ones."""
        self._pool.clear()

    def get(self, name: str) -> State:
        """Raises NotFound."""
        return self._call("GET", _path(name), read=state_of)

    def add(self, name: str, delta: int = 1, *, key: Optional[str] = None, **options: Any) -> Change:
        """Adds to a counter, which is created if it does not exist.

        `options` are those of the API: `min`, `max`, `on_limit`, `initial`, `create`, `ttl`, `ttl_mode`,
        `if_version`. `key` makes repetitions of the same call, also by another process, count once.
        """
        return self._call("POST", _path(name), {"delta": delta, **options}, _own(key), read=change_of)

    def set(self, name: str, value: int, *, key: Optional[str] = None, **options: Any) -> Change:
        """Sets a counter. `options`: `ttl`, `if_version` (0: the counter must not exist)."""
        return self._call("PUT", _path(name), {"value": value, **options}, _own(key), read=change_of)

    def delete(self, name: str, *, if_version: Optional[int] = None, key: Optional[str] = None) -> None:
        """Raises NotFound."""
        condition = "" if if_version is None else f"?if_version={int(if_version)}"
        self._call("DELETE", _path(name) + condition, None, _own(key), read=_nothing)

    def batch(self, operations: Iterable[Mapping[str, Any]], *, key: Optional[str] = None) -> List[Result]:
        """Carries out up to 1000 operations, such as {"op": "add", "name": "hits", "delta": 2}.

        Returns a result for each, at its index: what the single call would return, or the exception that it
        would raise. One that fails does not affect the others.
        """
        used = _own(key)
        ops = [dict(each) for each in operations]

        def read(answer: Any) -> List[Result]:
            return [_result(op, answer["results"][i], used) for i, op in enumerate(ops)]

        return self._call("POST", "/v1/batch", {"ops": ops}, used, read=read, is_unsettled=_has_unsettled)

    def list(self, prefix: str = "") -> Iterator[State]:
        """All counters whose names begin with `prefix`, in byte order of their names, a page at a time."""
        for page in self._pages("/v1/counters", {"prefix": prefix}, _listed):
            yield from page

    def prefixes(self, prefix: str = "", delimiter: str = "/") -> Iterator[Union[Group, State]]:
        """What is below `prefix`, as a directory: a Group for each name up to the next `delimiter`, and the
        counters that have none. The server looks at every counter with the prefix."""
        last: Optional[Group] = None
        for groups, states in self._pages("/v1/prefixes", {"prefix": prefix, "delimiter": delimiter}, _grouped):
            # A group may go on on the next page.
            for each in groups:
                if last is not None and last.prefix == each.prefix:
                    each = Group(each.prefix, last.counters + each.counters)
                elif last is not None:
                    yield last
                last = each
            yield from states
        if last is not None:
            yield last

    def delete_prefix(self, prefix: str) -> int:
        """Deletes all counters whose names begin with `prefix`, up to 1000 a request; with "", all there are.

        Returns how many, or fewer if answers were lost. It goes on for as long as others create such counters.
        Raises Interrupted if it cannot; any other error says that nothing was deleted.
        """
        query = urllib.parse.urlencode({"limit": 1000, "prefix": prefix})
        deleted = 0
        has_more = True
        has_begun = False
        try:
            while has_more:
                count, has_more = self._call("DELETE", "/v1/counters?" + query, read=_deleted)
                has_begun = True
                deleted += count
        except Error as error:
            # An answer that says 0 may follow on a lost one.
            if has_begun or isinstance(error, OutcomeUnknown):
                raise Interrupted(deleted, error) from error
            raise
        return deleted

    def top(self, prefix: str = "", limit: int = 20) -> List[State]:
        """The counters with the greatest values, the greatest first: up to 1000 of those that begin with `prefix`."""
        query = urllib.parse.urlencode({"limit": limit, "prefix": prefix})
        return self._call("GET", "/v1/top?" + query, read=_listed)

    def watch(self, *names: str, prefix: Optional[str] = None) -> Generator[Union[State, Gone], None, None]:
        """Follows up to 100 counters, or all with a `prefix`, until the iterator is closed.

        It begins with the state of each, and goes on with each change; states between may be left out, the last
        one comes. When the connection is lost it connects again, for as long as it takes, and tells what has
        changed meanwhile. Raises Refused if the server does not allow it. The iterator is used by one thread at
        a time; it waits for the server, which no other thread can interrupt.

        Of a prefix it remembers 100,000 names: of others it may tell a state twice, or miss a deletion while the
        connection was lost, as it may if there are more than 1000 counters.
        """
        if (not names) == (prefix is None):
            raise ValueError("give the names of counters, or a prefix")
        if len(names) > 100:
            raise ValueError("a stream has up to 100 counters")
        return watch(self._server, self._fields(), names, prefix or "", self._timeout, pause_before)

    def info(self) -> Dict[str, Any]:
        """What the server is, its limits and their use: /v1/info."""
        return self._call("GET", "/v1/info", read=_having("version", str))

    def stats(self) -> Dict[str, Any]:
        """The server's numbers: /v1/stats."""
        return self._call("GET", "/v1/stats", read=_having("metrics", list))

    def _pages(self, path: str, query: Mapping[str, str], read: Callable[[Any], T]) -> Iterator[T]:
        """What `read` makes of each page, until the server says that there is no other."""
        query = {"limit": "1000", **query}

        def read_page(answer: Any) -> Tuple[T, Optional[str]]:
            cursor = answer["next_cursor"]
            if cursor is not None and not (isinstance(cursor, str) and cursor):
                raise TypeError("this is no cursor")
            return read(answer), cursor

        while True:
            page, cursor = self._call("GET", f"{path}?{urllib.parse.urlencode(query)}", read=read_page)
            yield page
            if cursor is None:
                return
            query["cursor"] = cursor

    def _fields(self) -> Dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def _call(self, method: str, target: str, body: Optional[Mapping[str, Any]] = None, key: Optional[str] = None, *,
              read: Callable[[Any], T], is_unsettled: Callable[[T], bool] = lambda value: False) -> T:
        """Sends a request until an answer settles it, and returns what `read` makes of its JSON.

        Without a key, a write is one that may be carried out twice.
        """
        is_write = method != "GET"
        fields = self._fields()
        text = None
        if body is not None:
            text = json.dumps(body, allow_nan=False).encode()
            fields["Content-Type"] = "application/json"
        if key is not None:
            fields["Idempotency-Key"] = key
            fields["Idempotency-Key-TTL"] = str(self._key_ttl)
        end = time.monotonic() + self._give_up
        may_be_done = False
        for attempts in itertools.count():
            failure: _Failure
            try:
                value = self._attempt(method, target, text, fields, read)
                if not is_unsettled(value):
                    return value
                failure = _Failure(Unavailable(503, {}), may_be_done=True)
            except _Failure as caught:
                value = None
                failure = caught
            except Refused as error:
                if not is_write or not may_be_done or (key is not None and error.code in _SETTLING):
                    raise
                raise OutcomeUnknown(key or "") from error
            may_be_done = may_be_done or failure.may_be_done
            pause = max(failure.floor, pause_before(attempts))
            if time.monotonic() + pause > end:
                break
            time.sleep(pause)
        if value is not None:
            return value
        if may_be_done and is_write:
            raise OutcomeUnknown(key or "") from failure.cause
        if isinstance(failure.cause, Refused):
            raise failure.cause
        raise Unreachable(f"no answer: {failure.cause}") from failure.cause

    def _attempt(self, method: str, target: str, text: Optional[bytes], fields: Dict[str, str],
                 read: Callable[[Any], T]) -> T:
        """Sends the request once. Raises _Failure if another attempt may do better, else Refused."""
        deadline = time.monotonic() + self._timeout
        try:
            connection = self._pool.take(deadline)
        except NotSent as cause:
            raise _Failure(cause, may_be_done=False) from cause
        try:
            status, answered, body = connection.exchange(method, target, text, fields, deadline)
        except (OSError, http.client.HTTPException) as cause:
            self._discard(connection)
            raise _Failure(cause, may_be_done=True) from cause
        except BaseException:
            self._discard(connection)
            raise
        self._pool.give(connection)
        if 200 <= status < 300:
            try:
                return read(None if status == 204 else json.loads(body))
            except _NOT_OURS as cause:
                raise _Failure(cause, may_be_done=True) from cause
        error = refusal(status, problem_of(body))
        if status == 408 or error.code in _NOT_NOW:
            raise _Failure(error, may_be_done=False, floor=_retry_after(answered))
        # Of any other 5xx, as those of proxies, nobody knows what has been done.
        if status >= 500 and status not in (501, 505) and error.code not in _NEVER:
            raise _Failure(error, may_be_done=True, floor=_retry_after(answered))
        raise error

    def _discard(self, connection: Connection) -> None:
        connection.close()
        # What ended one connection that had waited may have ended the others, too.
        if connection.was_used:
            self._pool.clear()


def pause_before(attempts: int) -> float:
    """Full jitter: clients that failed together do not come back together."""
    return random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(attempts, 20)))


def _own(key: Optional[str]) -> str:
    """The caller's key, or one that nobody else has."""
    return secrets.token_urlsafe(16) if key is None else key


def _path(name: str) -> str:
    # A dot is encoded, too: some proxies would take the names . and .. for steps in a path.
    return "/v1/counters/" + urllib.parse.quote(name, safe="").replace(".", "%2E")


def _listed(page: Mapping[str, Any]) -> List[State]:
    return [state_of(each) for each in page["counters"]]


def _grouped(page: Mapping[str, Any]) -> Tuple[List[Group], List[State]]:
    return [Group(each["prefix"], each["counters"]) for each in page["prefixes"]], _listed(page)


def _deleted(answer: Mapping[str, Any]) -> Tuple[int, bool]:
    count, has_more = answer["deleted"], answer["has_more"]
    if type(count) is not int or count < 0 or type(has_more) is not bool:
        raise TypeError("these are no number and no truth value")
    return count, has_more


def _having(name: str, kind: type) -> Callable[[Any], Dict[str, Any]]:
    def read(answer: Any) -> Dict[str, Any]:
        if not isinstance(answer[name], kind):
            raise TypeError(f"{name} is something else")
        return dict(answer)

    return read


def _nothing(answer: Any) -> None:
    if answer is not None:
        raise TypeError("a deletion has no answer")


def _retry_after(fields: Fields) -> float:
    """RFC 9110 section 10.2.3: seconds, or of a proxy also a date."""
    text = fields.get("Retry-After", "")
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0


def _has_unsettled(results: List[Result]) -> bool:
    """True if the batch may do better when it is sent again."""
    return any(isinstance(each, (Unavailable, OutcomeUnknown)) for each in results)


def _result(op: Mapping[str, Any], result: Mapping[str, Any], key: str) -> Result:
    if result.get("code") == "outcome-unknown":
        return OutcomeUnknown(key)
    if result["status"] >= 400:
        return refusal(result["status"], result)
    if result["status"] == 204:
        return None
    return state_of(result) if op.get("op") == "get" else change_of(result)
