"""What an agent's calls come to: small records, each made of JSON alone, so that a retried call gets the first one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SignedOn:
    """A name and what goes with it.

    fence: the number of this sign-on; a later one under the same name refuses this one's calls. resumed: the name was
    this agent's before. taken_over: from whom it was taken over, in words, "" from nobody. has: what still belongs to
    the name (`issue:15`, `locks:src/orders`, `queue#7`).
    """

    session_id: str
    workspace: str
    fence: int
    resumed: bool = False
    taken_over: str = ""
    has: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedOff:
    """A name given back. released: the locks that went with it. keeps: what still belongs to the name."""

    session_id: str
    released: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """An issue that is the caller's now.

    was: whose it was before, "" if nobody's. handoff: what was left with it, empty if nothing was.
    """

    issue: str
    fence: int
    claimed_at: str
    was: str = ""
    handoff: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Released:
    """Something let go. released: False if there was nothing to let go."""

    what: str
    released: bool = True


@dataclass(frozen=True, slots=True)
class Grant:
    """A lock that is the caller's now. expires_at: ISO 8601 UTC, "" for never; was: whose it was before."""

    resource: str
    fence: int
    locked_at: str
    expires_at: str = ""
    was: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A task that is the caller's now. list: its list as people say it (`queue`, `v1.0.0`); task: as it is stored."""

    list: str
    id: str
    task: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Noted:
    """Something written down: what, and where (`issue:15`, `queue#7`, `project:events`)."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A handoff taken over, with the issue; was: whose the issue was."""

    issue: str
    fence: int
    handoff: Mapping[str, Any]
    was: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """Something that a session is told. seq: the line that it came with; at: ISO 8601 UTC; from_: who says it."""

    seq: int
    at: str
    from_: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller says of itself: its workspace, its name, and the fence of its sign-on (0: not known)."""

    workspace: str
    session: str = ""
    fence: int = 0
    fences: Mapping[str, int] = field(default_factory=dict)
