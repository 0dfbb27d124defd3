"""Boards of a storage, at an instant and as things change."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from coord_core import processes
from coord_core.actions.view import follow_boards, take_board, together
from coord_core.documents import Batch, Document, Unreadable
from coord_core.errors import StoreMissing
from coord_core.state.insights import Life
from coord_core.storage import Act, open_storage
from tests.core.memory_storage import MemoryStorage

W = "laptop:acme/shop"
SESSION = f"{W}:session:claude_1"


def alive(pid: int) -> dict[str, Any]:
    place, start = processes.place(), processes.started(pid)
    return {"pid": pid, "pid_started": start, "host": processes.hostname(), "boot_id": place, "status": "working"}


def test_a_board_knows_processes_and_lines() -> None:
    storage = MemoryStorage()
    for id_, pid in (("claude_1", os.getpid()), ("claude_2", 999_999_9)):
        storage.write(f"{W}:session:{id_}", {**alive(os.getpid()), "pid": pid})
    storage.transact(
        Act("claim_issue", {"workspace": W, "session": "claude_1"}),
        lambda tx: tx.edit(f"{W}:issue:15").update(claimed_by="claude_1"),
    )
    board = take_board(storage, time.time())
    assert board.verdicts[SESSION].life is Life.LIVE
    assert board.verdicts[f"{W}:session:claude_2"].life is Life.DEAD
    assert [each.what for each in board.history(SESSION)]


def test_no_store_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        take_board(open_storage(str(tmp_path / "none")), time.time())


async def test_following_shows_changes_and_the_passing_of_time() -> None:
    storage = MemoryStorage()
    storage.write(SESSION, {"status": "working"})
    boards = follow_boards(storage, tick=0.05)
    first = await anext(boards)
    assert list(first.sessions) == [SESSION]
    later = await anext(boards)
    assert later.now > first.now
    assert later.sessions is first.sessions or later.sessions[SESSION] is first.sessions[SESSION]
    storage.write(f"{W}:issue:3", {"claimed_by": "claude_1"})
    async with asyncio.timeout(2):
        async for board in boards:
            if board.issues:
                break
    await boards.aclose()  # type: ignore[attr-defined]


async def test_a_process_that_ends_is_dead_within_moments() -> None:
    process = await asyncio.create_subprocess_exec("sleep", "60")
    storage = MemoryStorage()
    storage.write(SESSION, alive(process.pid))
    boards = follow_boards(storage, tick=0.05)
    assert (await anext(boards)).verdicts[SESSION].life is Life.LIVE
    process.kill()
    await process.wait()
    async with asyncio.timeout(2):
        async for board in boards:
            if board.verdicts[SESSION].life is Life.DEAD:
                break
    await boards.aclose()  # type: ignore[attr-defined]


async def test_what_comes_while_the_reader_is_busy_is_one_board() -> None:
    storage = MemoryStorage()
    storage.write(SESSION, {"status": "working"})
    boards = follow_boards(storage, tick=60)
    await anext(boards)
    for n in range(20):
        storage.write(f"{W}:issue:{n}", {"claimed_by": "claude_1"})
        await asyncio.sleep(0.01)
    assert len((await anext(boards)).issues) == 20
    await boards.aclose()  # type: ignore[attr-defined]


async def test_what_following_raises_comes_out() -> None:
    class Broken(MemoryStorage):
        async def follow(self) -> AsyncIterator[Batch]:
            yield self.load()
            raise StoreMissing("there")

    boards = follow_boards(Broken(), tick=60)
    await anext(boards)
    with pytest.raises(StoreMissing):
        await anext(boards)


async def test_closing_closes_what_is_followed() -> None:
    closed = []

    class Told(MemoryStorage):
        async def follow(self) -> AsyncIterator[Batch]:
            try:
                yield self.load()
                await asyncio.sleep(60)
            finally:
                closed.append(True)

    boards = follow_boards(Told(), tick=60)
    await anext(boards)
    await boards.aclose()  # type: ignore[attr-defined]
    assert closed == [True]


def test_batches_together_come_to_what_they_come_to_one_by_one() -> None:
    one, two = Document("a:b:issue:1", {}), Document("a:b:issue:2", {})
    bad = Unreadable("x.json", None, "it is empty")
    found = together([Batch({"1": one}, {"x.json": bad}), Batch({"1": None, "2": two}, {"x.json": None})])
    assert (found.documents, found.unreadable, found.whole) == ({"1": None, "2": two}, {"x.json": None}, False)
    found = together([Batch({"1": one}), Batch({"2": two}, whole=True), Batch({"2": None}, problem="gone")])
    assert (found.documents, found.whole, found.problem) == ({}, True, "gone")
