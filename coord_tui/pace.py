"""Pace: how often boards are shown, so that the screen has time for keys whatever happens in the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from coord_core.state.board import Board

SHARE: Final = 0.05
"""Which part of a processor showing boards may take for long."""
FEW: Final = 3
"""So many changed documents somebody may be waiting for; where more change at once, nobody reads each of them."""
MANY_COUNT: Final = 2.5
"""How many times the time counts that boards take in which more changed."""
CREDIT_S: Final = 0.2
"""How much time, in seconds, may have been saved up: what comes after a pause is shown at once."""
MOST_S: Final = 0.5
"""How long, in seconds, the next board is waited with at most."""


class Pace:
    """Shows boards, and says when the next one is wanted: at once, unless those before it took too long lately.

    Whoever rests asks for nothing meanwhile; so what changes then is read and worked out once, however often it does.
    """

    def __init__(self, show: Callable[[Board], None]) -> None:
        """Show: shows a board."""
        self._show = show
        self._shown = asyncio.Event()
        self._credit, self._at = CREDIT_S, time.monotonic()

    def take(self, board: Board) -> None:
        """Show a board."""
        begun = time.thread_time()
        try:
            self._show(board)
        finally:
            weight = 1.0 if board.news <= FEW else MANY_COUNT
            self._credit -= (time.thread_time() - begun) * weight
            self._shown.set()

    async def rest(self) -> None:
        """Wait until the last board was shown and the next one may be."""
        await self._shown.wait()
        self._shown.clear()
        now = time.monotonic()
        self._credit = min(CREDIT_S, self._credit + (now - self._at) * SHARE)
        self._at = now
        if self._credit < 0:
            await asyncio.sleep(min(MOST_S, -self._credit / SHARE))
