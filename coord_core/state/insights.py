"""What follows from the records, frozen too: verdicts, signs of life, deeds, holdings, findings and remedies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Any, Final

from coord_core.frozen import frozen
from coord_core.state.records import Issue, Lock, Task


class Life(Enum):
    """The verdict on a session; the values are what `--json` prints."""

    LIVE = "live"
    LATE = "late"
    STALE = "stale"
    DEAD = "dead"
    OFF = "off"
    UNKNOWN = "unknown"


ALIVE: Final = frozenset({Life.LIVE, Life.LATE})
"""Lives of sessions that may be at work right now: taking from them needs a reason."""
GONE: Final = frozenset({Life.DEAD, Life.OFF})
"""Lives of sessions from whom an agent may take something: proven dead or signed off, never merely silent."""
SILENT: Final = GONE | {Life.STALE}
"""Lives of sessions that nobody need expect anything from."""


@frozen
class Verdict:
    """A session's life and the evidence for it, one sentence; since: when it became so, seconds since 1970."""

    life: Life
    evidence: str
    since: float | None = None


@frozen
class Deed:
    """Something that a session did, or that was done to it, as its journal line `seq` tells at `at`.

    by: the session's id, or the supervisor (`kim@laptop`). what: in words (`progress #15 75%`).
    """

    seq: int
    at: float
    by: str
    what: str


@frozen
class Holdings:
    """Everything that a session has: scopes of locks and issues, tasks, and the locks that it waits for."""

    locks: tuple[Lock, ...] = ()
    issues: tuple[Issue, ...] = ()
    tasks: tuple[Task, ...] = ()
    wants: tuple[Lock, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.locks or self.issues or self.tasks)


@frozen
class Signs:
    """A session's signs of life, seconds since 1970, None for never.

    seen: any sign. did: its last change that is no heartbeat. what: that change in words (`progress #15 75%`).
    buckets: how many changes in each twelfth of the last 30 minutes, oldest first.
    """

    seen: float | None = None
    did: float | None = None
    what: str = ""
    buckets: tuple[int, ...] = (0,) * 12


class Severity(Enum):
    """How bad a finding is; the values are what `--json` prints."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@frozen
class Remedy:
    """An action's name and its arguments, in the words of `actions.supervisor`."""

    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Finding:
    """Something that needs a human: one per cause.

    kind: `dead_session`, ... . subject: the record's key (a scope, a task's `{list key}#{id}`, a file's source).
    lead: the words that the sentence begins with and that name the subject. text: one sentence, lead included, at most
    90 cells. since: seconds since 1970.
    """

    kind: str
    severity: Severity
    subject: str
    workspace: str
    lead: str
    text: str
    since: float | None
    remedies: tuple[Remedy, ...] = ()
