"""Tool: who is there, what is claimed, locked and waiting, and what needs a human: small enough to ask for often."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeVar

from coord_core.actions.view import take_board
from coord_core.errors import StoreMissing
from coord_core.mcp.desk import Desk
from coord_core.state.board import Board
from coord_core.state.insights import Life
from coord_core.state.listing import in_view, lock_state
from coord_core.state.records import Progress, TaskState, WorkList
from coord_core.state.worklists import task_state
from coord_core.times import age

MOST: Final = 30
"""Rows of a kind that are shown."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that is not signed off; seen: how long ago (`2m`)."""

    id: str
    state: str
    seen: str
    issue: str


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue that is not finished. handoff_from: who offers it, "" if nobody does."""

    id: str
    claimed_by: str
    status: str
    progress: str
    handoff_from: str


@dataclass(frozen=True, slots=True)
class LockRow:
    """A lock; held_for as `12m`."""

    resource: str
    locked_by: str
    held_for: str
    state: str
    waiting: int


@dataclass(frozen=True, slots=True)
class ListRow:
    """A work list, and how many of its tasks are in which state."""

    name: str
    pending: int
    running: int
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class Status:
    """Everything at once. you: your name, "" before you sign on. left_out: how many rows did not fit, by kind."""

    you: str
    workspace: str
    sessions: list[SessionRow] = field(default_factory=list)
    issues: list[IssueRow] = field(default_factory=list)
    locks: list[LockRow] = field(default_factory=list)
    work_lists: list[ListRow] = field(default_factory=list)
    needs_attention: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)


def status(desk: Desk) -> Status:
    """See who is there, which issues are claimed or offered, which locks are held, what waits in the work lists.

    Call it after sign_on and before you choose what to do. needs_attention is for the human; it tells you who is stuck
    or gone. Changes nothing, and works before you sign on too.
    """
    if desk.agent.session:
        desk.agent.listen()
    try:
        board = take_board(desk.storage, time.time())
    except StoreMissing:
        return Status(desk.agent.session, desk.workspace)
    return look(board, desk.workspace, desk.agent.session)


def look(board: Board, workspace: str, you: str) -> Status:
    """Return a workspace's status as its session `you` sees it."""
    left: dict[str, int] = {}

    def some(kind: str, rows: Iterable[T]) -> list[T]:
        rows = iter(rows)
        shown = list(islice(rows, MOST))
        if rest := sum(1 for _ in rows):
            left[kind] = rest
        return shown

    return Status(
        you, workspace,
        some("sessions", _sessions(board, workspace)),
        some("issues", _issues(board, workspace)),
        some("locks", _locks(board, workspace)),
        some("work_lists", (_list(each) for _, each in in_view(board.lists, workspace))),
        some("needs_attention", (each.text for each in board.findings if each.workspace == workspace)),
        left,
    )  # fmt: skip


def _sessions(board: Board, workspace: str) -> Iterable[SessionRow]:
    for scope, each in in_view(board.sessions, workspace):
        life = board.verdicts[scope].life
        if life is not Life.OFF:
            seen = board.signs[scope].seen if scope in board.signs else None
            yield SessionRow(each.id, life.value, _age(board, seen), each.issue or "")


def _issues(board: Board, workspace: str) -> Iterable[IssueRow]:
    for _, each in in_view(board.issues, workspace):
        if task_state(each.status or "", owned=True) is not TaskState.DONE:
            giver = each.handoff.from_session if each.handoff else ""
            yield IssueRow(each.id, each.owner or "", each.status or "", _progress(each.progress), giver)


def _progress(progress: Progress | None) -> str:
    if progress is None:
        return ""
    return progress.phase if progress.percent is None else f"{progress.phase} {progress.percent:g}%"


def _locks(board: Board, workspace: str) -> Iterable[LockRow]:
    for _, each in in_view(board.locks, workspace):
        since = each.since.at if each.since else None
        yield LockRow(
            each.resource, each.holder or "", _age(board, since), lock_state(each, board.now), len(each.waiters)
        )


def _list(work_list: WorkList) -> ListRow:
    states = Counter(task.state for task in work_list.tasks)
    return ListRow(
        work_list.name, states[TaskState.PENDING], states[TaskState.RUNNING], states[TaskState.DONE],
        states[TaskState.FAILED],
    )  # fmt: skip


def _age(board: Board, at: float | None) -> str:
    return age(board.now - at) if at is not None else "?"
