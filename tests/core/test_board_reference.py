"""The reference's own files, as a board (screens/real-200x50.txt)."""

from __future__ import annotations

import pytest

from coord_core.state.board import Board
from coord_core.state.insights import Life
from coord_core.state.records import TaskState
from coord_core.times import age
from tests.core.samples import REFERENCE_NOW, REFERENCE_SHOP, reference_batch


@pytest.fixture(scope="module")
def board() -> Board:
    return Board().update(reference_batch(), now=REFERENCE_NOW)


def name(scope: str) -> str:
    return f"{REFERENCE_SHOP}:{scope}"


def test_three_sessions_live(board: Board) -> None:
    assert [s.id for s in board.sessions.values()] == ["claude_1", "claude_2", "claude_3"]
    assert {v.life for v in board.verdicts.values()} == {Life.LIVE}
    assert [s.registry for s in board.sessions.values()] == ["taken"] * 3
    assert [age(board.now - (s.did or 0)) for s in board.signs.values()] == ["41s", "41s", "42s"]
    assert board.signs[name("session:claude_1")].what == "progress #15 75%"


def test_copied_example_times_are_not_believed(board: Board) -> None:
    since = board.locks[name("locks:database_migration")].since
    assert since is not None and not since.trusted
    assert since.stated == "2025-10-31T14:30:00Z" and age(board.now - (since.at or 0)) == "41s"


def test_nothing_dates_an_item_but_itself(board: Board) -> None:
    assert [task.since.at for work in board.lists.values() for task in work.tasks if task.since] == [None] * 3


def test_holdings(board: Board) -> None:
    first, second = board.holdings[name("session:claude_1")], board.holdings[name("session:claude_2")]
    assert [lock.resource for lock in first.locks] == ["database_migration"]
    assert [issue.id for issue in first.issues] == ["15"]
    assert [task.label for task in second.tasks] == ["queue#2", "migrations#001"]
    assert not board.holdings[name("session:claude_3")].tasks


def test_work_lists(board: Board) -> None:
    queue, migrations = board.lists[name("project:queue#tasks")], board.lists[name("project:migrations#pending")]
    assert (queue.name, queue.owner_key) == ("queue", "claimed_by")
    assert (migrations.name, migrations.owner_key) == ("migrations", "started_by")
    assert [t.label for t in migrations.tasks] == ["migrations#001", "migrations#002", "migrations#003"]
    states = [t.state for work in (queue, migrations) for t in work.tasks]
    assert [states.count(s) for s in (TaskState.PENDING, TaskState.RUNNING, TaskState.DONE)] == [4, 2, 1]
    assert queue.tasks[1].summary == "test server.py" and queue.tasks[1].owner == "claude_2"


def test_events_issues_and_the_rest(board: Board) -> None:
    events = board.events[REFERENCE_SHOP]
    assert len(events) == 11 and events[-1].message == "#15 testing 75%"
    assert age(board.now - (events[0].time.at or 0 if events[0].time else 0)) == "42s"
    progress = board.issues[name("issue:15")].progress
    assert progress is not None and (progress.percent, progress.phase) == (75, "testing")
    assert board.workspaces == (REFERENCE_SHOP,) and not board.findings and not board.journaled
