from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from coord_core.state.board import Board
from coord_tui.__main__ import main, make_parser, run
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
         "screens.moved", "screens.detail", "screens.help", "config", "own_keys",
         "away", "alarm", "evidence"]  # fmt: skip


async def test_garbage_is_collected_again_once_the_first_board_is_shown(stage: Staging) -> None:
    before = gc.get_threshold()
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
        gc.set_threshold(*before)
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


# Settings


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    monkeypatch.setenv("COORD_TUI_CONFIG", str(path))
    return path


def test_the_settings_are_checked(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check-config"]) == 1
    assert capsys.readouterr().err == f"{config}: there is no such file, and COORD_TUI_CONFIG names it\n"
    config.write_text("bell = true\n")
    assert main(["--check-config"]) == 0
    assert capsys.readouterr().out == f"{config} is fine\n"
    config.write_text('bell = 1\n"\\u001b[31m" = 2\n[keys]\nact.let_go = "ctrl+q"\n')
    assert main(["--check-config"]) == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 3 and "\x1b" not in said
    assert f"{config}, line 4: keys.act.let_go: ctrl+q is left alone" in said


def test_a_file_with_every_setting_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--print-config"]) == 0
    shown = capsys.readouterr().out
    assert '# theme = "dark"' in shown and '# "act.let_go" = "x"' in shown


def test_the_command_line_wins(config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made: list[dict[str, Any]] = []

    class Noted:
        return_code = 0

        def __init__(self, desk: Any, **options: Any) -> None:
            made.append({**options, "desk": desk})

        def run(self) -> None:
            pass

    monkeypatch.setattr("coord_tui.app.CoordApp", Noted)
    config.write_text('theme = "light"\nstale_after = "2h"\nlate_after = "9m"\nread_only = true\nnope = 1\n')
    try:
        assert run(make_parser().parse_args(["--store", str(tmp_path), "--stale-after", "3h"])) == 0
        assert run(make_parser().parse_args(["--store", str(tmp_path), "--theme", "dark", "--late-after", "1m"])) == 0
    finally:
        gc.enable()
    first, second = made
    assert (first["theme"], second["theme"]) == ("coord-light", "coord-dark")
    assert (first["desk"].limits.stale, first["desk"].limits.late) == (10800.0, 540.0)
    assert (second["desk"].limits.stale, second["desk"].limits.late) == (7200.0, 60.0)
    assert first["desk"].read_only and second["desk"].read_only
    assert first["problems"] == ["mine.toml, line 5: nope: there is no such setting: take it out"]


@pytest.mark.parametrize("read_only", [False, True])
async def test_what_is_wrong_with_the_settings_is_one_line(stage: Staging, read_only: bool) -> None:
    wrong = ["config.toml, line 3: bell: write true or false", "config.toml, line 9: x"]
    async with stage(user={"problems": wrong}, read_only=read_only) as s:
        assert s.text().splitlines()[-1] == f" {wrong[0]}  (1 more: coord-tui --check-config)"
        await s.press("escape")
        assert wrong[0] not in s.text()
    async with stage(user={"problems": ["config.toml, line 1: " + "x" * 200, *wrong]}, read_only=read_only) as s:
        assert s.text().splitlines()[-1].endswith("…  (2 more: coord-tui --check-config)"), "how many is never cut off"
