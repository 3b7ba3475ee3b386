"""What a call raises when it has no result.

`Refused`: the server said no, and nothing was changed. `Unreachable`: there was no answer, and nothing was
changed. `OutcomeUnknown`: there was no answer, and a write may have been carried out. `Interrupted`: a deletion
of many counters has stopped on the way.
"""

import json
from typing import Any, Dict, Mapping, Optional, Tuple, Type


class Error(Exception):
    """The base of all that this package raises, besides ValueError and TypeError for arguments."""

    def __reduce__(self) -> Any:
        # Its arguments are not those of its constructor, with which pickle would make it.
        return _make_again, (type(self), self.args, self.__dict__)


def _make_again(kind: Type[Error], args: Tuple[Any, ...], members: Dict[str, Any]) -> Error:
    error = kind.__new__(kind, *args)
    error.__dict__.update(members)
    return error


class Refused(Error):
    """The server has refused a request. Nothing was changed.

    `status` is that of HTTP; `code` says what is wrong, for programs ("" if a proxy refused); `problem` is the
    whole body (RFC 9457).
    """

    def __init__(self, status: int, problem: Mapping[str, Any]):
        super().__init__(problem.get("detail") or problem.get("title") or f"the server responds with status {status}")
        self.status = status
        self.code = str(problem.get("code", ""))
        self.problem = problem


class Conflict(Refused):
    """The counter is not as the request demands. `value` and `version` are its own; None if it does not exist."""

    def __init__(self, status: int, problem: Mapping[str, Any]):
        super().__init__(status, problem)
        self.value: Optional[int] = problem.get("value")
        self.version: Optional[int] = problem.get("version")


class LimitReached(Conflict):
    """The result would be out of `min` and `max`."""


class Overflow(Conflict):
    """The result would not fit 64 bits."""


class PreconditionFailed(Conflict):
    """The counter does not have the version that `if_version` demands."""


class NotFound(Refused):
    """The counter does not exist."""


class Unauthorized(Refused):
    """The token is missing, wrong, expired or revoked."""


class Forbidden(Refused):
    """The token, or the server, does not allow it."""


class KeyReused(Refused):
    """The key was used before, for a different request."""


class OutOfRoom(Refused):
    """The server has no room: for counters, for keys or on its disk."""


class Unavailable(Refused):
    """The server, or a proxy, did not serve the request until `give_up` was over."""


class Unreachable(Error):
    """No usable answer came until `give_up` was over. Nothing was changed. `__cause__` is the last failure."""


class OutcomeUnknown(Error):
    """A write was sent, and what became of it is not known.

    Call again with the same arguments and with `key=error.key`: then it counts once, whatever happened before. Do
    so within the `key_ttl` of the first call, because the server forgets the key then. `__cause__` is the last failure.
    """

    def __init__(self, key: str):
        super().__init__("no answer: it may have been done, or not")
        self.key = key


class Interrupted(Error):
    """`delete_prefix` has stopped, and the same call goes on.

    `deleted` counters are deleted, and perhaps others, whose answer was lost. `__cause__` says why it has stopped.
    """

    def __init__(self, deleted: int, cause: Exception):
        super().__init__(f"stopped after {deleted} deletions or more: {cause}")
        self.deleted = deleted


_of_code: Dict[str, Type[Refused]] = {
    "limit-reached": LimitReached,
    "overflow": Overflow,
    "precondition-failed": PreconditionFailed,
    "not-found": NotFound,
}
_of_status: Dict[int, Type[Refused]] = {
    401: Unauthorized,
    403: Forbidden,
    408: Unavailable,
    422: KeyReused,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
    507: OutOfRoom,
}


def refusal(status: int, problem: Mapping[str, Any]) -> Refused:
    """The exception for a response, or for the result of an operation in a batch."""
    kind = _of_code.get(str(problem.get("code")), _of_status.get(status, Refused))
    return kind(status, problem)


def problem_of(body: bytes) -> Mapping[str, Any]:
    """The problem details in the body of a response; of a proxy's, none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
