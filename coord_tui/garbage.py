"""Garbage: a search of everything that lives holds keys up for a tenth of a second, so it waits until nobody types.

Nearly all that is thrown away here goes at once, as nothing refers to it any more. What refers to itself (a dialog that
was closed, a strip that was painted) lies until it is searched for. While keys go on, Python searches as it always
does, but only through what came since everything was searched: that takes some milliseconds.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Final

QUIET_S: Final = 2.0
"""How long, in seconds, no key was pressed when everything is searched."""
APART_S: Final = 60.0
"""How long, in seconds, two such searches lie apart at least."""
DUE: Final = 10
"""After how many searches of what is new one of everything is due: as often as Python has it."""


class Garbage:
    """Searches everything for garbage while nobody types; until it begins it does nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Clock: seconds, never going back."""
        self._clock = clock
        self._begun = False
        self._turn = 0
        self._quiet = self._searched = clock()
        self._searches = 0

    def begin(self) -> None:
        """Search again, if that was given up for the first picture; what is there now is no garbage."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
            self._begun = True

    def tick(self, turn: int) -> None:
        """Let time pass; turn: how many keys were pressed so far."""
        now = self._clock()
        if turn != self._turn:
            self._turn, self._quiet = turn, now
        waits = now - self._quiet < QUIET_S or now - self._searched < APART_S
        if self._begun and not waits and _searches_of_the_new() - self._searches >= DUE:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._searched, self._searches = self._clock(), _searches_of_the_new()


def _searches_of_the_new() -> int:
    """Return how often Python has searched what was new, so far."""
    return int(gc.get_stats()[1]["collections"])
