from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coord_core.documents import ABSENT, Change, Line, Splice
from coord_core.state.board import Board
from coord_core.state.insights import Deed
from coord_tui.display import plain
from coord_tui.past import history
from coord_tui.rows.scene import Scene
from coord_tui.sources import Sources
from tests.tui import boards

LOCK, QUEUE = boards.scope("locks:database_migration"), boards.scope("project:queue")
CLAUDE_4 = boards.scope("session:claude_4")
KIM = {"supervisor": "kim@laptop"}
AGENT = {"workspace": boards.SHOP, "session": "claude_4"}


def line(seq: int, action: str, scope: str, *edits: Any, actor: Any = AGENT, reason: str = "") -> Line:
    return Line(seq, boards.NOW - 1000 + seq, action, {scope: edits}, actor, reason)


def told(key: str, lines: Sequence[Line] | None, board: Board | None = None) -> list[str]:
    scene = Scene(board or boards.busy())
    words = history(scene, Sources(scene).target(key), lines)
    return [plain(each).partition(" ")[2] for each in words[2:] if not plain(each).startswith("   ")]


def test_a_locks_history_is_who_had_it_and_who_took_it_away() -> None:
    taken = Change(("locked_by",), ABSENT, "claude_4")
    lines = [
        line(3, "clean_up_session", LOCK, taken, actor=KIM),
        line(2, "release_lock", LOCK, taken, actor=KIM, reason="it hangs\x1b[2J"),
        line(1, "acquire_lock", LOCK, taken),
    ]
    found = told(LOCK, lines)
    assert found[0] == "cleaned up by kim"
    assert found[1].startswith("released by kim: it hangs")
    assert "\x1b" not in found[1]
    assert found[2] == "acquired by claude_4"


def test_a_sessions_history_is_its_deeds_and_what_was_done_to_it(monkeypatch: Any) -> None:
    deeds = (
        Deed(1, boards.NOW, "claude_4", "claimed #18"),
        Deed(4, boards.NOW, "claude_4", "progress #18 20%"),
        Deed(7, boards.NOW, "kim@laptop", "was cleaned up"),
    )
    monkeypatch.setattr(Board, "history", lambda self, session: deeds if session == CLAUDE_4 else ())
    beat = Change(("last_heartbeat",), "a", "b")
    lines = [
        line(7, "clean_up_session", CLAUDE_4, actor=KIM, reason="gone"),
        line(5, "heartbeat", CLAUDE_4, beat),
        line(0, "sign_on", CLAUDE_4, beat, Change(("status",), ABSENT, "working")),
    ]
    assert told(CLAUDE_4, None) == [
        "cleaned up by kim", "progress #18 20%", "claimed #18",
    ]  # fmt: skip
    assert told(CLAUDE_4, lines) == ["cleaned up by kim: gone", "progress #18 20%", "claimed #18", "signed on"]


def test_the_same_again_and_again_is_said_once() -> None:
    edit = Change(("note",), 1, 2)
    assert told(LOCK, [line(n, "store_data", LOCK, edit) for n in (3, 2, 1)]) == ["wrote note  x3 by claude_4"]


def test_a_tasks_history_leaves_the_other_tasks_out() -> None:
    lines = [
        line(3, "requeue_task", QUEUE, Change(("tasks", {"id": 7}, "status"), "claimed", "pending"), actor=KIM),
        line(2, "claim_next_task", QUEUE, Change(("tasks", {"id": 2}, "status"), "pending", "claimed")),
        line(1, "enqueue_task", QUEUE, Splice(("tasks",), 0, (), ({"id": 7}, {"id": 2}))),
        line(0, "store_data", QUEUE, Change(("tasks",), ABSENT, [{"id": 7}])),
    ]
    assert [each.partition(" by ")[0] for each in told(f"{QUEUE}#tasks#7", lines)] == [
        "put back", "added queue#7 queue#2", "changed",
    ]  # fmt: skip


def test_what_there_is_to_say_without_a_journal_and_without_a_line() -> None:
    assert told(LOCK, None) == [""]
    assert told(LOCK, []) == ["kept"]
    assert told(LOCK, [], boards.busy(journaled=False)) == ["journal here yet. It begins with your first action."]


def test_what_became_of_each_key_stands_below_but_for_what_is_said_anyway() -> None:
    issue = boards.scope("issue:15")
    claimed = Change(("claimed_by",), ABSENT, "claude_1")
    lines = [
        line(2, "store_data", issue, *(Change((key,), 1, 2) for key in "abcde")),
        line(1, "claim_issue", issue, claimed, Change(("status",), "pending", "in_\x1bprogress")),
    ]
    scene = Scene(boards.busy())
    said = [plain(each).strip() for each in history(scene, Sources(scene).target(issue), lines)]
    assert said[3] == "a 1 → 2; b 1 → 2; c 1 → 2; 2 more"
    assert said[5] == 'status "pending" → "in_\\u001bprogress"'
