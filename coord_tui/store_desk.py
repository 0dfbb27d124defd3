"""StoreDesk: the desk over a real store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from coord_core.actions.view import follow_boards
from coord_core.documents import Line
from coord_core.state.board import Board
from coord_core.state.liveness import Limits
from coord_core.storage import Storage, open_storage

if TYPE_CHECKING:
    from coord_core.actions.plan import Done, Plan
    from coord_core.actions.replay import Replay

HISTORY: Final = 200
"""How many lines of a record's history are shown at most."""


class StoreDesk:
    """What the console looks at and acts with: a storage, and the human at the keyboard.

    Plans are worked out over the newest board, which is the one on the screen.
    """

    def __init__(self, storage: Storage, limits: Limits | None = None) -> None:
        self.storage = storage
        self.limits = limits or Limits()
        self._board = Board(time.time(), self.limits)
        self._again: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @cached_property
    def who(self) -> str:
        """The human at the keyboard, as the journal names supervisors."""
        from coord_core.actions import supervisor

        return supervisor.this_user()

    @property
    def place(self) -> str:
        """Where the store is."""
        return self.storage.url

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed."""
        return self.storage.read_only

    def watch_only(self) -> None:
        """Change nothing from now on: the storage gives way to one that cannot write, and it is followed instead."""
        if not self.read_only:
            self.storage = open_storage(self.storage.url, read_only=True)
            self.look_again()

    async def boards(self) -> AsyncIterator[Board]:
        """Yield boards as things change; begin anew when everything is to be looked at again."""
        self._loop, self._again = asyncio.get_running_loop(), asyncio.Event()
        while True:
            self._again.clear()
            boards = follow_boards(self.storage, limits=self.limits)
            try:
                while (board := await self._next(boards)) is not None:
                    self._board = board
                    yield board
            finally:
                if isinstance(boards, AsyncGenerator):
                    await boards.aclose()

    async def _next(self, boards: AsyncIterator[Board]) -> Board | None:
        """Return the next board, None if everything is to be looked at again first."""
        assert self._again is not None
        coming = asyncio.ensure_future(anext(boards))
        again = asyncio.ensure_future(self._again.wait())
        try:
            await asyncio.wait([coming, again], return_when=asyncio.FIRST_COMPLETED)
            return await coming if coming.done() else None
        finally:
            for task in (coming, again):
                if not task.done():
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task

    def look_again(self) -> None:
        """Read everything again; the next board shows it."""
        if self._loop is not None and self._again is not None:
            self._loop.call_soon_threadsafe(self._again.set)

    def plan(self, action: str, arguments: Mapping[str, Any]) -> Plan:
        """Work a supervisor's action out; nothing is changed. Raises Refused."""
        from coord_core.actions import supervisor

        return supervisor.plan(self._board, action, arguments)

    def apply(self, plan: Plan, reason: str) -> Done:
        """Do what was planned; raises StaleView, Refused or StorageError: then nothing was changed."""
        from coord_core.actions import supervisor

        return supervisor.apply(self.storage, plan, actor={"supervisor": self.who}, reason=reason, now=time.time())

    def undo_plan(self, workspace: str | None, seq: int | None = None) -> Plan:
        """Work out how to take back this user's newest action in a workspace, or a line; raises Refused."""
        from coord_core.actions import supervisor

        return supervisor.plan_undo(self.storage, self._board, seq, who=self.who, workspace=workspace)

    def redo_plan(self, workspace: str | None) -> Plan:
        """Work out how to do again what was taken back last there; raises NothingToUndo, StaleView."""
        from coord_core.actions import supervisor

        return supervisor.plan_redo(self.storage, self._board, who=self.who, workspace=workspace)

    def history(self, scope: str) -> Sequence[Line]:
        """Return the journal's newest lines that changed a document, newest first."""
        return list(islice((line for line in self.storage.lines_back() if scope in line.changes), HISTORY))

    def replay(self) -> Replay:
        """Return the past as the journal tells it, up to now; raises StoreMissing, StoreUnreadable."""
        from coord_core.actions.replay import Replay

        return Replay(self.storage, self.limits)
