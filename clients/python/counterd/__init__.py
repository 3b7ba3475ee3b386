"""A client of counterd that counts each change once, whatever breaks on the way."""

from .client import Client
from .errors import (
    Conflict,
    Error,
    Forbidden,
    Interrupted,
    KeyReused,
    LimitReached,
    NotFound,
    OutcomeUnknown,
    OutOfRoom,
    Overflow,
    PreconditionFailed,
    Refused,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from .states import Change, Gone, Group, State

__all__ = [
    "Change",
    "Client",
    "Conflict",
    "Error",
    "Forbidden",
    "Gone",
    "Group",
    "Interrupted",
    "KeyReused",
    "LimitReached",
    "NotFound",
    "OutOfRoom",
    "OutcomeUnknown",
    "Overflow",
    "PreconditionFailed",
    "Refused",
    "State",
    "Unauthorized",
    "Unavailable",
    "Unreachable",
]
