"""The detail of every kind: what a person must read there, links there and back, copying, the tree of shared state."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest

from coord_core.state.board import Board
from coord_tui.describe import describe
from coord_tui.describe.raw import raw
from coord_tui.display import plain, width
from coord_tui.rows.scene import Scene
from coord_tui.shared_tree import value_key
from coord_tui.sources import Sources
from tests.tui.conftest import Stage, Staging
from tests.tui.detailed import NOW, board, scope
from tests.tui.hostile import CORPUS

QUEUE, RELEASE = scope("project:queue#tasks"), scope("project:release#v1.0.0.tasks")


def lines(key: str, room: int = 78, shown: Board | None = None) -> list[str]:
    scene = Scene(shown or board())
    return [plain(words) for words in describe(scene, Sources(scene).target(key), NOW, room)]


def detail(key: str, room: int = 78, shown: Board | None = None) -> str:
    return "\n".join(lines(key, room, shown))


# What is to be read


def test_a_session_has_its_messages_handoff_and_checklist() -> None:
    text = detail(scope("session:claude_1"))
    assert "messages  1 not told yet" in text
    assert (
        "#15 handoff from claude_10  1h30 ago  implementation_complete\n· Write tests for the local adapter\n" in text
    )
    assert "decisions\n  locking\n    kind flock\n    timeout 5\n  format JSON, indented\n" in text
    assert "open\n  · question Windows?\n    who claude_1\n" in text
    assert "summary\n  The adapter works.\n  It is slow on 10,000 files: measure before you optimise." in text
    assert (
        "todos 2 of 5\n✓ Read the adapter\n▸ Write the tests that the reviewers asked for in the thread about" in text
    )
    assert "○ Ask about Windows\n○ Ship it\n✓ Plan it" in text


def test_two_on_one_issue_stand_side_by_side_where_there_is_room() -> None:
    wide, narrow = detail(scope("issue:21"), 118), lines(scope("issue:21"), 78)
    both = next(line for line in wide.split("\n") if "● claude_6  live" in line)
    assert "● codex_1  live" in both
    assert "claimed it 29m ago" in wide
    assert "says it works on it, without a claim" in wide
    assert "also has src/orders" in wide
    assert "wants src/orders" in wide
    assert "● claude_6  live" in narrow
    assert "● codex_1  live" in narrow


def test_a_locks_holder_and_waiters_stand_side_by_side() -> None:
    text = detail(scope("locks:database_migration"), 118)
    assert "✗ claude_4  dead" in text
    assert "holds it  1h12, fence 812" in text
    assert "waits  4m" in text
    assert "● claude_9  live" in text
    assert "also has #18, queue#7, migrations#001" in text


def test_a_work_list_is_a_table() -> None:
    text = detail(QUEUE)
    assert text.startswith("6 wait · 3 run · 0 done\nstored in project:queue\n")
    assert "  ID WHAT" in text
    row = next(line for line in text.split("\n") if "test webhook.py" in line)
    assert row.split() == ["▸", "7", "test", "webhook.py", "claude_4", "claimed", "25m"]
    assert "claimed" not in detail(QUEUE, 44)


def test_a_release_plan_says_what_is_left_and_who_coordinates_it() -> None:
    text = detail(RELEASE)
    assert "status in_progress\ncoordinator claude_8\nleft 2 of 3: Run test suite, Tag\n" in text
    assert "✓ 2" in text
    done = {"v1": {"status": "x", "coordinator": "y", "tasks": [{"id": 1, "status": "completed"}]}}
    shown = board(**{"project:release": done})
    assert "left nothing: all is done" in detail(scope("project:release#v1.tasks"), 78, shown)


def test_a_task_leads_to_its_list_and_its_owners_other_things() -> None:
    scene = Scene(board())
    words = describe(scene, Sources(scene).target(f"{QUEUE}#7"), NOW, 78)
    links = [piece.link for line in words for piece in line if piece.link]
    assert links == [
        scope("session:claude_4"), QUEUE, scope("issue:18"), scope("locks:database_migration"),
        scope("project:migrations#pending#001"),
    ]  # fmt: skip


def test_the_hold_says_who_and_what() -> None:
    text = detail(scope("project:hold"))
    assert "Everybody is on hold since 14:29:07 by kim@laptop. H lifts it.\n“Finish your step, commit nothing”" in text


def test_shared_state_is_a_tree_with_the_age_of_every_key() -> None:
    text = detail(scope("project:conventions"))
    assert "style ruff, 120 columns  3m ago\nreview  3m ago\n  required true\n  reviewers claude_2, kim\n" in text
    assert "limits  3m ago\n  module 250\n  function 30\n" in text
    key = value_key(scope("project:conventions"), ("review", "rules"))
    assert detail(key).startswith("in project:conventions › review › rules\n")
    assert detail(key).endswith("tests always")
    gone = value_key(scope("project:conventions"), ("nope", 3))
    assert "nothing is there" in detail(gone)


def test_raw_json_has_what_the_file_has() -> None:
    scene = Scene(board())
    sources = Sources(scene)
    theirs = "\n".join(map(plain, raw(scene, sources.target(scope("project:conventions")))))
    assert '"scope"' not in theirs
    assert '"revision"' not in theirs
    assert '"revision": 800' in "\n".join(map(plain, raw(scene, sources.target(scope("issue:21")))))
    task = "\n".join(plain(line) for line in raw(scene, sources.target(f"{QUEUE}#7"))[1:])
    assert json.loads(task)["file"] == "webhook.py"


@pytest.mark.parametrize("room", [10, 20, 44, 66, 78, 118, 198])
def test_nothing_that_is_laid_out_is_wider_than_the_room(room: int) -> None:
    scene = Scene(board(**{"project:wide": {"漢字" * 40: {"x" * 90: ["y" * 300, {"z": "漢" * 99}]}}}))
    keys = [*scene.board.issues, *scene.board.locks, *scene.board.lists, *scene.board.shared]
    for key in keys:
        words = describe(scene, Sources(scene).target(key), NOW, room)
        laid = [line for line in words if line and line[0].text.isspace()]
        assert [plain(line) for line in laid if width(line) > room and room >= 44] == [], key


def test_hostile_values_are_only_text_in_every_tree() -> None:
    data: dict[str, Any] = {f"{n}{bad[:200]}": {bad[:200]: [bad, {bad[:50]: bad}]} for n, bad in enumerate(CORPUS)}
    shown = board(**{"project:bad": data, "issue:15": {"claimed_by": CORPUS[0], "handoff": {"from_session": CORPUS[1],
                     "next_steps": CORPUS, "context": data}}})  # fmt: skip
    for key in (scope("project:bad"), scope("issue:15")):
        text = detail(key, 78, shown)
        assert not [char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co")]


# Links, there and back


async def test_links_lead_there_and_back_in_the_docked_detail(stage: Staging) -> None:
    async with stage(board(), size=(200, 50), now=NOW) as s:
        s.dashboard.table.select(scope("session:claude_4"))
        await s.press("enter")
        assert len(s.app.screen_stack) == 1
        await s.press("tab", "enter")
        assert s.dashboard.target.key == scope("locks:database_migration")
        assert "database_migration  lock" in s.text()
        await s.press("x")
        await s.until(lambda: s.desk.planned)
        assert s.desk.planned[-1] == ("release_lock", {"scope": scope("locks:database_migration")})
        await s.dialog("Confirm")
        await s.press("escape")
        await s.closed()
        await s.press("tab", "tab", "enter")
        assert s.dashboard.target.key == scope("session:claude_2")
        await s.press("backspace")
        assert s.dashboard.target.key == scope("locks:database_migration")
        await s.press("backspace")
        assert s.dashboard.target.key == scope("session:claude_4")
        assert s.dashboard.in_dock
        await s.press("backspace")
        assert not s.dashboard.in_dock
        assert s.cursor == scope("session:claude_4")


@pytest.mark.parametrize("key", ["escape", "1", "n"])
async def test_leaving_the_docked_detail_it_is_of_the_row_under_the_cursor_again(stage: Staging, key: str) -> None:
    async with stage(board(), size=(200, 50), now=NOW) as s:
        s.dashboard.table.select(scope("session:claude_4"))
        await s.press("enter", "tab", "enter", key)
        assert s.dashboard.target.key == s.cursor
        assert s.dashboard.trail == []
        assert not s.dashboard.in_dock


async def test_links_go_from_a_task_to_its_list_to_another_task_and_back(stage: Staging) -> None:
    async with stage(board(), now=NOW) as s:
        await s.press("4")
        s.dashboard.table.select(f"{QUEUE}#7")
        await s.press("enter", "tab", "tab", "enter")
        assert s.app.screen.key == QUEUE
        assert "6 wait · 3 run" in s.text()
        await s.press("backspace")
        assert s.app.screen.key == f"{QUEUE}#7"


# Acting


@pytest.mark.parametrize(
    ("key", "action"), [("x", "clean_up_session"), ("a", "reassign_session"), ("m", "send_message")]
)
async def test_keys_act_on_the_record_that_a_detail_shows(stage: Staging, key: str, action: str) -> None:
    async with stage() as s:
        await s.press("space", "n", "enter", key)
        await s.until(lambda: s.desk.planned)
        assert s.desk.planned[-1][:1] == (action,)
        assert s.desk.planned[-1][1]["scope"] == scope("session:claude_4")


async def test_a_detail_stays_when_it_was_acted_in_and_so_do_marks(stage: Staging) -> None:
    async with stage() as s:
        await s.press("space", "n", "enter", "x")
        await s.dialog("Confirm")
        await s.press("y")
        await s.until(lambda: s.desk.applied and not s.app.acting)
        await s.dialog("DetailScreen")
        assert s.dashboard.table.marks == {scope("session:claude_1")}
        await s.press("z")
        await s.dialog("Confirm")
        assert s.desk.planned[-1][0] == "undo"
        await s.press("escape")
        await s.dialog("DetailScreen")


async def test_n_goes_from_detail_to_detail_of_what_needs_somebody(stage: Staging) -> None:
    async with stage() as s:
        await s.press("n", "enter", "n")
        assert "#21 has two" in s.text() and "x unassign" in s.text()
        await s.press("N")
        assert "claude_4 died" in s.text()
        await s.press("N")
        assert "handoff from claude_10 waits" in s.text()
        await s.press("backspace", "backspace", "backspace")
        assert s.app.screen.key == scope("session:claude_4")


async def test_the_keys_of_a_detail_follow_the_width_and_what_may_be_done(stage: Staging) -> None:
    async with stage(size=(80, 24)) as s:
        await s.press("n", "enter")
        assert s.text().splitlines()[-1].startswith(" x clean up   a give to   backspace back")
        await s.pilot.resize_terminal(160, 40)
        await s.settle()
        assert "j k scroll" in s.text().splitlines()[-1]
        await s.press("?")
        assert {"j k", "x", "n N"} <= {names for _, names, _ in s.app.screen.rows}  # type: ignore[attr-defined]
    async with stage(read_only=True) as s:
        await s.press("n", "enter")
        assert s.text().splitlines()[-1].startswith(" backspace back")


# Copying


def copied(s: Stage) -> str:
    return s.app.clipboard


async def test_c_copies_the_name_all_of_a_detail_or_the_json_that_is_shown(stage: Staging) -> None:
    async with stage(board(), now=NOW, read_only=True) as s:
        await s.press("c")
        assert copied(s) == "claude_1"
        assert s.toasts() == ["Copied the name claude_1 (8 characters)."]
        await s.press("enter", "c")
        assert copied(s).startswith("claude_1  ● live\n")
        assert "○ Ask about Windows" in copied(s)
        await s.press("y", "c")
        assert json.loads(copied(s))["data"]["current_issue"] == 15
        assert s.toasts()[-1].startswith("Copied claude_1 as JSON (")


async def test_what_is_copied_is_safe_and_only_so_much(stage: Staging) -> None:
    hostile = board(**{"project:bad": {"a": "".join(CORPUS), "long": "é" * 200_000}})
    async with stage(hostile, now=NOW) as s:
        await s.press("6")
        s.dashboard.table.select(scope("project:bad"))
        await s.press("enter", "y", "c")
        assert len(copied(s)) == 64_000
        assert "only the first 64,000 characters" in s.toasts()[-1]
        await s.press("y", "c")
        bad = [char for char in copied(s) if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") and char != "\n"]
        assert bad == []


# The tree of shared state


async def test_shared_state_opens_and_closes(stage: Staging) -> None:
    async with stage(board(), now=NOW) as s:
        await s.press("6")
        assert "6 Shared 6" in s.text()
        assert [plain(s.dashboard.sources.shared.cells(key, NOW)[1]) for key in s.dashboard.table.keys] == [
            "▾ notes:", "  ▾ api/", "    ▸ v1", "    ▸ v2", "  ▸ deploy", "▾ project:", "  ▸ architecture",
            "  ▸ conventions", "  ▸ hold",
        ]  # fmt: skip
        await s.press("enter")
        assert "▸ notes:" in s.text()
        assert "deploy" not in s.text()
        s.dashboard.table.select(scope("project:conventions"))
        await s.press("right")
        assert "▸ review" in s.text()
        await s.press("right", "j", "right", "right")
        assert s.cursor == value_key(scope("project:conventions"), ("review", "required"))
        await s.press("enter")
        assert "in project:conventions › review › required" in s.text()
        await s.press("escape", "left", "left")
        assert "▸ review" in s.text()
        await s.press("left", "left")
        assert "▸ conventions" in s.text()
        await s.press("left")
        assert s.cursor == "\0project:"


async def test_a_filter_finds_what_stands_in_documents(stage: Staging) -> None:
    async with stage(board(), now=NOW) as s:
        await s.press("6", "/", *"friday", "enter")
        assert "deploy" in s.text()
        assert "architecture" not in s.text()


# Editing: in a terminal it is test_editing_terminal's


async def test_e_in_read_only_and_where_no_document_is_does_nothing(
    stage: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []
    monkeypatch.setattr("coord_tui.editing._edit", lambda *args: begun.append(args))
    async with stage(board(), now=NOW, read_only=True) as s:
        for digit in "!123456":
            await s.press(digit, "e")
            assert "edit" not in s.text().splitlines()[-1]
        await s.press("1", "enter", "e")
        assert "e edit" not in s.text()
        assert begun == []
    async with stage(board(), now=NOW) as s:
        await s.press("5", "e")
        assert s.toasts() == ["No document is stored for this: there is nothing to edit."]
        await s.press("6", "e")
        assert s.toasts() == ["No document is stored for this: there is nothing to edit."]


async def test_a_terminal_that_cannot_be_lent_is_said(stage: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "true")
    async with stage(board(), now=NOW) as s:
        await s.press("e")
        await s.until(s.toasts)
        assert s.toasts() == ["this terminal cannot be lent to an editor"]
