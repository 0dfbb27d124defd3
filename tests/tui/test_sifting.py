"""Sort, filter, marks: each key on each panel, in read-only too; and what is done to all that are marked."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import Any

import pytest

from coord_core.state.board import Board
from coord_core.state.insights import Signs
from coord_core.state.records import Todo
from coord_tui.widgets.record_table import RecordTable
from tests.tui import boards
from tests.tui.conftest import Stage, Staging

PANELS = ("!", "1", "2", "3", "4", "5", "6")
MAY_CHANGE = pytest.mark.parametrize("read_only", [False, True])
EACH = pytest.mark.parametrize("panel", PANELS)
LOCKS = [boards.scope(f"locks:{name}") for name in ("database_migration", "deploy_staging")]
QUEUE = boards.scope("project:queue#tasks")


def full() -> Board:
    shared = [boards.scope(f"project:{name}") for name in ("conventions", "goals", "ports")]
    base = boards.busy(unreadable={boards.BAD.source: boards.BAD})
    documents = dict(base.documents) | {each: replace(base.documents[shared[0]], scope=each) for each in shared}
    return replace(base, documents=documents, shared=tuple(shared))


async def go(s: Stage, panel: str) -> RecordTable:
    if panel != "1":
        await s.press(panel)
    table: RecordTable = s.dashboard.table
    table.action_edge(0)
    await s.settle()
    return table


def rule(s: Stage) -> str:
    """What the active panel's rule says."""
    return str(s.dashboard.panels[s.dashboard.active].rule.render_line(0).text)


@pytest.mark.parametrize("panel", PANELS[:-1])
@MAY_CHANGE
async def test_sorting_goes_through_the_columns_and_back(stage: Staging, panel: str, read_only: bool) -> None:
    async with stage(full(), read_only=read_only) as s:
        table = await go(s, panel)
        own = list(table.keys)
        cursor = table.cursor
        seen = []
        for _ in range(20):
            await s.press("s")
            assert table.cursor == cursor
            if table.order is None:
                break
            seen.append(table.order.by)
            assert f"by {table.order.by} ↑" in rule(s)
            up = list(table.keys)
            await s.press("S")
            assert f"by {table.order.by} ↓" in rule(s)
            await s.press("S")
            assert list(table.keys) == up
            assert sorted(up) == sorted(own)
        assert len(seen) >= 3 and len(set(seen)) == len(seen)
        assert list(table.keys) == own


@MAY_CHANGE
async def test_a_tree_stands_in_its_own_order_and_says_so(stage: Staging, read_only: bool) -> None:
    async with stage(full(), read_only=read_only) as s:
        table = await go(s, "6")
        own = list(table.keys)
        for key in ("s", "S"):
            await s.press(key)
            assert list(table.keys) == own and table.order is None
            assert "in an order of its own" in s.text()


@EACH
@MAY_CHANGE
async def test_marks_are_set_and_taken_off(stage: Staging, panel: str, read_only: bool) -> None:
    async with stage(full(), read_only=read_only) as s:
        table = await go(s, panel)
        first, second = table.keys[:2]
        await s.press("space")
        assert table.marks == {first}
        assert table.cursor == second
        assert "1 marked" in rule(s)
        assert any(line.lstrip("│").startswith("+") for line in s.text().splitlines()) or "│+" in s.text()
        await s.press("*")
        assert table.marks == set(table.keys)
        await s.press("*")
        assert not table.marks
        await s.press("*", "escape")
        assert not table.marks
        assert "marked" not in rule(s)


@EACH
@MAY_CHANGE
async def test_a_filter_counts_and_says_how_to_leave_it(stage: Staging, panel: str, read_only: bool) -> None:
    async with stage(full(), read_only=read_only) as s:
        table = await go(s, panel)
        whole = list(table.keys)
        words = s.dashboard.sources.of(s.dashboard.active).words(whole[0]).split()
        word = max(words, key=len)[:12].casefold()
        await s.press("/", *(key for key in word))
        shown = list(table.keys)
        assert whole[0] in shown
        assert f"{len(shown)} of {len(whole)} with /{word}" in rule(s)
        assert "esc clears" in rule(s)
        await s.press("enter", "escape")
        assert list(table.keys) == whole
        await s.press("/", "!", *(key for key in word), "enter")
        assert sorted([*table.keys, *shown]) == sorted(whole)
        await s.press("escape")
        await s.press("/", *"nosuch:x")
        assert "no field nosuch" in rule(s)
        assert not s.desk.planned


@pytest.mark.parametrize(
    ("panel", "wanted", "shown"),
    [
        ("1", "state:dead", ["claude_4"]),
        ("1", "owner:codex", ["codex_1"]),
        ("1", "branch:fix/ !state:dead", ["claude_7", "codex_1"]),
        ("1", "progress:>70", ["claude_1", "claude_8"]),
        ("1", "seen:>5m state:late", ["claude_3"]),
        ("1", "issue:21", ["claude_6", "codex_1"]),
        ("1", "holds:migration", ["claude_4", "claude_9"]),
        ("2", "owner:nobody", ["27"]),
        ("2", "progress:<20", ["26"]),
        ("3", "owner:claude_4", ["database_migration"]),
        ("3", "held:>1h", ["database_migration", "deploy_staging"]),
        ("4", "state:running list:queue", ["tasks#2", "tasks#7", "tasks#9"]),
        ("5", "type:handoff", ["#15 handed off"]),
        ("!", "severity:high", ["session:claude_4", "issue:21"]),
        ("6", "document:conv", ["conventions"]),
    ],
)
async def test_a_filter_asks_for_fields(stage: Staging, panel: str, wanted: str, shown: list[str]) -> None:
    async with stage(full()) as s:
        table = await go(s, panel)
        s.dashboard.panels[s.dashboard.active].narrow(wanted)
        assert len(table.keys) == len(shown)
        for name in shown:
            assert any(name in key for key in table.keys), (name, table.keys)


async def test_sort_filter_and_marks_belong_to_their_panel_and_outlive_boards(stage: Staging) -> None:
    async with stage(full()) as s:
        await s.press("s", "/", *"claude", "enter", "space", "3", "S", "space")
        sessions, locks = s.dashboard.panels["sessions"], s.dashboard.panels["locks"]
        keys, marks = list(sessions.table.keys), set(sessions.table.marks)
        await s.show(boards.busy(changed_at=boards.NOW))
        assert list(sessions.table.keys) == keys
        assert sessions.table.marks == marks
        assert sessions.wanted == "claude"
        assert locks.order.back and len(locks.table.marks) == 1 and not locks.wanted
        gone = {key: each for key, each in boards.busy().sessions.items() if key not in marks}
        await s.show(boards.busy(sessions=gone))
        assert not sessions.table.marks


async def test_escape_leaves_the_filter_then_the_marks_then_the_zoom(stage: Staging) -> None:
    async with stage(full()) as s:
        await s.press("1", "space", "/", *"claude", "enter")
        assert s.dashboard.zoomed
        await s.press("escape")
        assert not s.dashboard.panels["sessions"].wanted and s.dashboard.table.marks
        await s.press("escape")
        assert not s.dashboard.table.marks and s.dashboard.zoomed
        await s.press("escape")
        assert not s.dashboard.zoomed
        await s.press("escape")
        assert s.app.is_running


async def test_marked_rows_that_a_filter_hides_are_told(stage: Staging) -> None:
    async with stage(full()) as s:
        await s.press("space", "space", "/", *"claude_2", "enter")
        assert "2 marked, 1 not shown" in rule(s)


async def test_a_narrow_screen_gives_the_rule_a_line_only_when_it_has_something_to_say(stage: Staging) -> None:
    async with stage(full(), size=(80, 24)) as s:
        assert "─ 1 Sessions" not in s.text()
        await s.press("s")
        assert "by state ↑" in s.text()
        await s.press("/", *"dead", "enter")
        assert "1 of 12 with /dead" in s.text()
        await s.press("escape", *"s" * 30)
        while s.dashboard.panels["sessions"].order:
            await s.press("s")
        assert "─ 1 Sessions" not in s.text()


async def test_a_click_on_a_column_s_head_sorts(stage: Staging) -> None:
    async with stage(full()) as s:
        table = s.dashboard.table
        for sign in ("↑", "↓", ""):
            await s.pilot.click(table, offset=(5, 0))
            await s.settle()
            head = table.render_line(0).text
            assert (f"SESSION{sign} " if sign else "SESSION  ") in head
            assert (table.order is None) is (not sign)


@pytest.mark.parametrize(
    ("panel", "actions"),
    [
        ("1", [("clean_up_session", {"scope": boards.scope(f"session:claude_{n}")}) for n in (1, 2)]),
        ("2", [("reassign_issue", {"scope": boards.scope(f"issue:{n}"), "to": None}) for n in (21, 15)]),
        ("3", [("release_lock", {"scope": key}) for key in LOCKS]),
        ("4", [("requeue_task", {"list": QUEUE, "task": n}) for n in ("7", "2")]),
    ],
)  # fmt: skip
async def test_x_acts_on_all_that_are_marked_at_once(stage: Staging, panel: str, actions: list[Any]) -> None:
    async with stage(full()) as s:
        table = await go(s, panel)
        for name, arguments in actions:
            key = arguments.get("scope") or f"{arguments['list']}#{arguments['task']}"
            assert table.select(key), name
            await s.press("space")
        await s.press("x")
        await s.dialog("Confirm")
        [(action, given)] = s.desk.planned
        assert action == "several"
        assert sorted(map(str, given["actions"])) == sorted(map(str, actions))
        await s.press("y")
        await s.until(lambda: s.desk.applied)
        await s.closed()
        assert len(s.desk.applied) == 1
        assert not table.marks


async def test_what_of_the_marked_cannot_be_let_go_is_said(stage: Staging) -> None:
    async with stage(full()) as s:
        table = await go(s, "4")
        await s.press("*", "x")
        await s.dialog("Confirm")
        [(_, given)] = s.desk.planned
        assert len(given["actions"]) == 5
        assert given["left"] == ["Left as they are: queue#10, queue#11 and 7 more, nothing to let go."]
        assert len(table.marks) == 14


async def test_a_gives_all_that_are_marked_to_one(stage: Staging) -> None:
    async with stage(full()) as s:
        await go(s, "2")
        await s.press("space", "space", "a")
        await s.dialog("Reassign")
        await s.press(*"claude_9")
        action, given = s.desk.planned[-1]
        assert action == "several" and given["to"] == "claude_9" and len(given["actions"]) == 2
        assert "Give #15 and #21 to" in s.text()
        await s.press("enter", "y")
        await s.until(lambda: s.desk.applied)
        await s.closed()


async def test_m_tells_all_that_are_marked(stage: Staging) -> None:
    async with stage(full()) as s:
        await s.press("space", "space", "m")
        await s.dialog("Tell")
        await s.press(*"Stop", "enter", "y")
        await s.until(lambda: s.desk.applied)
        action, given = s.desk.planned[-1]
        assert action == "several" and given["text"] == "Stop"
        scopes = [boards.scope(f"session:claude_{n}") for n in (1, 2)]
        assert given["actions"] == [("send_message", {"scope": scope}) for scope in scopes]
        await s.closed()


@EACH
async def test_nothing_is_done_to_marks_in_read_only(stage: Staging, panel: str) -> None:
    async with stage(full(), read_only=True) as s:
        await go(s, panel)
        await s.press("*", "x", "a", "m", "X")
        assert len(s.app.screen_stack) == 1
        assert not s.desk.planned
        assert not s.toasts()


def bold(s: Stage, y: int) -> list[str]:
    """What stands out in bold in a line of the sessions."""
    strip = s.dashboard.panels["sessions"].table.render_line(y)
    return [segment.text.strip() for segment in strip if segment.style and segment.style.bold and segment.text.strip()]


async def test_a_cell_that_changed_is_bold_for_a_moment_and_a_heartbeat_never(
    stage: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage() as s:
        table = s.dashboard.panels["sessions"].table
        key, row = boards.scope("session:claude_2"), 2
        before = boards.busy()
        assert bold(s, row) == ["claude_2"]
        beats = dict(before.signs) | {key: Signs(boards.NOW - 40, boards.NOW - 40, "x", (9,) * 12)}
        await s.show(boards.busy(signs=beats))
        assert bold(s, row) == ["claude_2"]
        changed = replace(before.sessions[key], todos=(Todo("Something else", False),))
        await s.show(boards.busy(signs=beats, sessions=dict(before.sessions) | {key: changed}))
        assert bold(s, row) == ["claude_2", "Something else"]
        await s.press("s", "S")
        assert "Something else" in bold(s, list(table.keys).index(key) + 1 - table.scroll_offset.y)
        await s.until(lambda: not table._flashes)
        assert all("Something" not in " ".join(bold(s, y)) for y in range(1, 13))
        assert not [timer for timer in table._timers if timer.name and "fade" in timer.name.casefold()]


async def test_neither_sort_nor_scroll_nor_another_workspace_makes_anything_bold(stage: Staging) -> None:
    two = boards.busy(workspaces=(boards.SHOP, "laptop:acme/tools"))
    async with stage(two) as s:
        await s.press("s", "S", "G", "g", "w", "w", "w", "/", "c", "escape")
        assert not any(panel.table._flashes for panel in s.dashboard.panels.values())


async def test_keys_are_answered_while_rows_flood_and_nothing_is_kept(stage: Staging) -> None:
    """Seventy rows change a second, for a short while."""
    base = boards.busy()
    keys = list(base.sessions)

    def board(turn: int) -> Board:
        sessions = dict(base.sessions)
        for n in range(7):
            key = keys[(turn + n) % len(keys)]
            sessions[key] = replace(sessions[key], todos=(Todo(f"Turn {turn}", False),))
        return boards.busy(sessions=sessions, changed_at=boards.NOW + turn)

    async with stage() as s:
        typed = ["j", "s", "S", "space", "G", "*", "/", "a", "escape", "escape", "k", "g"]

        async def flood(turns: range) -> int:
            for turn in turns:
                s.desk.queue.put_nowait(board(turn))
                before = s.cursor
                key = typed[turn % len(typed)]
                await s.pilot.press(key)
                if key in "jkgG" and len(s.dashboard.table.keys) > 1:
                    assert s.cursor != before or key in "gG"
            await s.until(lambda: s.app.board.changed_at == boards.NOW + turns[-1])
            gc.collect()
            return len(gc.get_objects())

        warm = await flood(range(24))
        later = await flood(range(24, 72))
        assert later < warm * 1.02 + 500
