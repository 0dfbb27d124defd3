"""Pace: how often boards are shown, so that the screen has time for keys whatever happens in the store."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from coord_core.state.board import Board

SHARE: Final = 0.04
"""Which part of the time showing boards may take."""
MOST_S: Final = 0.5
"""How long, in seconds, a board waits at most."""


class Pace:
    """Shows a board at once, unless the one before it took so long just now; of those that wait only the newest."""

    def __init__(self, show: Callable[[Board], None], later: Callable[[float, Callable[[], None]], Any]) -> None:
        """Show: shows a board. later: calls something after so many seconds."""
        self._show, self._later = show, later
        self._due = float("-inf")
        self._waiting: Board | None = None

    def take(self, board: Board) -> None:
        """Show a board now or soon."""
        waits, self._waiting = self._waiting is not None, board
        left = self._due - time.monotonic()
        if waits:
            return
        if left <= 0:
            self._now()
        else:
            self._later(left, self._now)

    def _now(self) -> None:
        board, self._waiting = self._waiting, None
        if board is None:
            return
        begun = time.monotonic()
        self._show(board)
        ended = time.monotonic()
        self._due = ended + min(MOST_S, (ended - begun) / SHARE)
