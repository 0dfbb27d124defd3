"""Watching only: switched on while it runs, never off; and what a wall shows."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from coord_core.errors import CoordError, ReadOnlyStore
from coord_core.storage import Act, open_storage
from coord_tui.app import CoordApp
from coord_tui.store_desk import StoreDesk
from tests.tui import boards
from tests.tui.conftest import Staging

SIZES = [(80, 24), (120, 36), (200, 50)]
ACTING = ("x", "X", "a", "m", "H", "z", "Z")
KEYS = "read-only: nothing can be changed from here"


@pytest.mark.parametrize("size", SIZES)
async def test_it_can_be_switched_on(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        assert "READ-ONLY" not in s.text()
        await s.press("ctrl+o")
        assert "READ-ONLY" in s.text().splitlines()[0]
        assert "read-only from now on" in s.text()
        await s.press("ctrl+o")
        assert s.desk.read_only, "never off again"
        await s.press("n", "x")
        assert len(s.app.screen_stack) == 1 and not s.desk.planned


@pytest.mark.parametrize("panel", "!123456")
async def test_keys_that_act_say_so_in_one_line(stage: Staging, panel: str) -> None:
    async with stage(read_only=True) as s:
        await s.press(panel)
        for key in ACTING:
            await s.press(key)
            assert KEYS in s.text().splitlines()[-1], key
            assert len(s.app.screen_stack) == 1 and not s.toasts()
            await s.press("escape")
            assert KEYS not in s.text()
        assert not s.desk.planned and not s.desk.applied


@pytest.mark.parametrize("key", ["x", "a", "X", "m"])
async def test_a_dialog_that_is_open_is_closed(stage: Staging, key: str) -> None:
    async with stage() as s:
        await s.press("n", key)
        await s.until(lambda: len(s.app.screen_stack) == 2 and not s.app.gate.shut_now)
        s.app.watch_only()
        await s.closed()
        await s.settle()
        assert "READ-ONLY" in s.text() and not s.desk.applied
        await s.press("j")
        assert s.app.is_running


async def test_a_dialog_on_its_way_never_comes(stage: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as s:
        plan = s.desk.plan

        def slow(action: str, arguments: dict[str, object]) -> object:
            s.app.call_from_thread(s.app.watch_only)
            return plan(action, arguments)

        monkeypatch.setattr(s.desk, "plan", slow)
        await s.press("n", "x")
        await s.until(lambda: not s.app.acting)
        await s.settle()
        assert len(s.app.screen_stack) == 1 and KEYS in s.text()
        assert not s.app.gate.shut_now


async def test_the_help_may_stay(stage: Staging) -> None:
    async with stage() as s:
        await s.press("?")
        s.app.watch_only()
        await s.settle()
        assert type(s.app.screen).__name__ == "Help"
        await s.press("escape", "?")
        assert "let go:" not in s.text() and "read-only from now on, until" not in s.text()


async def test_the_store_cannot_be_written_any_more(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    storage = open_storage(str(tmp_path / "store"))
    storage.transact(Act("test", {}), lambda tx: tx.edit("w:p:locks:db").update(locked_by="a"))
    desk = StoreDesk(storage)
    app = CoordApp(desk, ticks=False)
    async with app.run_test() as pilot:
        deadline = time.monotonic() + 30
        while app.board is None or not app.board.locks:
            await pilot.pause(0.02)
            assert time.monotonic() < deadline
        plan = desk.plan("release_lock", {"scope": "w:p:locks:db"})
        app.watch_only()
        assert desk.storage is not storage and desk.storage.read_only
        with pytest.raises(ReadOnlyStore):
            desk.apply(plan, "")
        before = app.board
        open_storage(str(tmp_path / "store")).transact(
            Act("test", {}), lambda tx: tx.edit("w:p:locks:x").update(locked_by="b")
        )
        while len(app.board.locks) < 2:
            await pilot.pause(0.02)
            assert time.monotonic() < deadline, "what happens is followed as before"
        assert before is not app.board
        with pytest.raises(CoordError):
            desk.apply(plan, "")


# On a wall


@pytest.mark.parametrize("size", SIZES)
async def test_a_wall_has_no_line_for_keys(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        acting = s.text().splitlines()
    async with stage(size=size, read_only=True) as s:
        watching = s.text().splitlines()
        assert "? keys" in acting[-1] and "? keys" not in watching[-1]
        assert "? keys" in watching[0]
        assert "".join(watching[-1].split()), "the line is put to use"


@pytest.mark.parametrize("size", SIZES)
async def test_a_quiet_wall_says_so_in_one_line(stage: Staging, size: tuple[int, int]) -> None:
    quiet = boards.busy(findings=())
    async with stage(quiet, size=size) as s:
        busy = len([line for line in s.text().splitlines() if line.strip()])
        assert "! Needs you" in s.text()
    async with stage(quiet, size=size, read_only=True) as s:
        assert "! Needs you" not in s.text() and "Nothing needs you. 8 live" in s.text()
        assert len([line for line in s.text().splitlines() if line.strip()]) >= busy - 3
        rows = s.dashboard.panels["events"].size.height + s.dashboard.panels["sessions"].size.height
        await s.show(boards.busy())
        assert "! Needs you" in s.text() and "claude_4 died" in s.text()
        later = s.dashboard.panels["events"].size.height + s.dashboard.panels["sessions"].size.height
        assert rows > later


async def test_a_filter_still_has_its_line_on_a_wall(stage: Staging) -> None:
    async with stage(read_only=True) as s:
        await s.press("/", *"codex")
        assert "codex" in s.text().splitlines()[-1]
        await s.press("enter")
        assert "1 of 12 with /codex" in s.text()
        await s.press("escape")
        assert "1 of 12" not in s.text()
