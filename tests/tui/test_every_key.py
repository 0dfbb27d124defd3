"""Every key of the overview on every panel, live and read-only: it does something or nothing, and never unasked."""

from __future__ import annotations

import pytest

from coord_core.documents import Document
from tests.tui import boards
from tests.tui.conftest import Stage, Staging

PANELS = "!123456"
LEAVING = {"q", "ctrl+c"}
"""Keys that end the console at the top: they have tests of their own."""
WRITING = {"x", "X", "a", "m", "H", "z", "Z", "e", "i"}
SWITCHING = {"ctrl+o"}
"""There is no way back from read-only."""
NOTE = boards.scope("project:note")


def keys(s: Stage) -> list[str]:
    """Return every key that the overview or its table knows."""
    owners = (s.dashboard, s.dashboard.table)
    return sorted({key for owner in owners for key in owner._bindings.key_to_bindings} - LEAVING - SWITCHING)


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("panel", PANELS)
async def test_every_key_on_every_panel(stage: Staging, panel: str, read_only: bool) -> None:
    board = boards.busy(
        unreadable={boards.BAD.source: boards.BAD},
        documents={NOTE: Document(NOTE, {"k": {"deep": ["v"]}}, source="note.json")},
        shared=(NOTE,),
    )
    async with stage(board, read_only=read_only) as s:
        await s.press(panel)
        name = s.dashboard.active
        known = keys(s)
        assert {*WRITING, "j", "G", "enter", "p", "left", "comma", "slash", "s", "space", "n", "y", "c"} <= {*known}
        for key in known:
            if s.dashboard.active != name:
                s.dashboard.activate(name)
            await s.press(key)
            await s.until(lambda: not s.app.gate.shut_now)
            opened = [type(screen).__name__ for screen in s.app.screen_stack[1:]]
            assert s.app.is_running, key
            if read_only:
                assert not s.desk.planned, key
                assert set(opened) <= {"Help", "Prompt", "DetailScreen"}, (key, opened)
            if key not in WRITING:
                assert not s.desk.planned, key
            assert not s.desk.applied, key
            s.desk.planned.clear()
            while len(s.app.screen_stack) > 1:
                await s.press("escape")
            await s.until(lambda: not s.app.acting)
            await s.press("escape")
            if s.app.travel.paused:
                await s.press("p")
