"""Make the pictures in screenshots/ from a fixed state and a fixed clock.

python -m tests.screenshots            write them
python -m tests.screenshots --check    exit with 1 if they are stale

The suite compares them too. What counts is every cell's text and style, not how Textual frames a picture.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from coord_core.actions import supervisor
from coord_core.actions.plan import Plan
from coord_core.state.board import Board
from coord_tui import themes
from coord_tui.app import CoordApp
from tests.core.samples import BUSY_NOW, busy_batch
from tests.tui.conftest import Stage
from tests.tui.desks import FakeDesk

FOLDER = Path(__file__).parents[1] / "screenshots"
SMALL, MIDDLE, LARGE = (80, 24), (120, 36), (200, 50)


class Shot(NamedTuple):
    """What is drawn: in a terminal of that size, after these keys."""

    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    theme: str = "dark"
    colors: bool = True
    ascii: bool = False


SHOTS: dict[str, Shot] = {
    "busy-80x24": Shot(SMALL),
    "busy-120x36": Shot(MIDDLE),
    "busy-200x50": Shot(LARGE),
    "triage-80x24": Shot(SMALL, ("!",)),
    "triage-120x36": Shot(MIDDLE, ("!", "j")),
    "clean-up-80x24": Shot(SMALL, ("n", "x")),
    "clean-up-120x36": Shot(MIDDLE, ("n", "x")),
    "commands-120x36": Shot(MIDDLE, ("n", ":", *"cl")),
    "keys-200x50": Shot(LARGE, ("n", "?")),
    "light-120x36": Shot(MIDDLE, ("n",), theme="light"),
    "no-color-120x36": Shot(MIDDLE, ("n",), colors=False),
    "terminal-80x24": Shot(SMALL, ("n",), theme="terminal"),
    "ascii-80x24": Shot(SMALL, ("n",), ascii=True),
}


def desk() -> FakeDesk:
    """Return a desk with the busy board, whose plans are real."""
    batch, processes = busy_batch(BUSY_NOW)
    board = Board(BUSY_NOW).update(batch, now=BUSY_NOW, processes=processes)

    class BusyDesk(FakeDesk):
        def _plan(self, action: str, arguments: Mapping[str, Any]) -> Plan:
            return supervisor.plan(board, action, arguments)

    return BusyDesk(board)


async def draw(shot: Shot) -> str:
    """Return the screen as SVG."""
    with patch.dict(os.environ, {"NO_COLOR": "" if shot.colors else "1"}):
        fake, theme = desk(), themes.full(shot.theme) or ""
        app = CoordApp(fake, theme=theme, ascii_=shot.ascii, clock=lambda: BUSY_NOW, ticks=False)
    async with app.run_test(size=shot.size) as pilot:
        stage = Stage(app, fake, pilot, BUSY_NOW)
        await stage.until(lambda: app.board is not None)
        await stage.settle()
        for key in shot.keys:
            await stage.press(key)
            await stage.until(lambda: not app.gate.shut_now)
        await stage.settle()
        svg = app.export_screenshot()
    # Ids are drawn by chance; leading blanks matter to some viewers.
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)


def cells(svg: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return what a picture shows: its texts and its grounds, each where it is and how it looks."""
    styles = dict(re.findall(r"\.(terminal-r\d+) \{ (.*?) ?\}", svg))
    texts = re.findall(r'<text class="(terminal-r\d+)" x="(.*?)" y="(.*?)".*?>(.*?)</text>', svg)
    grounds = re.findall(r'<rect fill="(.*?)" x="(.*?)" y="(.*?)" width="(.*?)"', svg)
    return [(styles.get(style, ""), *where) for style, *where in texts], grounds


def stale(name: str) -> bool:
    """Whether a picture is not what would be drawn now, or not there."""
    path = FOLDER / f"{name}.svg"
    return not path.exists() or cells(path.read_text()) != cells(asyncio.run(draw(SHOTS[name])))


def main(argv: list[str]) -> int:
    """Write or check every picture."""
    os.environ |= {"TEXTUAL_ANIMATIONS": "none", "TZ": "UTC"}
    time.tzset()
    if "--check" not in argv:
        for name, shot in SHOTS.items():
            (FOLDER / f"{name}.svg").write_text(asyncio.run(draw(shot)))
        return 0
    old = [f"{name}.svg" for name in SHOTS if stale(name)]
    old += sorted(path.name for path in FOLDER.glob("*.svg") if path.stem not in SHOTS)
    if old:
        print(f"stale: {', '.join(old)}; make them anew with `python -m tests.screenshots`", file=sys.stderr)
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
