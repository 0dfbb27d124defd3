"""Make the pictures in screenshots/ from a fixed state and a fixed clock.

python -m tests.screenshots            write them
python -m tests.screenshots --check    exit with 1 if they are stale

The suite compares them too. What counts is every cell's text and style, not how Textual frames a picture.
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from coord_core import text
from coord_core.actions import supervisor
from coord_core.actions.plan import Plan
from coord_core.documents import Batch
from coord_core.state.board import Board
from coord_core.storage import Act, Transaction
from coord_tui import themes
from coord_tui.app import CoordApp
from coord_tui.widgets.sheet import Sheet
from tests.core.memory_storage import MemoryStorage
from tests.core.samples import BUSY_NOW, SHOP, busy_batch
from tests.tui.conftest import Stage
from tests.tui.desks import FakeDesk

FOLDER = Path(__file__).parents[1] / "screenshots"
SMALL, MIDDLE, LARGE = (80, 24), (120, 36), (200, 50)


CELL = 12.2
"""How wide a cell is drawn."""
RUN = re.compile(r'<text (class="\S+") x="(\S+)" (y="\S+") textLength="\S+" (clip-path="\S+")>(.*?)</text>')
GAP = re.compile("((?:&#160;){2,})")


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
    "past-120x36": Shot(MIDDLE, ("p", *["left"] * 4)),
    "commands-120x36": Shot(MIDDLE, ("n", ":", *"cl")),
    "keys-200x50": Shot(LARGE, ("n", "?")),
    "light-120x36": Shot(MIDDLE, ("n",), theme="light"),
    "no-color-120x36": Shot(MIDDLE, ("n",), colors=False),
    "terminal-80x24": Shot(SMALL, ("n",), theme="terminal"),
    "ascii-80x24": Shot(SMALL, ("n",), ascii=True),
}
ACTS: tuple[tuple[float, str, str, str, dict[str, Any] | None], ...] = (
    (1740, "claude_6", "claim_issue", "issue:21", None),
    (1525, "claude_4", "update_progress", "issue:18", {"progress": {"percent": 5, "phase": "analysis"}}),
    (416, "claude_6", "acquire_lock", "locks:src/orders", None),
    (303, "codex_1", "update_progress", "session:codex_1", {"progress": None, "current_issue": None}),
    (240, "claude_2", "update_progress", "issue:16", {"progress": {"percent": 40, "phase": "analysis"}}),
    (65, "gemini-payments-worker", "update_progress", "issue:26", {"progress": {"percent": 5}}),
    (50, "claude_9", "heartbeat", "session:claude_9", {"last_heartbeat": "2026-11-22T14:29:00"}),
    (26, "claude_1", "update_progress", "issue:15", {"progress": {"percent": 60, "phase": "implementation"}}),
    (22, "claude_5", "acquire_lock", "locks:src/api", None),
    (4, "claude_5", "update_progress", "issue:19", {"progress": {"percent": 10, "phase": "reading"}}),
)
"""What the journal of the busy board tells: how long ago, who, what, where, and the members before."""


def desk() -> FakeDesk:
    """Return a desk with the busy board, whose plans are real."""
    batch, processes = busy_batch(BUSY_NOW)
    board = Board(BUSY_NOW).update(batch, now=BUSY_NOW, processes=processes)

    class BusyDesk(FakeDesk):
        def _plan(self, action: str, arguments: Mapping[str, Any]) -> Plan:
            return supervisor.plan(board, action, arguments)

    found = BusyDesk(board)
    found.storage = journaled(batch)
    return found


def journaled(batch: Batch) -> MemoryStorage:
    """Return a storage of the batch's documents whose journal tells how the last of them came to be."""
    at = BUSY_NOW
    storage = MemoryStorage(now=lambda: at)
    documents = {scope: document for scope, document in batch.documents.items() if document}
    storage.documents = {scope: replace(each, revision=None) for scope, each in documents.items()}
    for _, _, _, short, before in ACTS:
        data = {**documents[f"{SHOP}:{short}"].data, **(before or {})}
        if before is None:
            del storage.documents[f"{SHOP}:{short}"]
        else:
            storage.documents[f"{SHOP}:{short}"] = replace(documents[f"{SHOP}:{short}"], data=data, revision=None)
    for ago, session, action, short, _ in ACTS:
        at, scope = BUSY_NOW - ago, f"{SHOP}:{short}"

        def body(tx: Transaction, scope: str = scope) -> None:
            tx.edit(scope).update(documents[scope].data)

        storage.transact(Act(action, {"workspace": SHOP, "session": session}), body)
    return storage


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
        # What changed stands out for a moment, which is not what a picture is of.
        await stage.until(lambda: not any(sheet.flashing for sheet in app.screen.query(Sheet)))
        await stage.settle()
        svg = app.export_screenshot()
    # Ids are drawn by chance; leading blanks matter to some viewers, and some heed no text's length.
    svg = RUN.sub(placed, re.sub(r"terminal-\d+", "terminal", svg))
    return svg.replace("<svg ", '<svg xml:space="preserve" ', 1)


def placed(run: re.Match[str]) -> str:
    """Return a text of a picture in pieces without wide gaps, each where it belongs."""
    looks, x, y, clipped, said = run.groups()
    at, found = float(x), ""
    for piece in GAP.split(said):
        long = CELL * text.width(html.unescape(piece))
        if piece and not GAP.fullmatch(piece):
            found += f'<text {looks} x="{at:g}" {y} textLength="{long:g}" {clipped}>{piece}</text>'
        at += long
    return found


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
