from __future__ import annotations

from dataclasses import replace

from coord_core.state.board import Board
from coord_core.state.insights import Life, Verdict
from tests.tui import boards
from tests.tui.conftest import Staging


async def test_before_the_first_look(stage: Staging) -> None:
    async with stage() as s:
        s.app.board = None
        s.app.show_board()
        await s.settle()
        assert "Looking at /repo/.claude/session-state" in s.text()


async def test_no_folder_yet_then_it_comes_alive_by_itself(stage: Staging) -> None:
    async with stage(Board(boards.NOW, problem="no store at /repo/.claude/session-state")) as s:
        shown = s.text()
        assert "No store at /repo/.claude/session-state." in shown
        assert "comes alive by itself" in shown
        assert "Sessions" not in shown
        assert s.text().splitlines()[-1].startswith(" R look again   q quit")
        for key in ("x", "a", "X", "n", "enter", "y", "3", "tab", "/", "escape"):
            await s.press(key)
        await s.show(boards.busy())
        assert "1 Sessions 12" in s.text()
        assert "comes alive" not in s.text()


async def test_an_empty_folder(stage: Staging) -> None:
    async with stage(Board(boards.NOW)) as s:
        assert "Nobody has signed on yet." in s.text()
        assert "empty" in s.text()


async def test_a_folder_that_went_away_leaves_the_last_view(stage: Staging) -> None:
    async with stage() as s:
        await s.press("n")
        gone = boards.busy(problem="cannot read /repo/.claude/session-state: it is gone")
        await s.show(gone)
        shown = s.text()
        assert "NOT UPDATING since 14:31" in shown
        assert "Below is the last view" in shown
        assert "Add retry to webhook sender" in shown
        assert s.dashboard.target.name == "claude_4"
        await s.show(boards.busy())
        assert "NOT UPDATING" not in s.text()
        assert s.dashboard.target.name == "claude_4"


async def test_everyone_signed_off(stage: Staging) -> None:
    board = boards.busy(findings=(), locks={}, holdings={})
    off = {scope: Verdict(Life.OFF, "off") for scope in board.sessions}
    async with stage(replace(board, verdicts=off)) as s:
        assert "Everyone has signed off (12), no lock is held." in s.text().replace("no lock held", "no lock is held")
        assert "Start an agent, or q to leave." in s.text()


async def test_the_title_never_ends_its_own_sequence(stage: Staging) -> None:
    async with stage(boards.busy(workspaces=("m:a/b\x07\x1b]52;c;eA==\x07",))) as s:
        assert "\x07" not in s.app.title
        assert "\x1b" not in s.app.title


async def test_the_keys_go_to_the_sessions_however_they_came(stage: Staging) -> None:
    async with stage(Board(boards.NOW, problem="no store at /repo/.claude/session-state")) as s:
        await s.show(boards.busy())
        await s.press("j")
        assert s.cursor == boards.scope("session:claude_2")
