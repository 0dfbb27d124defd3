"""Pace: how often boards are shown, so that the screen has time for keys whatever happens in the store."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from coord_core.state.board import Board

SHARE: Final = 0.03
"""Which part of a processor showing boards may take for long."""
CREDIT_S: Final = 0.1
"""How much time, in seconds, may have been saved up: what comes after a pause is shown at once."""
MOST_S: Final = 0.5
"""How long, in seconds, a board waits at most."""


class Pace:
    """Shows a board at once, unless those before it took too long lately; of those that wait only the newest."""

    def __init__(self, show: Callable[[Board], None], later: Callable[[float, Callable[[], None]], Any]) -> None:
        """Show: shows a board. later: calls something after so many seconds."""
        self._show, self._later = show, later
        self._credit, self._at = CREDIT_S, time.monotonic()
        self._waiting: Board | None = None

    def take(self, board: Board) -> None:
        """Show a board now or soon."""
        waits, self._waiting = self._waiting is not None, board
        if waits:
            return
        now = time.monotonic()
        self._credit = min(CREDIT_S, self._credit + (now - self._at) * SHARE)
        self._at = now
        if self._credit >= 0:
            self._now()
        else:
            self._later(min(MOST_S, -self._credit / SHARE), self._now)

    def _now(self) -> None:
        board, self._waiting = self._waiting, None
        if board is not None:
            begun = time.thread_time()
            self._show(board)
            self._credit -= time.thread_time() - begun
