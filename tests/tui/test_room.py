"""A panel that is alone has the whole width."""

from __future__ import annotations

import pytest

from tests.core import samples
from tests.tui.conftest import Staging
from tests.tui.test_dashboard import made


@pytest.mark.parametrize("size", [(60, 15), (72, 24), (120, 36)])
@pytest.mark.parametrize(("keys", "name"), [("?", "Help"), ("nx", "Confirm"), ("na", "Reassign"), ("X", "CleanUp")])
async def test_a_dialog_keeps_its_edges(stage: Staging, size: tuple[int, int], keys: str, name: str) -> None:
    async with stage(made(), size=size, now=samples.BUSY_NOW) as s:
        await s.press(*keys)
        await s.until(lambda: type(s.app.screen).__name__ == name)
        await s.settle()
        lines = s.text().splitlines()
        top = next(place for place, line in enumerate(lines) if "╭" in line)
        left, right = lines[top].index("╭"), lines[top].index("╮")
        bottom = next(place for place, line in enumerate(lines) if "╰" in line)
        assert lines[bottom][right] == "╯"
        assert {(line[left], line[right]) for line in lines[top + 1 : bottom]} == {("│", "│")}
        assert "[ C" in lines[bottom - 1]


@pytest.mark.parametrize(("size", "keys"), [((80, 24), "4"), ((120, 36), "44"), ((200, 50), "44")])
async def test_a_panel_that_is_alone_has_the_whole_width(stage: Staging, size: tuple[int, int], keys: str) -> None:
    async with stage(made(), size=size, now=samples.BUSY_NOW) as s:
        await s.press(*keys)
        rows = [line for line in s.text().splitlines() if "queue#7" in line and "test webhook.py" in line]
        assert rows and len(rows[-1].rstrip()) > size[0] - 4
