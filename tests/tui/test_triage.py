"""What needs somebody: on what evidence, which keys mend it, and what is ignored until it changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coord_core.state.board import Board
from coord_core.state.insights import Finding, Remedy, Severity
from coord_tui.display import plain
from coord_tui.evidence import brief, cures
from coord_tui.rows.findings import key_of
from coord_tui.rows.scene import Scene
from tests.tui import boards
from tests.tui.conftest import Stage, Staging
from tests.tui.hostile import CORPUS

SIZES = [(80, 24), (120, 36), (200, 50)]
CLAUDE_4 = boards.scope("session:claude_4")


def of(kind: str, board: Board | None = None) -> Finding:
    return next(each for each in (board or boards.busy()).findings if each.kind == kind)


def why(kind: str, **changes: Any) -> str:
    board = boards.busy()
    return plain(brief(Scene(board), replace(of(kind, board), **changes), boards.NOW))


# Evidence


def test_evidence_of_each_kind_of_subject() -> None:
    assert why("dead_session") == (
        "since 14:19, 12m ago; ✗ claude_4 dead: pid 811 on laptop is gone (checked 1s ago), "
        "seen 14:19:07, last: progress #18 14:19"
    )
    both = why("two_owners")
    assert "● claude_6 live: claude_6 gave a sign" in both and "● codex_1 live:" in both
    assert "✗ claude_4 dead:" in why("queue_waits"), "who holds the task that keeps the others waiting"
    assert "– claude_10 off:" in why("handoff"), "whose handoff it is"
    lock = Finding("lock_waited_for", Severity.MEDIUM, boards.scope("locks:src/orders"), boards.SHOP, "x", "x", None)
    said = plain(brief(Scene(boards.busy()), lock, boards.NOW))
    assert said.startswith("● claude_6 live:") and "; ● codex_1 live:" in said, "who has it, and who waits"
    ghost = replace(lock, subject=boards.scope("locks:x"))
    board = boards.busy()
    held = replace(board.locks[boards.scope("locks:src/orders")], holder="ghost", waiters=())
    board = replace(board, locks={ghost.subject: held})
    assert plain(brief(Scene(board), ghost, boards.NOW)) == "ghost: no such session"


def test_evidence_of_a_file_that_cannot_be_read() -> None:
    board = boards.busy(unreadable={boards.BAD.source: boards.BAD})
    bad = Finding("unreadable_file", Severity.HIGH, boards.BAD.source, boards.SHOP, "x", "x", None)
    said = plain(brief(Scene(board), bad, boards.NOW))
    assert said == "it is no JSON: line 1 column 1; 12 bytes, written 30s ago"


def test_remedies_in_words() -> None:
    scope = boards.scope("issue:21")
    remedies = (
        Remedy("clean_up_session", {"scope": CLAUDE_4}), Remedy("reassign_session", {"scope": CLAUDE_4}),
        Remedy("reassign_issue", {"scope": scope, "to": "claude_6"}), Remedy("reassign_issue", {"scope": scope}),
        Remedy("reassign_issue", {"scope": scope, "to": None}), Remedy("quarantine", {"source": "a.json"}),
        Remedy("requeue_task", {"list": boards.scope("project:queue#tasks"), "task": "7"}),
    )  # fmt: skip
    assert [plain(each) for each in cures(Scene(boards.busy()), replace(of("idle"), remedies=remedies))] == [
        "· clean up claude_4", "· give what it has to somebody else", "· give #21 to claude_6",
        "· give #21 to somebody else", "· unassign #21", "· set aside a.json", "· put back queue#7",
    ]  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
async def test_the_panel_says_why_and_with_which_keys(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        assert "since 14:19" not in s.text()
        await s.press("!")
        shown = s.text()
        assert "since 14:19, 12m ago; ✗ claude_4 dead: pid 811 on laptop is" in shown
        assert "x clean up   a give to   i ignore   enter all of it   n next" in shown
        await s.press("j")
        shown = s.text()
        assert "● claude_6 live" in shown and "x clean up   a give to   i" not in shown
        await s.press("!")
        assert "● claude_6 live" in s.text(), "zoomed too"
        await s.press("escape", "1")
        assert "● claude_6 live:" not in s.text() or size[0] == 200
        assert "enter all of it" not in s.text()


@pytest.mark.parametrize("words", CORPUS)
async def test_hostile_words_stay_in_their_lines(stage: Staging, words: str) -> None:
    board = boards.busy()
    bad = replace(
        of("dead_session"), lead=words[:20], text=f"{words[:20]} died", subject=boards.scope("locks:src/orders")
    )
    lock = replace(board.locks[boards.scope("locks:src/orders")], holder=words, reason=words)
    board = replace(board, findings=(bad,), locks={**board.locks, bad.subject: lock})
    async with stage(board) as s:
        await s.press("!", "i", "I", "enter")
        assert not {char for char in s.text() if ord(char) < 32} - {"\n"}


# Walking


async def test_n_walks_past_what_is_ignored(stage: Staging) -> None:
    async with stage() as s:
        await s.press("n", "i")
        assert "5 need you" in s.text().splitlines()[0]
        await s.press("1", "g", "n")
        assert s.dashboard.target.name == "#21"
        await s.press("N")
        assert s.dashboard.target.name == "#15", "back from the first to the last"


# Ignoring


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("size", SIZES)
async def test_i_ignores_until_it_changes(stage: Staging, size: tuple[int, int], read_only: bool) -> None:
    async with stage(size=size, read_only=read_only) as s:
        await s.press("!", "i")
        shown = s.text()
        assert "5 need you" in shown.splitlines()[0]
        assert "Ignored until it changes: claude_4. I shows it." in shown
        assert "1 ignored: I shows" in shown
        assert "claude_4 died" not in shown
        later = replace(of("dead_session"), text="claude_4 died 3h00 ago holding database_migration")
        await s.show(boards.busy(findings=(later, *boards.busy().findings[1:])))
        assert "5 need you" in s.text(), "only time passed"
        worse = replace(later, since=boards.NOW - 5)
        await s.show(boards.busy(findings=(worse, *boards.busy().findings[1:])))
        assert "6 need you" in s.text().splitlines()[0]
        assert "ignored: I shows" not in s.text()


async def test_what_is_ignored_is_seen_and_shown_again(stage: Staging) -> None:
    async with stage() as s:
        await s.press("I")
        assert "Nothing is ignored. i ignores what needs you." in s.text()
        await s.press("!", "i", "i", "1", "I")
        assert s.dashboard.active == "needs"
        rows = s.dashboard.table.keys
        assert len(rows) == 6 and rows[-2] == key_of(of("dead_session")), "behind what needs somebody"
        assert s.dashboard.table.cursor == rows[-2] and "i show it again" in s.text()
        assert "ignored: claude_4 died" in s.text() and "2 ignored: i shows one again, I hides them" in s.text()
        await s.press("enter")
        assert "can be done" in s.text()
        await s.press("escape", "i")
        assert "Shown again: claude_4." in s.text() and "5 need you" in s.text()
        await s.press("I")
        assert len(s.dashboard.table.keys) == 5 and "1 ignored: I shows" in s.text()


async def test_who_leaves_what_needs_somebody_sees_the_worst_of_it_again(stage: Staging) -> None:
    async with stage() as s:
        await s.press("!", "G", "1")
        top = s.text().splitlines()[2]
        assert "claude_4 died" in top, s.text()


async def test_the_record_s_own_finding_is_ignored_in_any_panel(stage: Staging) -> None:
    async with stage() as s:
        await s.press("i")
        assert "Nothing here needs you, so there is nothing to ignore." in s.text()
        await s.press("2")
        s.dashboard.table.select(boards.scope("issue:21"))
        await s.press("i")
        assert "Ignored until it changes: #21" in s.text()
        assert of("two_owners") not in s.app.scene.findings
        assert not s.desk.planned, "nothing of it goes to the store"


async def test_everything_ignored_is_well(stage: Staging) -> None:
    async with stage() as s:
        await s.press("!", *"iiiiii")
        assert "nothing needs you" in s.text().splitlines()[0]
        assert "Nothing needs you." in s.text() and "6 ignored: I shows" in s.text()
        await s.press("i", "n")
        assert "Nothing needs you." in s.text()


async def test_it_is_kept_for_the_next_time(stage: Staging, tmp_path: Path) -> None:
    async with stage(user={"state": tmp_path}) as s:
        await s.press("!", "i")
    async with stage(user={"state": tmp_path}) as s:
        assert "5 need you" in s.text()
        (kept,) = tmp_path.rglob("*.json")
        kept.write_text("{")
    async with stage(user={"state": tmp_path}) as s:
        assert "6 need you" in s.text()
        assert "something ignored shows again: its file was broken" in s.text().splitlines()[-1]
        await s.press("escape")
        assert "n next" in s.text().splitlines()[-1]


async def test_a_folder_that_cannot_be_written_is_told(stage: Staging, tmp_path: Path) -> None:
    (tmp_path / "ignored").write_text("a file")
    async with stage(user={"state": tmp_path}, size=(200, 50)) as s:
        await s.press("!", "i")
        assert "5 need you" in s.text()
        assert "it is ignored until you leave:" in s.text()


# Remarks


async def test_a_remark_goes_after_a_while_or_with_escape(stage: Staging) -> None:
    async with stage() as s:
        await s.press("i")
        assert "nothing to ignore" in s.text()
        await s.press("escape")
        assert "nothing to ignore" not in s.text() and "? keys" in s.text()
        await s.press("i")
        s.now += 60
        s.app._tick()
        await s.settle()
        assert "nothing to ignore" not in s.text() and "? keys" in s.text()


async def test_a_remark_leaves_a_filter_alone(stage: Staging) -> None:
    async with stage() as s:
        await s.press("i", "/", "c")
        assert s.dashboard.query_one("#filter").region and not s.dashboard.query_one("#remark").region
        await s.press("enter")
        assert "nothing to ignore" in s.text()


async def press_all(s: Stage, keys: str) -> None:
    for key in keys:
        await s.press(key)


async def test_the_keys_work_in_every_panel(stage: Staging) -> None:
    for panel in "!123456":
        async with stage() as s:
            await press_all(s, f"{panel}nNiI")
            await s.press("escape")
            assert s.app.is_running and len(s.app.screen_stack) == 1


async def test_the_remedies_can_be_clicked(stage: Staging) -> None:
    async with stage() as s:
        await s.press("!")
        y = next(y for y, line in enumerate(s.text().splitlines()) if "i ignore" in line)
        await s.pilot.click(offset=(s.text().splitlines()[y].index("x clean up"), y))
        await s.dialog("Confirm")
        await s.press("escape")
        await s.closed()
        await s.pilot.click(offset=(s.text().splitlines()[y].index("i ignore"), y))
        await s.settle()
        assert "Ignored until it changes: claude_4" in s.text()
