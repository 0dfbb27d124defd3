from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from coord_core.state.board import Board
from coord_tui.__main__ import main
from coord_tui.app import CoordApp
from coord_tui.display import plain
from coord_tui.rows.scene import Scene
from coord_tui.screens.overview import Overview
from coord_tui.situation import Notice
from coord_tui.widgets.status_bar import Mode
from tests.tui import boards
from tests.tui.conftest import Staging
from tests.tui.desks import FakeDesk

LATER = ["acting", "describe", "screens.dialog", "screens.confirm", "screens.clean_up", "screens.reassign",
         "screens.moved", "screens.detail", "screens.help"]  # fmt: skip


async def test_garbage_is_collected_again_once_the_first_board_is_shown(stage: Staging) -> None:
    gc.disable()
    try:
        async with stage(Board(boards.NOW, problem="no store at /repo")) as s:
            await s.until(gc.isenabled)
            assert gc.get_freeze_count()
            gc.unfreeze()
            await s.show(boards.busy())
            await s.show(boards.busy())
            assert gc.isenabled()
            assert not gc.get_freeze_count()
    finally:
        gc.unfreeze()
        gc.enable()


def test_the_first_picture_waits_for_nothing_that_it_does_not_show() -> None:
    code = "import sys, coord_tui.app, coord_tui.store_desk; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    early = set(done.stdout.split())
    assert "coord_tui.screens.dashboard" in early
    assert not early & {f"coord_tui.{name}" for name in LATER}
    assert "coord_core.actions.supervisor" not in early


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [(["--version"], 0, "coord-tui ", ""), (["--store", ""], 2, "", "--store: it is empty")],
)
def test_the_command_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, out: str, err: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    said = capsys.readouterr()
    assert (left.value.code, said.out.startswith(out), err in said.err) == (code, True, True)


class LateDesk(FakeDesk):
    """A desk whose first board takes a while, for ever without one."""

    async def boards(self) -> AsyncIterator[Board]:
        await asyncio.sleep(0.02)
        async for board in super().boards():
            yield board


async def first_picture(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> tuple[Scene, Notice]:
    """Return what the dashboard was told first."""
    told: list[tuple[Scene, Notice]] = []
    show = Overview.show

    def listen(self: Overview, scene: Scene, notice: Notice, mode: Mode, now: float) -> None:
        told.append((scene, notice))
        show(self, scene, notice, mode, now)

    monkeypatch.setattr(Overview, "show", listen)
    async with CoordApp(desk, clock=lambda: boards.NOW, ticks=False).run_test() as pilot:
        await pilot.pause()
    return told[0]


async def test_the_first_picture_has_what_is_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = LateDesk(boards.busy())
    scene, notice = await first_picture(desk, monkeypatch)
    assert scene.board is desk.board
    assert not notice.lines


async def test_a_store_that_takes_its_time_holds_no_picture_up(monkeypatch: pytest.MonkeyPatch) -> None:
    _, notice = await first_picture(LateDesk(), monkeypatch)
    assert "Looking at" in plain(notice.lines[1])
