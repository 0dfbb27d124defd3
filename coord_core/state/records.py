"""What documents hold, as frozen records: sessions, issues, locks, work lists, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Any, Final

from coord_core.frozen import frozen
from coord_core.moments import Era, Moment

_ERA: Final = Era()


@frozen
class Todo:
    """One of a session's own todos; done is None while nobody started it, False while it runs."""

    text: str
    done: bool | None


@frozen(eq=False)
class Session:
    """A `session:{id}` document together with its entry in the registry.

    scope: its full name (also when only the registry knows it). issue: `current_issue` as text. registry: "taken",
    "available" or None. pid, pid_started, boot_id, host: of the agent's process, where recorded; pid_started in the
    unit that `processes` uses, boot_id as `processes.place()` says it. progress: the session's own, where it broadcasts
    one beside its issue's.
    """

    scope: str
    workspace: str
    id: str
    exists: bool = True
    issue: str | None = None
    status: str | None = None
    heartbeat: Moment | None = None
    started: Moment | None = None
    registry: str | None = None
    todos: tuple[Todo, ...] = ()
    notes: str = ""
    host: str = ""
    boot_id: str = ""
    pid: int | None = None
    pid_started: float | None = None
    client: str = ""
    cwd: str = ""
    branch: str = ""
    tmux_pane: str = ""
    tty: str = ""
    progress: Progress | None = None


@frozen
class Progress:
    """An issue's broadcast progress; percent is None when it is no number from 0 to 100."""

    phase: str
    percent: float | None
    message: str
    updated: Moment | None
    updated_by: str | None


@frozen
class Handoff:
    """Work that a session left for another."""

    from_session: str
    phase: str
    next_steps: tuple[str, ...]
    context: Mapping[str, Any]
    at: Moment | None


@frozen(eq=False)
class Issue:
    """An `issue:{id}` document. owner: `current_session`, else `claimed_by`."""

    scope: str
    workspace: str
    id: str
    claimed_by: str | None = None
    current_session: str | None = None
    claimed: Moment | None = None
    status: str | None = None
    progress: Progress | None = None
    handoff: Handoff | None = None

    @property
    def owner(self) -> str | None:
        """Who works on it, by id, None for nobody."""
        return self.current_session or self.claimed_by


@frozen
class Waiter:
    """A session that wants a lock, and since when."""

    session: str
    since: Moment | None


@frozen(eq=False)
class Lock:
    """A `locks:{resource}` document."""

    scope: str
    workspace: str
    resource: str
    holder: str | None = None
    since: Moment | None = None
    fence: int | None = None
    expires: Moment | None = None
    reason: str = ""
    waiters: tuple[Waiter, ...] = ()


class TaskState(Enum):
    """How far a task is; the values are what `--json` prints."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@frozen(eq=False)
class Task:
    """One item of a work list.

    list: the list's key on the board. id: as text (its place in the list, from 1, without one). raw_id: as stored,
    None without one. index: place in the list. owner_key: which key names the owner in this list. summary: `test
    server.py`, or its name. since: when it was added, taken or finished, whichever it is now.
    """

    list: str
    label: str
    id: str
    raw_id: Any
    index: int
    status: str
    state: TaskState
    owner: str | None
    owner_key: str
    since: Moment | None
    summary: str
    item: Mapping[str, Any]


@frozen(eq=False)
class WorkList:
    """A list of tasks inside a document: the queue, the migrations, a release plan.

    key: unique on the board, `{scope}#{path joined by .}`. name: short, as people say it (`queue`, `v1.0.0`). path:
    members from the document's data down to the list. coordinator, status: of a release plan. era: how its stamps are
    read.
    """

    key: str
    scope: str
    workspace: str
    name: str
    path: tuple[str, ...]
    tasks: tuple[Task, ...]
    owner_key: str = "claimed_by"
    coordinator: str | None = None
    status: str | None = None
    era: Era = _ERA


@frozen(eq=False)
class Event:
    """One entry of `project:events`; item: as stored."""

    workspace: str
    time: Moment | None
    session: str
    type: str
    message: str
    metadata: Mapping[str, Any]
    item: Mapping[str, Any] = field(default_factory=dict)
    era: Era = _ERA
