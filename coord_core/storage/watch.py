"""follow(): changed documents and journal lines, as they come.

What the system tells of a folder is a hint, never the truth: it loses events in silence, dies of names it cannot
decode and goes blind when the folder is replaced. So each hint means "look at that file again", and every few seconds
the whole folder is compared with what is known.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from coord_core.documents import Batch, Line
from coord_core.errors import StorageError, StoreGone, StoreMissing, StoreUnreadable
from coord_core.storage.journal import Journal
from coord_core.storage.view import View

RESCAN_S: Final = 2.0
POLL_S: Final = 0.25
RECENT_S: Final = 1800.0
FIRST_LOOK_S: Final = 0.25
RACY_S: Final = 0.05


async def follow(folder: Path, journal: Journal) -> AsyncGenerator[Batch, None]:
    """Yield what changes in a folder, first everything; a folder that is missing or unreadable is waited for."""
    view, hints = View(folder, journal), Hints(folder)
    problem: str | None = None
    whole, seen = True, False
    try:
        while True:
            try:
                names = hints.take()
                batch = await asyncio.to_thread(_next_batch, view, None if whole or names is None else names, whole)
            except StorageError as error:
                said = str(StoreGone(error.place) if seen and isinstance(error, StoreMissing) else error)
                if problem != said:
                    problem = said
                    yield Batch(problem=problem)
                whole = True
                hints.restart()
                await asyncio.sleep(POLL_S)
                continue
            if whole or problem or batch.documents or batch.unreadable or batch.lines or batch.whole:
                yield batch
            if batch.whole and not whole:
                hints.restart()
            whole, problem, seen = False, None, True
            await hints.wait(RACY_S if view.restless else RESCAN_S)
    finally:
        await hints.close()


def _next_batch(view: View, names: set[str] | None, whole: bool) -> Batch:
    """Look again; lines are read after the documents, so that no line is missed that a document shows."""
    batch = view.load() if whole else view.rescan() if names is None else view.look_at(names)
    lines: list[Line] = []
    with contextlib.suppress(StoreUnreadable):  # a journal that cannot be read hides no document
        lines = view.tail.recent(time.time() - RECENT_S) if batch.whole else list(view.tail.lines())
    return Batch(batch.documents, batch.unreadable, lines, batch.whole)


class Hints:
    """File names that the system says have changed, as they come; it may say too little or nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: set[str] = set()
        self._event, self._taken = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._scanned = 0.0

    def take(self) -> set[str] | None:
        """Return the names since the last call, None when it is time to look at everything."""
        names, self._names = self._names, set()
        self._event.clear()
        self._taken.set()
        if time.monotonic() - self._scanned >= RESCAN_S or not (self._task and not self._task.done()):
            self._scanned = time.monotonic()
            return None
        return names

    async def wait(self, seconds: float) -> None:
        """Wait for a hint, at most so many seconds; without a watcher, only as long as polling does."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
            await asyncio.sleep(0)
        left = self._scanned + RESCAN_S - time.monotonic()
        # Not wait_for: in 3.11 it swallows a cancellation that comes together with the hint, and goes on for ever.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, min(seconds, left))):
                await self._event.wait()

    def restart(self) -> None:
        """Watch anew: the folder is another one now."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def close(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self) -> None:
        # Whoever follows shows first what is there; the watcher's imports would hold that up.
        await asyncio.sleep(FIRST_LOOK_S)
        from watchfiles import awatch

        # What changed until it watches is found by looking.
        asyncio.get_running_loop().call_later(FIRST_LOOK_S, self._look_everywhere)
        try:
            async for changes in awatch(
                self._folder, watch_filter=None, step=20, debounce=50, recursive=False, rust_timeout=5000
            ):
                self._names |= {os.path.basename(path) for _, path in changes}
                self._taken.clear()
                self._event.set()
                if any(path == str(self._folder) for _, path in changes):
                    return  # it has gone; one that comes in its place may have the same inode
                await self._taken.wait()  # what changes meanwhile is told at once, however often it does
        except Exception:
            # It dies of undecodable names and of a spent system limit; rescans go on at the poll's pace.
            await asyncio.sleep(POLL_S)
            self._look_everywhere()

    def _look_everywhere(self) -> None:
        self._scanned = 0.0
        self._event.set()
