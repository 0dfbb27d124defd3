from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from coord_core.state.board import Board
from coord_tui.app import CoordApp
from tests.tui import boards
from tests.tui.calm import calm, watch_the_loop
from tests.tui.desks import FakeDesk

PATIENCE_S = 30.0
watch_the_loop()


@dataclass
class Stage:
    """An app under test, its desk and its keyboard."""

    app: CoordApp
    desk: FakeDesk
    pilot: Pilot[None]
    now: float

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def settle(self) -> None:
        """Wait until everything that was begun is done."""
        await self.pilot.pause()
        for worker in [
            w
            for w in self.app.workers
            if w.group in ("plan", "look", "history", "ignore", "time", "lines") and not w.is_finished
        ]:
            with suppress(WorkerCancelled):  # a newer one of its kind took its place
                await worker.wait()
            await self.pilot.pause()

    async def show(self, board: Board) -> None:
        self.desk.queue.put_nowait(board)
        await self.until(lambda: self.app.board is board)
        await self.settle()

    async def until(self, happened: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if happened():
                return
            await calm(self.app)
            await asyncio.sleep(0.01)
        raise AssertionError("it never happened")

    def text(self) -> str:
        """What the terminal shows."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def dashboard(self) -> Any:
        return self.app.screen_stack[0]

    @property
    def cursor(self) -> str | None:
        return self.dashboard.table.cursor

    async def dialog(self, name: str) -> Any:
        await self.until(lambda: type(self.app.screen).__name__ == name and not self.app.gate.shut_now)
        await self.settle()
        return self.app.screen

    async def closed(self) -> None:
        await self.until(lambda: len(self.app.screen_stack) == 1 and not self.app.acting)
        await self.settle()

    def toasts(self) -> list[str]:
        return [note.message for note in self.app._notifications]


Staging = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Staging:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")

    @asynccontextmanager
    async def staged(
        *shown: Board,
        size: tuple[int, int] = (120, 36),
        now: float = boards.NOW,
        user: Mapping[str, Any] | None = None,
        notifications: bool = False,
        **options: Any,
    ) -> AsyncIterator[Stage]:
        desk = FakeDesk(*(shown or (boards.busy(),)), **options)
        app = CoordApp(desk, clock=lambda: found.now, ticks=False, **(user or {}))
        found = Stage(app, desk, None, now)  # type: ignore[arg-type]
        async with app.run_test(size=size, notifications=notifications) as pilot:
            found.pilot = pilot
            if desk.first:
                await found.until(lambda: app.board is not None)
            await found.settle()
            yield found

    return staged
