"""Flashes: which cells another board changed, and that for a second they stand out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

from coord_tui.rows.source import Source

LASTS_S: Final = 1.0


class Flashes:
    """The cells in sight that changed a moment ago; without any it does nothing at all."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, tuple[float, frozenset[int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._until)

    def of(self, key: str) -> frozenset[int]:
        """Return which of a row's cells stand out."""
        found = self._until.get(key)
        return found[1] if found else frozenset()

    def compare(self, before: Source, after: Source, keys: Iterable[str], now: float) -> None:
        """Take in what differs between two sources at the same `now`, so that mere age makes no difference."""
        if before.columns != after.columns:
            return
        loud = [place for place, column in enumerate(after.columns) if not column.quiet]
        until = self._clock() + LASTS_S
        for key in keys:
            old, new = before.cells(key, now), after.cells(key, now)
            if old == new or len(old) != len(new):
                continue
            if changed := frozenset(place for place in loud if place < len(new) and old[place] != new[place]):
                self._until[key] = (until, changed | self.of(key))

    def fade(self) -> float | None:
        """Forget what had its time; return in how many seconds the next has, None for none."""
        now = self._clock()
        self._until = {key: found for key, found in self._until.items() if found[0] > now}
        return max(0.01, min(until for until, _ in self._until.values()) - now) if self._until else None
