"""Remark: one line that says something in passing, and goes with escape or after a while."""

from __future__ import annotations

from coord_tui.display import NOTHING, Words
from coord_tui.widgets.one_line import OneLine


class Remark(OneLine, inherit_bindings=False):
    """What was said last, until an instant in seconds since 1970."""

    _until = 0.0
    _turn = 0

    def tell(self, words: Words, until: float, turn: int) -> None:
        """Say something; turn: which key it was said at."""
        self._until, self._turn = until, turn
        self.show(words)

    def hush(self, turn: int) -> bool:
        """Say it no longer, unless it was said at this very key; whether there was anything."""
        said = bool(self.left) and turn != self._turn
        if said:
            self.show(NOTHING)
        return said

    def lapse(self, now: float) -> bool:
        """Say it no longer if its time is over; whether it was."""
        over = bool(self.left) and now >= self._until
        if over:
            self.show(NOTHING)
        return over
