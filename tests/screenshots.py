"""Make the pictures in screenshots/ from a fixed state and a fixed clock.

python -m tests.screenshots            write them
python -m tests.screenshots --check    exit with 1 if they are stale
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coord_core.actions import supervisor
from coord_core.actions.plan import Plan
from coord_core.state.board import Board
from coord_tui.app import CoordApp
from tests.core.samples import BUSY_NOW, busy_batch
from tests.tui.desks import FakeDesk

FOLDER = Path(__file__).parents[1] / "screenshots"
SHOTS: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "busy-80x24": ((80, 24), ()),
    "busy-120x36": ((120, 36), ()),
    "busy-200x50": ((200, 50), ()),
    "clean-up-120x36": ((120, 36), ("n", "x")),
}


def desk() -> FakeDesk:
    """Return a desk with the busy board, whose plans are real."""
    batch, processes = busy_batch(BUSY_NOW)
    board = Board(BUSY_NOW).update(batch, now=BUSY_NOW, processes=processes)

    class BusyDesk(FakeDesk):
        def _plan(self, action: str, arguments: Mapping[str, Any]) -> Plan:
            return supervisor.plan(board, action, arguments)

    return BusyDesk(board)


async def draw(size: tuple[int, int], keys: tuple[str, ...]) -> str:
    """Return the screen as SVG after these keys."""
    app = CoordApp(desk(), clock=lambda: BUSY_NOW, ticks=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.5)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.5)
        svg = app.export_screenshot()
    # Ids are drawn by chance; leading blanks matter to some viewers.
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)


def main(argv: list[str]) -> int:
    """Write or check every picture."""
    os.environ |= {"TEXTUAL_ANIMATIONS": "none", "TZ": "UTC"}
    time.tzset()
    stale = []
    for name, (size, keys) in SHOTS.items():
        path, svg = FOLDER / f"{name}.svg", asyncio.run(draw(size, keys))
        if "--check" not in argv:
            path.write_text(svg)
        elif not path.exists() or path.read_text() != svg:
            stale.append(path.name)
    if stale:
        print(f"stale: {', '.join(stale)}; make them anew with `python -m tests.screenshots`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
