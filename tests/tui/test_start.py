from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from coord_core.state.board import Board
from coord_tui.__main__ import main
from tests.tui import boards
from tests.tui.conftest import Staging

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
