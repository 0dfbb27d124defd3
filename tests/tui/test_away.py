"""What happened while nobody was there: in one line that fits, and that takes no key away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from coord_core.state.board import Board
from coord_core.state.insights import Finding, Life, Severity, Verdict
from coord_core.state.records import Session, TaskState
from coord_tui.away import told
from coord_tui.display import plain, width
from coord_tui.rows.scene import Scene
from coord_tui.settings import Settings
from tests.tui import boards
from tests.tui.conftest import Staging
from tests.tui.hostile import CORPUS

QUEUE = boards.scope("project:queue#tasks")


def line(before: Board, after: Board, cells: int = 400, seconds: float = 1380.0) -> str:
    return plain(told(Scene(before), Scene(after), seconds, cells))


def lives(board: Board, **changed: Life) -> Board:
    verdicts = {boards.scope(f"session:{name}"): Verdict(life, "so") for name, life in changed.items()}
    return replace(board, verdicts={**board.verdicts, **verdicts})


def tasks(board: Board, **changed: tuple[TaskState, str | None]) -> Board:
    """Change tasks of the queue: `q7=(state, owner)`."""
    queue = board.lists[QUEUE]
    now = tuple(
        replace(task, state=changed[f"q{task.id}"][0], owner=changed[f"q{task.id}"][1])
        if f"q{task.id}" in changed
        else task
        for task in queue.tasks
    )
    return replace(board, lists={**board.lists, QUEUE: replace(queue, tasks=now)})


def records(board: Board, kind: str, short: str, **facts: Any) -> Board:
    there = dict(getattr(board, kind))
    there[boards.scope(short)] = replace(there[boards.scope(short)], **facts)
    return replace(board, **{kind: there})


def without(board: Board, kind: str, short: str) -> Board:
    there = dict(getattr(board, kind))
    del there[boards.scope(short)]
    return replace(board, **{kind: there})


BUSY = boards.busy()
DONE, FAILED, RUN = TaskState.DONE, TaskState.FAILED, TaskState.RUNNING


def test_nothing() -> None:
    assert line(BUSY, BUSY) == "While you were away 23m: nothing happened."


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (lives(BUSY, claude_1=Life.DEAD), "claude_1 died"),
        (lives(BUSY, claude_1=Life.DEAD, claude_2=Life.DEAD, claude_5=Life.DEAD), "claude_1, claude_2 +1 died"),
        (lives(BUSY, claude_1=Life.OFF), "claude_1 signed off"),
        (tasks(BUSY, q2=(DONE, "claude_2")), "claude_2 finished queue#2"),
        (tasks(BUSY, q2=(DONE, "claude_2"), q7=(DONE, "claude_2")), "claude_2 finished queue#2, queue#7"),
        (tasks(BUSY, q2=(DONE, "claude_2"), q7=(DONE, "claude_4")), "claude_2, claude_4 finished 2"),
        (tasks(BUSY, q2=(DONE, None)), "claude_2 finished queue#2"),
        (tasks(BUSY, q2=(FAILED, "claude_2")), "claude_2 failed queue#2"),
        (tasks(BUSY, q10=(RUN, "claude_5")), "claude_5 claimed queue#10"),
        (records(BUSY, "issues", "issue:27", claimed_by="claude_9"), "claude_9 claimed #27"),
        (records(BUSY, "issues", "issue:15", status="completed"), "claude_1 finished #15"),
        (without(BUSY, "locks", "locks:src/api"), "released: src/api"),
        (records(BUSY, "locks", "locks:src/orders", holder="codex_1"), "codex_1 took src/orders · released: src/orders"),  # noqa: E501
        (records(BUSY, "locks", "locks:src/orders", holder=None), "released: src/orders"),
        (records(BUSY, "locks", "locks:src/api", waiters=()), "nothing happened."),
    ],
)  # fmt: skip
def test_who_did_what(after: Board, said: str) -> None:
    assert line(BUSY, after) == f"While you were away 23m: {said}"


def test_who_came_and_what_needs_you() -> None:
    scope = boards.scope("session:claude_11")
    came = replace(
        BUSY, sessions={**BUSY.sessions, scope: Session(scope, boards.SHOP, "claude_11")},
        verdicts={**BUSY.verdicts, scope: Verdict(Life.LIVE, "x")},
        findings=(*BUSY.findings, Finding("long_task", Severity.LOW, "x", boards.SHOP, "x", "x", None)),
    )  # fmt: skip
    assert line(BUSY, came) == "While you were away 23m: 1 more needs you · claude_11 came"
    ticked = replace(BUSY, findings=tuple(replace(each, text=each.text + "!") for each in BUSY.findings))
    assert "need" not in line(BUSY, ticked)


MUCH = tasks(
    lives(without(BUSY, "locks", "locks:src/api"), claude_1=Life.DEAD, claude_2=Life.OFF),
    q2=(DONE, "claude_2"), q7=(FAILED, "claude_4"), q10=(RUN, "claude_5"),
)  # fmt: skip


@pytest.mark.parametrize("cells", range(20, 200, 7))
def test_it_fits_and_what_matters_most_comes_first(cells: int) -> None:
    words = told(Scene(BUSY), Scene(MUCH), 1380, cells)
    assert width(words) <= cells
    whole = line(BUSY, MUCH)
    assert whole == ("While you were away 23m: claude_1 died · claude_4 failed queue#7 · claude_2 finished queue#2"
                     " · claude_5 claimed queue#10 · released: src/api · claude_2 signed off")  # fmt: skip
    assert whole.startswith(plain(words).removesuffix("…").removesuffix(" "))
    assert plain(words) == whole or plain(words).endswith("…")


def test_only_what_is_shown_counts() -> None:
    other = Scene(MUCH, "laptop:acme/other")
    assert plain(told(Scene(BUSY, "laptop:acme/other"), other, 60, 200)) == "While you were away 1m: nothing happened."


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_names_stay_in_the_line(name: str) -> None:
    scope = boards.scope("session:bad")
    bad = replace(BUSY, sessions={scope: Session(scope, boards.SHOP, name)}, verdicts={scope: Verdict(Life.DEAD, "x")})
    words = told(Scene(BUSY), Scene(bad), 60, 90)
    assert width(words) <= 90 and not any(ord(char) < 32 for char in plain(words))


# At the keyboard


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_who_comes_back_is_told_and_the_key_acts(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        await s.press("j")
        await s.show(lives(boards.busy(), claude_1=Life.DEAD))
        s.now += 599
        await s.press("j")
        assert "While you were away" not in s.text(), "not long enough"
        await s.show(lives(boards.busy(), claude_1=Life.DEAD, claude_2=Life.DEAD))
        s.now += 601
        await s.press("j")
        assert s.cursor == boards.scope("session:claude_4"), "the key is not swallowed"
        assert "While you were away 10m: claude_2 died" in s.text().splitlines()[-1]
        assert len(s.app.screen_stack) == 1 and not s.toasts()
        await s.press("k")
        assert "While you were away" in s.text()
        await s.press("escape")
        assert "While you were away" not in s.text() and "? keys" in s.text()


async def test_the_first_key_may_be_escape_or_a_dialog_s(stage: Staging) -> None:
    async with stage() as s:
        s.now += 3600
        await s.press("escape")
        assert "While you were away 1h00: nothing happened." in s.text()
        s.now += 3600
        await s.press("x")
        await s.dialog("Confirm")
        await s.press("escape")
        await s.closed()
        assert "While you were away 1h00" in s.text(), "it is still there behind the dialog"
        s.now += 300
        s.app._tick()
        await s.settle()
        assert "While you were away" not in s.text()


async def test_how_long_is_away_is_a_setting(stage: Staging) -> None:
    async with stage(user={"settings": Settings(away_after=30.0)}, read_only=True) as s:
        s.now += 31
        await s.press("j")
        assert "While you were away 31s" in s.text()
