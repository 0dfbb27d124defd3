"""The mouse does everything but typing."""

from __future__ import annotations

import pytest

from coord_tui.widgets.choice import Choice
from coord_tui.widgets.lines import Lines
from tests.tui import boards
from tests.tui.conftest import Stage, Staging


async def click(s: Stage, words: str, *, times: int = 1, row: int | None = None, at: int = 0) -> None:
    """Click where words are drawn."""
    lines = s.text().splitlines()
    y = next(y for y, line in enumerate(lines) if words in line and (row is None or y == row))
    await s.pilot.click(offset=(lines[y].index(words) + at, y), times=times)
    await s.settle()


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_a_click_puts_the_cursor_there_and_another_opens_it(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        await click(s, "● claude_7 ")
        assert s.cursor == boards.scope("session:claude_7")
        assert len(s.app.screen_stack) == 1
        assert not opened(s)
        await click(s, "● claude_7 ")
        assert opened(s)
        await s.press("escape")
        assert not opened(s)
        await click(s, "● claude_2 ", times=2)
        assert opened(s)


def opened(s: Stage) -> bool:
    """Whether a detail has the keys: on the whole screen, or docked where there is room."""
    docked = s.dashboard.detail.has_focus or any(each.has_focus for each in s.dashboard.detail.query("*"))
    return type(s.app.screen).__name__ == "DetailScreen" or docked


async def test_the_first_click_on_another_panel_opens_nothing(stage: Staging) -> None:
    async with stage() as s:
        first = s.dashboard.panels["locks"].table.cursor
        await click(s, "✗ database_mig")
        assert s.dashboard.active == "locks" and s.cursor == first
        assert len(s.app.screen_stack) == 1


async def test_the_wheel_moves_the_cursor(stage: Staging) -> None:
    async with stage() as s:
        table = s.dashboard.panels["sessions"].table
        await s.pilot._post_mouse_events([_wheel()], widget=table)  # type: ignore[list-item]
        await s.settle()
        assert s.cursor == boards.scope("session:claude_4")


def _wheel() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


async def test_titles_and_tabs_go_to_their_panels(stage: Staging) -> None:
    async with stage() as s:
        await click(s, "─ 4 Work", at=3)
        assert s.dashboard.active == "work"
        await click(s, "─ 4 Work")
        assert s.dashboard.zoomed
        await s.press("escape")
        await click(s, "6 need you")
        assert s.dashboard.active == "needs"
    async with stage(size=(80, 24)) as s:
        for words, panel in (("2 Issues", "issues"), ("5 Events", "events"), ("! Needs you", "needs")):
            await click(s, words)
            assert s.dashboard.active == panel
        await s.press("1", "/")
        await click(s, "3 Locks")
        assert s.dashboard.active == "locks", "a click on a tab types nothing"


async def test_keys_in_the_key_line_can_be_clicked(stage: Staging) -> None:
    async with stage() as s:
        await click(s, "n next", at=3)
        assert s.cursor == boards.scope("session:claude_4")
        await click(s, "x clean up")
        await s.dialog("Confirm")
        await click(s, "[ Cancel ]", at=3)
        await s.closed()
        await click(s, "? keys", at=3)
        assert type(s.app.screen).__name__ == "Help"
        await click(s, "[ Close ]")
        await click(s, "/ filter")
        assert s.dashboard.query_one("#filter").has_focus
        await s.press("escape")
        await click(s, ": find", at=4)
        await click(s, "a   ")
        assert type(s.app.screen).__name__ == "Reassign"


async def test_buttons_and_ticks_can_be_clicked(stage: Staging) -> None:
    async with stage() as s:
        await s.press("X")
        dialog = await s.dialog("CleanUp")
        await click(s, "[ ]")
        assert len(dialog.ticks.ticked) == 2
        await click(s, "[x]")
        assert len(dialog.ticks.ticked) == 1
        await s.pilot.click(next(each for each in dialog.query(Choice) if each.id == "accept"))
        await s.closed()
        assert [plan.action for plan, _ in s.desk.applied] == ["clean_up_stale"]


async def test_links_in_a_detail_can_be_clicked(stage: Staging) -> None:
    async with stage() as s:
        s.dashboard.table.select(boards.scope("session:claude_4"))
        await s.press("enter")
        line = next(y for y, words in enumerate(s.app.screen.query_one(Lines).lines) if any(p.link for p in words))
        piece = next(p for p in s.app.screen.query_one(Lines).lines[line] if p.link)
        await click(s, piece.text, row=line + 2)
        assert s.app.screen.key == piece.link  # type: ignore[attr-defined]
        await s.press("backspace")
        assert s.app.screen.key == boards.scope("session:claude_4")  # type: ignore[attr-defined]
    async with stage(size=(200, 50)) as s:
        s.dashboard.table.select(boards.scope("session:claude_4"))
        await s.settle()
        lines = s.dashboard.query_one("#detail").query_one(Lines)
        y = next(y for y, words in enumerate(lines.lines) if any(p.link for p in words))
        piece = next(p for p in lines.lines[y] if p.link)
        await click(s, piece.text, row=lines.region.y + y)
        assert s.cursor == piece.link


async def test_in_read_only_the_mouse_changes_nothing_either(stage: Staging) -> None:
    async with stage(read_only=True, size=(200, 50)) as s:
        await click(s, "✗ claude_4 ")
        assert "clean up" not in s.text().splitlines()[-1]
        assert not s.desk.planned
        await click(s, "? keys")
        assert type(s.app.screen).__name__ == "Help"


@pytest.mark.parametrize("keys", [(), ("4", "4")], ids=["tabs", "zoomed"])
async def test_a_panel_that_is_alone_has_heads_to_sort_by(stage: Staging, keys: tuple[str, ...]) -> None:
    async with stage(size=(120, 36) if keys else (80, 24)) as s:
        await s.press(*(keys or ("4",)))
        assert s.cursor == f"{boards.scope('project:queue#tasks')}#7"
        await click(s, "OWNER")
        assert "OWNER↑" in s.text()
        assert s.cursor == f"{boards.scope('project:queue#tasks')}#7"
        if keys:
            await s.press("escape")
            assert "OWNER" not in s.text(), "beside the others each line is needed"
