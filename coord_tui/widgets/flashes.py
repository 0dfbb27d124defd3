"""Flashes: which cells another board changed, and that for a second they stand out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from coord_tui.columns import Column
from coord_tui.display import Cell
from coord_tui.rows.source import Source

LASTS_S: Final = 1.0
FADES_S: Final = 0.5
"""How often, in seconds, it is looked whether some had their time: few frames rather than one for each."""


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

    def compare(self, was: Source, columns: Sequence[Column], rows: Mapping[str, Sequence[Cell]], at: float) -> None:
        """Take in how rows' cells differ from what another source had at the same instant: mere age is no change."""
        if was.columns != columns:
            return
        until = self._clock() + LASTS_S
        for key, cells in rows.items():
            pairs = zip(columns, was.cells(key, at), cells, strict=False)
            changed = frozenset(n for n, (column, old, new) in enumerate(pairs) if old != new and not column.quiet)
            if changed:
                self._until[key] = (until, changed | self.of(key))

    def fade(self) -> bool:
        """Forget what had its time; say whether anything is left."""
        now = self._clock()
        self._until = {key: found for key, found in self._until.items() if found[0] > now}
        return bool(self._until)
