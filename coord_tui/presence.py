"""Presence: whether somebody is at the keyboard."""

from __future__ import annotations

from coord_core.state.board import Board


class Presence:
    """When somebody was last at the keyboard, and what the board was then. after: seconds without them are away."""

    def __init__(self, after: float) -> None:
        self.after = after
        self._at: float | None = None
        self._board: Board | None = None

    def begin(self, board: Board, now: float) -> None:
        """Take the first board for what was seen last."""
        if self._board is None:
            self._board, self._at = board, now

    def key(self, board: Board | None, now: float) -> tuple[Board, float] | None:
        """Note a key; return the board of the one before and how long ago that was, if somebody was away."""
        before, at = self._board, self._at
        if board is not None:
            self._board, self._at = board, now
        if before is None or at is None or board is None or now - at < self.after:
            return None
        return before, now - at
