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
from dataclasses import replace
from pathlib import Path
from typing import Any

from coord_core.actions import supervisor
from coord_core.actions.plan import Plan
from coord_core.documents import Batch
from coord_core.state.board import Board
from coord_core.storage import Act, Transaction
from coord_tui.app import CoordApp
from tests.core.memory_storage import MemoryStorage
from tests.core.samples import BUSY_NOW, SHOP, busy_batch
from tests.tui.desks import FakeDesk

FOLDER = Path(__file__).parents[1] / "screenshots"
SHOTS: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "busy-80x24": ((80, 24), ()),
    "busy-120x36": ((120, 36), ()),
    "busy-200x50": ((200, 50), ()),
    "clean-up-120x36": ((120, 36), ("n", "x")),
    "past-120x36": ((120, 36), ("p", *["left"] * 4)),
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
