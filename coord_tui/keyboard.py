"""Keyboard: one key after the other, each upon what the one before it made."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final

from textual.app import App
from textual.events import Event, Key, Paste

LOOK_S: Final = 0.001
"""How long between two looks whether a key is done with."""
PATIENCE_S: Final = 2.0
"""How long a key is waited for at most: a widget that is stuck must not take the keyboard with it."""


class Keyboard:
    """Holds keys back while the one before them is still on its way.

    Textual hands a key to what has the focus when it comes out of the queue, asks the bindings once it has bubbled up,
    and moves the focus later still. Of several keys that are read at once, all would go to where the focus was.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Event] = deque()
        self._turn: Event | None = None
        self._round: asyncio.Task[None] | None = None

    def holds(self, event: Event) -> bool:
        """Whether an event has to wait for its turn; then it comes again."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            return False
        if event is self._turn:
            self._turn = None
            return False
        if self._round is None:
            self._round = asyncio.create_task(self._go_round())
            return False
        self._waiting.append(event)
        return True

    async def _go_round(self) -> None:
        """Give every key that waits its turn."""
        await self._quiet()
        while self._waiting:
            self._turn = self._waiting.popleft()
            self._app.post_message(self._turn)
            await self._quiet()
        self._round = None

    async def _quiet(self) -> None:
        """Wait until nobody has anything left to handle."""
        clock = asyncio.get_running_loop().time
        end = clock() + PATIENCE_S
        await asyncio.sleep(LOOK_S)
        while self._busy() and clock() < end:
            await asyncio.sleep(LOOK_S)

    def _busy(self) -> bool:
        screens = list(self._app.screen_stack)
        widgets = (widget for screen in screens for widget in screen.walk_children(with_self=True))
        return any(pump.message_queue_size for pump in (self._app, *widgets))
