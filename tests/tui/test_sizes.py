"""From a strip of a terminal to a wall: nothing raises, nothing overflows, and the cursor stays where it was."""

from __future__ import annotations

import pytest

from coord_core import text
from tests.core import samples
from tests.tui import boards
from tests.tui.conftest import Stage, Staging
from tests.tui.test_dashboard import made

SIZES = [
    (80, 24), (200, 50), (60, 15), (300, 80), (40, 10), (120, 36), (20, 5), (100, 30), (99, 29), (160, 40), (8, 2),
    (1, 1),
]  # fmt: skip
LEAST = (60, 15)
"""From here on all is in sight."""
PLACES = (
    (), ("4", "4"), ("!",), ("n", "enter"), ("n", "x"), ("n", "a"), ("X",), ("m",), ("?",), (":", "c"), ("/", "c"),
)  # fmt: skip


def fits(s: Stage, size: tuple[int, int]) -> None:
    lines = s.text().splitlines()
    assert len(lines) <= size[1]
    assert max(map(text.width, lines), default=0) <= size[0]


@pytest.mark.parametrize("keys", PLACES, ids="".join)
async def test_resizing_live_keeps_everything_inside(stage: Staging, keys: tuple[str, ...]) -> None:
    async with stage(made(), now=samples.BUSY_NOW) as s:
        await s.press(*keys)
        await s.until(lambda: not s.app.gate.shut_now)
        depth = len(s.app.screen_stack)
        for size in SIZES:
            await s.pilot.resize_terminal(*size)
            await s.settle()
            fits(s, size)
            if size[0] < LEAST[0] or size[1] < LEAST[1]:
                continue
            for widget in s.app.screen.walk_children():
                if widget.display and widget.region:
                    assert widget.region.right <= size[0] and widget.region.x >= 0, (size, widget)
            for widget in s.app.screen.query("Choice, Field"):
                assert not widget.display or widget.region in s.app.screen.region, (size, widget)
        await s.pilot.resize_terminal(120, 36)
        await s.settle()
        assert len(s.app.screen_stack) == depth and s.app.is_running
        assert "14:31:07" in s.text().splitlines()[0]


async def test_the_cursor_stays_on_its_record_through_all_sizes(stage: Staging) -> None:
    async with stage() as s:
        s.dashboard.table.select(boards.scope("session:claude_9"))
        for size in SIZES:
            await s.pilot.resize_terminal(*size)
            await s.settle()
            assert s.cursor == boards.scope("session:claude_9")
            if min(size) > 8:
                assert "claude_9" in s.text(), size


@pytest.mark.parametrize("size", [(30, 8), (16, 5)])
async def test_a_strip_still_says_that_somebody_needs_you(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        assert "! 6 need you" in s.text().splitlines()[0]


async def test_a_plan_in_a_strip_is_read_line_by_line(stage: Staging) -> None:
    async with stage(size=(40, 12)) as s:
        await s.press("n", "x")
        await s.dialog("Confirm")
        assert "more below: pgdn" in s.text().splitlines()[-1]
        seen = s.text()
        await s.press("pagedown")
        assert "more below" not in s.text()
        assert "project:queue  task 7" in seen + s.text()
        assert "  claimed → pending" in seen + s.text()


@pytest.mark.parametrize("size", [(60, 15), (40, 10)])
async def test_a_small_terminal_says_what_matters_most(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as s:
        lines = s.text().splitlines()
        assert "6 need you" in lines[0]
        assert "claude_1" in s.text()
        assert "claude_4 died" in s.text(), "the top finding stays at the foot"
        assert lines[-1].strip().startswith("n next")


async def test_a_wall_shows_more(stage: Staging) -> None:
    async with stage(size=(300, 80)) as s:
        for words in ("BRANCH", "PHASE", "CLIENT", "LAST 30 MIN", "5 Events", "2 Issues", "claude_1  ● live"):
            assert words in s.text()
        assert "more" not in "".join(s.text().splitlines()[:20])
