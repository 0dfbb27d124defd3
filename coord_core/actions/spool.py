"""Spool: the kept journal's lines by their place, read as they are asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from coord_core.documents import Line
from coord_core.storage import Storage
from coord_core.storage.stretch import Stretch

RUNS_HELD: Final = 3
"""How many runs of lines are held in memory; the others are read again when they are asked for."""
LINES_HELD: Final = 4096
"""How many lines are held ready."""


class Place(NamedTuple):
    """One line: how many runs before the newest one, and where in that run."""

    run: int
    at: int


class Spool:
    """The kept journal's lines, up to the newest when this was made; used by one thread at a time.

    They begin where the kept journal begins, which may be later and later.
    """

    def __init__(self, storage: Storage, newest: Stretch) -> None:
        self._storage = storage
        self._runs: list[Sequence[int]] = []
        self._held: OrderedDict[int, Stretch] = OrderedDict()
        self._lines: OrderedDict[Place, Line | None] = OrderedDict()
        self._begun = False
        self._add(newest)

    def newest(self) -> Place | None:
        """Return the place of the newest line, None without one."""
        return Place(0, len(self._runs[0]) - 1) if self._runs else None

    def seq(self, place: Place) -> int:
        """Return a line's number."""
        return self._runs[place.run][place.at]

    def find(self, seq: int) -> Place | None:
        """Return the place of the newest line that is not above a number, None before the first kept line."""
        run = 0
        while self._reach(run):
            at = bisect_right(self._runs[run], seq) - 1
            if at >= 0:
                return Place(run, at)
            run += 1
        return None

    def find_time(self, at: float) -> Place | None:
        """Return the place of the newest line that is not after a time, None before the first kept line."""
        run = 0
        while self._reach(run):
            places = range(len(self._runs[run]))
            found = bisect_left(places, True, key=lambda each: self._time(Place(run, each)) > at) - 1
            if found >= 0:
                return Place(run, found)
            run += 1
        return None

    def _time(self, place: Place) -> float:
        line = self.line(place)
        while line is None and place.at > 0:
            place = Place(place.run, place.at - 1)
            line = self.line(place)
        return line.at if line is not None else 0.0

    def older(self, place: Place) -> Place | None:
        """Return the place before, None where the journal begins."""
        if place.at > 0:
            return Place(place.run, place.at - 1)
        return Place(place.run + 1, len(self._runs[place.run + 1]) - 1) if self._reach(place.run + 1) else None

    def newer(self, place: Place) -> Place | None:
        """Return the place behind, None at the newest line."""
        if place.at + 1 < len(self._runs[place.run]):
            return Place(place.run, place.at + 1)
        return Place(place.run - 1, 0) if place.run else None

    def line(self, place: Place) -> Line | None:
        """Return the line in a place, None if it cannot be read."""
        if place in self._lines:
            self._lines.move_to_end(place)
            return self._lines[place]
        stretch = self.stretch(place.run)
        found = self._lines[place] = stretch.line(place.at) if place.at < len(stretch) else None
        while len(self._lines) > LINES_HELD:
            self._lines.popitem(last=False)
        return found

    def mentions(self, place: Place, words: Sequence[bytes]) -> bool:
        """Say whether all these words, in lower case, stand in a line as it is written."""
        stretch = self.stretch(place.run)
        return place.at < len(stretch) and stretch.mentions(place.at, words)

    def back_from(self, place: Place | None) -> Iterator[Place]:
        """Yield a place and those before it."""
        while place is not None:
            yield place
            place = self.older(place)

    def stretch(self, run: int) -> Stretch:
        """Return a run's lines, read again if they were let go of; nothing of what is not kept any more."""
        if run not in self._held:
            found = self._storage.stretch(before=self._runs[run][-1] + 1)
            self._hold(run, found if list(found.seqs[:1]) == list(self._runs[run][:1]) else Stretch())
        self._held.move_to_end(run)
        return self._held[run]

    def _hold(self, run: int, stretch: Stretch) -> None:
        self._held[run] = stretch
        while len(self._held) > RUNS_HELD:
            self._held.popitem(last=False)

    def _reach(self, run: int) -> bool:
        """Read as many runs as that; the journal begins where there are none, or none any more."""
        while len(self._runs) <= run and not self._begun and self._runs:
            self._add(self._storage.stretch(before=self._runs[-1][0]))
        return run < len(self._runs) and len(self.stretch(run)) > 0

    def _add(self, stretch: Stretch) -> None:
        if not len(stretch):
            self._begun = True
            return
        self._runs.append(stretch.seqs)
        self._hold(len(self._runs) - 1, stretch)
