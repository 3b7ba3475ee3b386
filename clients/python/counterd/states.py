"""What a call returns."""

from dataclasses import dataclass
from typing import Any, Mapping, Optional


@dataclass(frozen=True)
class State:
    """A counter as the server has it.

    `version` grows with each change. `expires_at` is a time of RFC 3339 on the server's clock, or None.
    """

    name: str
    value: int
    version: int
    expires_at: Optional[str]


@dataclass(frozen=True)
class Change(State):
    """A counter after a change.

    `previous` is the value before it, None if there was none. `applied` is what was added, which a clamp may
    make smaller, and None after `set`. `created`: it did not exist before.
    """

    previous: Optional[int]
    applied: Optional[int]
    created: bool


@dataclass(frozen=True)
class Gone:
    """`watch` says with it that there is no counter `name`: it was deleted, has expired, or was never there."""

    name: str
    value: None = None


@dataclass(frozen=True)
class Group:
    """Counters whose names begin with `prefix`, which ends with the delimiter, and how many there are."""

    prefix: str
    counters: int


def state_of(members: Mapping[str, Any]) -> State:
    return State(members["name"], members["value"], members["version"], members.get("expires_at"))


def change_of(members: Mapping[str, Any]) -> Change:
    return Change(
        members["name"],
        members["value"],
        members["version"],
        members.get("expires_at"),
        members.get("previous"),
        members.get("applied"),
        members["created"],
    )
