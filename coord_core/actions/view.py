"""Boards of a storage: one at an instant, or one after the other as things change."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Final

from coord_core import processes
from coord_core.documents import Batch, Document, Line, Unreadable
from coord_core.errors import StoreUnreadable
from coord_core.state.board import Board
from coord_core.state.liveness import Limits
from coord_core.storage import Storage

RECENT: Final = 2 * 60 * 60.0
"""How far back, in seconds, a first look reads the journal: past what makes a session stale."""
LINES: Final = 5000
"""How many lines a first look reads at most."""


def take_board(storage: Storage, now: float, limits: Limits | None = None) -> Board:
    """Return everything as it is at `now`, seconds since 1970; raises StoreMissing, StoreUnreadable."""
    batch = replace(storage.load(), lines=recent_lines(storage, now))
    board = Board(now, limits or Limits()).update(batch, now=now, mono=time.monotonic(), boot=processes.boot_id())
    return _checked(board, now)


def _checked(board: Board, now: float) -> Board:
    """Return a board that knows which processes are gone."""
    gone = check_processes(board)
    return board.update(Batch(), now=now, processes=gone) if gone else board


class Glance:
    """Everything, read before the store's lock is taken, and under it only what changed since: all others wait then."""

    def __init__(self, storage: Storage) -> None:
        self._looks, self._board = storage.looks(), Board()
        self.board(time.time())

    def board(self, now: float) -> Board:
        """Return what all documents mean at `now`, processes that are gone included; raises StoreUnreadable."""
        self._board = _checked(self._board.update(next(self._looks), now=now), now)
        return self._board


def recent_lines(storage: Storage, now: float) -> tuple[Line, ...]:
    """Return the journal's lines of the last hours, oldest first; one that cannot be read hides no document."""
    return tuple(lines_back(storage, now))[::-1]


def lines_back(storage: Storage, now: float) -> Iterator[Line]:
    """Yield the journal's lines of the last hours, newest first, as far as they can be read."""
    with suppress(StoreUnreadable):
        for line in islice(storage.lines_back(), LINES):
            if age_of(line, now) > RECENT:
                return
            yield line


def age_of(line: Line, now: float) -> float:
    """Return how many seconds old a line is: by the clock that never jumps if it is of this boot."""
    if line.boot and line.boot == processes.boot_id():
        return time.monotonic() - line.mono
    return now - line.at


def check_processes(board: Board) -> dict[str, str | None]:
    """Say of each session that recorded a process why that is gone, "" if it lives, None if nobody can say."""
    return {
        scope: processes.gone(host=each.host, boot=each.boot_id, pid=each.pid, start=each.pid_started)
        for scope, each in board.sessions.items()
        if each.pid is not None
    }


async def follow_boards(
    storage: Storage, *, limits: Limits | None = None, clock: Callable[[], float] = time.time, tick: float = 1.0
) -> AsyncIterator[Board]:
    """Yield a board for what changed, and one each `tick` seconds because time passes; it ends only when closed.

    While the reader is busy nothing is read: what changed by then is one board. Reading, checking processes and
    building boards happen off the event loop. What `storage.follow()` raises comes out here.
    """
    import asyncio

    view = _View(storage, Board(clock(), limits or Limits()), clock, tick)
    waiting: list[Batch] = []
    came, wanted, batches = asyncio.Event(), asyncio.Event(), storage.follow()

    async def pump() -> None:
        try:
            async for batch in batches:
                waiting.append(batch)
                wanted.clear()
                came.set()
                await wanted.wait()
        finally:
            if isinstance(batches, AsyncGenerator):
                await batches.aclose()

    task = asyncio.create_task(pump())
    task.add_done_callback(lambda _: came.set())
    try:
        while not (task.done() and not waiting):
            wanted.set()
            with suppress(TimeoutError):
                # Before the first look there is nothing that could grow older.
                async with asyncio.timeout(tick if view.looked else None):
                    await came.wait()
            came.clear()
            news, waiting[:] = tuple(waiting), ()
            if news or (view.looked and not task.done()):
                yield await asyncio.to_thread(view.next, news)
        task.result()
    finally:
        task.cancel()
        await asyncio.wait([task])


class _View:
    """The newest board and what it was made of; used by one thread at a time."""

    def __init__(self, storage: Storage, board: Board, clock: Callable[[], float], tick: float) -> None:
        self.looked = False
        self._storage, self._board, self._clock, self._tick = storage, board, clock, tick
        self._gone: dict[str, str | None] = {}
        self._checked = float("-inf")

    def next(self, batches: Sequence[Batch]) -> Board:
        now = self._clock()
        batch = together(batches) if batches else Batch(problem=self._board.problem)
        if batch.whole and not batch.lines:
            batch = replace(batch, lines=recent_lines(self._storage, now))
        if time.monotonic() - self._checked >= self._tick:
            self._gone, self._checked = check_processes(self._board), time.monotonic()
        mono, boot = time.monotonic(), processes.boot_id()
        self._board = self._board.update(batch, now=now, processes=self._gone, mono=mono, boot=boot)
        if not self.looked:
            self.looked, self._gone = True, check_processes(self._board)
            self._board = self._board.update(Batch(problem=batch.problem), now=now, processes=self._gone)
        return self._board


def together(batches: Sequence[Batch]) -> Batch:
    """Return what several batches come to, one after the other."""
    documents: dict[str, Document | None] = {}
    unreadable: dict[str, Unreadable | None] = {}
    lines: list[Line] = []
    for batch in batches:
        if batch.whole:
            documents, unreadable = {}, {}
        documents |= batch.documents
        unreadable |= batch.unreadable
        lines += batch.lines
    whole, problem = any(each.whole for each in batches), batches[-1].problem if batches else ""
    if whole:
        documents = {scope: each for scope, each in documents.items() if each}
        unreadable = {source: each for source, each in unreadable.items() if each}
    return Batch(documents, unreadable, tuple(lines), whole, problem)
