"""Film: the kept journal, and what every document held after each of its lines."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from coord_core.documents import Batch, Document, Line, Unreadable
from coord_core.state.rewinding import Data, Reel, forth
from coord_core.storage import Storage
from coord_core.storage.stretch import Stretch
from coord_core.times import utc

RUNS_HELD: Final = 3
"""How many runs of lines are held in memory; the others are read again when they are asked for."""
LINES_HELD: Final = 4096
"""How many lines are held ready."""
TRIES: Final = 20
PAUSE_S: Final = 0.02
MOVED: Final = (b'"moved":',)


class Place(NamedTuple):
    """One line: how many runs before the newest one, and where in that run."""

    run: int
    at: int


@dataclass(slots=True)
class _Run:
    """A run of lines, and what the documents held before it and behind it, where that is not what they hold now.

    unreadable: files behind it. moves: the places of lines that moved a file.
    """

    seqs: Sequence[int]
    reel: Reel | None = None
    before: dict[str, Data] = field(default_factory=dict)
    behind: dict[str, Data] = field(default_factory=dict)
    unreadable: Mapping[str, Unreadable] = field(default_factory=dict)
    moves: Sequence[int] = ()


@dataclass(slots=True)
class Frame:
    """What the store held at one moment, as far as it is not what it holds now: data by scope, and unreadable files."""

    data: dict[str, Data]
    unreadable: dict[str, Unreadable]


class Film:
    """The kept journal, and what every document held after each of its lines; used by one thread at a time.

    present: everything as it was when the film was made. The lines end there; they begin where the kept journal begins.
    """

    def __init__(self, storage: Storage) -> None:
        """Raises StoreMissing, StoreUnreadable."""
        self._storage = storage
        self._runs: list[_Run] = []
        self._held: OrderedDict[int, Stretch] = OrderedDict()
        self._lines: OrderedDict[Place, Line | None] = OrderedDict()
        self._begun = False
        self.present, newest = _take(storage)
        self._add(newest)

    # Lines

    def newest(self) -> Place | None:
        """Return the place of the newest line, None without one."""
        return Place(0, len(self._runs[0].seqs) - 1) if self._runs else None

    def seq(self, place: Place) -> int:
        """Return a line's number."""
        return self._runs[place.run].seqs[place.at]

    def find(self, seq: int) -> Place | None:
        """Return the place of the newest line that is not above a number, None before the first kept line."""
        run = 0
        while self._reach(run):
            at = bisect_right(self._runs[run].seqs, seq) - 1
            if at >= 0:
                return Place(run, at)
            run += 1
        return None

    def find_time(self, at: float) -> Place | None:
        """Return the place of the newest line that is not after a time, None before the first kept line."""
        run = 0
        while self._reach(run):
            places = range(len(self._runs[run].seqs))
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
        return Place(place.run + 1, len(self._runs[place.run + 1].seqs) - 1) if self._reach(place.run + 1) else None

    def newer(self, place: Place) -> Place | None:
        """Return the place behind, None at the newest line."""
        if place.at + 1 < len(self._runs[place.run].seqs):
            return Place(place.run, place.at + 1)
        return Place(place.run - 1, 0) if place.run else None

    def line(self, place: Place) -> Line | None:
        """Return the line in a place, None if it cannot be read."""
        if place in self._lines:
            self._lines.move_to_end(place)
            return self._lines[place]
        stretch = self._stretch(place.run)
        found = self._lines[place] = stretch.line(place.at) if place.at < len(stretch) else None
        while len(self._lines) > LINES_HELD:
            self._lines.popitem(last=False)
        return found

    def mentions(self, place: Place, words: Sequence[bytes]) -> bool:
        """Say whether all these words, in lower case, stand in a line as it is written."""
        stretch = self._stretch(place.run)
        return place.at < len(stretch) and stretch.mentions(place.at, words)

    def back_from(self, place: Place | None) -> Iterator[Place]:
        """Yield a place and those before it."""
        while place is not None:
            yield place
            place = self.older(place)

    def _stretch(self, run: int) -> Stretch:
        """Return a run's lines, read again if they were let go of; nothing of what is not kept any more."""
        if run not in self._held:
            found = self._storage.stretch(before=self._runs[run].seqs[-1] + 1)
            self._hold(run, found if list(found.seqs[:1]) == list(self._runs[run].seqs[:1]) else Stretch())
        self._held.move_to_end(run)
        return self._held[run]

    def _hold(self, run: int, stretch: Stretch) -> None:
        self._held[run] = stretch
        while len(self._held) > RUNS_HELD:
            self._held.popitem(last=False)

    def _reach(self, run: int) -> bool:
        """Read as many runs as that; the journal begins where there are none, or none any more."""
        while len(self._runs) <= run and not self._begun and self._runs:
            self._add(self._storage.stretch(before=self._runs[-1].seqs[0]))
        return run < len(self._runs) and len(self._stretch(run)) > 0

    def _add(self, stretch: Stretch) -> None:
        if not len(stretch):
            self._begun = True
            return
        self._runs.append(_Run(stretch.seqs))
        self._hold(len(self._runs) - 1, stretch)

    # Documents

    def present_data(self, scope: str) -> Data:
        """Return what a document holds now."""
        document = self.present.documents.get(scope)
        return document.data if document is not None else None

    def before(self, place: Place) -> Frame:
        """Return what the store held before a line."""
        run = self._wound(place.run)
        forward = place.at <= len(run.seqs) // 2
        frame = Frame(dict(run.before if forward else run.behind), self._unreadable(place))
        for at in range(place.at) if forward else range(len(run.seqs) - 1, place.at - 1, -1):
            line = self._stretch(place.run).line(at)
            if line is not None:
                known = self._looker(frame)
                frame.data |= forth(line, known) if forward else self._reel(run).back(at, line, known)
        return frame

    def _unreadable(self, place: Place) -> dict[str, Unreadable]:
        """Return the files that could not be read before a line."""
        run = self._runs[place.run]
        found = dict(run.unreadable)
        for at in reversed(run.moves):
            if at >= place.at:
                move(found, self.line(Place(place.run, at)), back=True)
        return found

    def forth(self, frame: Frame, place: Place) -> dict[str, Data]:
        """Let a frame be what it was after a line, from what it was before; return what changed."""
        line = self.line(place)
        if line is None:
            return {}
        move(frame.unreadable, line)
        changed = forth(line, self._looker(frame))
        frame.data |= changed
        return changed

    def data(self, frame: Frame, scope: str) -> Data:
        """Return what a document held in a frame."""
        return frame.data[scope] if scope in frame.data else self.present_data(scope)

    def _looker(self, frame: Frame) -> _Looker:
        return _Looker(self, frame)

    @staticmethod
    def _reel(run: _Run) -> Reel:
        assert run.reel is not None
        return run.reel

    def _wound(self, run: int) -> _Run:
        """Return a run of which is known what stood before it and behind it; the newer ones come first."""
        known = next((each for each in range(run, -1, -1) if self._runs[each].reel is not None), -1)
        for each in range(known + 1, run + 1):
            self._wind(each)
        return self._runs[run]

    def _wind(self, at: int) -> None:
        run, stretch = self._runs[at], self._stretch(at)
        later = Frame(self._runs[at - 1].before if at else {}, {})
        run.reel = Reel(stretch, self._looker(later), () if at else self._settled())
        run.behind = {**later.data, **run.reel.end}
        run.before = {**run.behind, **run.reel.start}
        run.unreadable = self._unreadable(Place(at - 1, 0)) if at else self.present.unreadable  # type: ignore[assignment]
        run.moves = [place for place in range(len(stretch)) if stretch.mentions(place, MOVED)]

    def _settled(self) -> set[str]:
        """Return the documents that hold what our last line on them says."""
        documents = self.present.documents.items()
        return {scope for scope, each in documents if each and each.revision is not None and not each.edited}


class _Looker:
    """What documents held in a frame, by scope."""

    def __init__(self, film: Film, frame: Frame) -> None:
        self._film, self._frame = film, frame

    def __call__(self, scope: str) -> Data:
        return self._film.data(self._frame, scope)


def move(unreadable: dict[str, Unreadable], line: Line | None, *, back: bool = False) -> None:
    """Take out of the unreadable files what a line set aside, and put in what it brought back; or the other way."""
    moved = line.moved if line is not None else None
    if line is None or not moved:
        return
    returned = line.action == "undo"
    source = moved.get("to" if returned else "from", "")
    if returned == back:
        unreadable.pop(source, None)
    else:
        unreadable[source] = Unreadable(source, None, "it was set aside, and its reason is not kept", line.at)


def document(scope: str, data: Data, now: Document | None, at: float) -> Document | None:
    """Return the document that held this data at a moment, made of what it is `now`.

    When its keys were written is kept for those that were not written since.
    """
    if data is None or (now is not None and data is now.data):
        return now if data is not None else None
    known = now or Document(scope, {})
    times = {key: each for key, each in known.metadata.items() if key in data and _stood(each, at)}
    stored = min(known.written_at, at) or at
    return replace(known, data=data, metadata=times, edited=False, written_at=stored)


def _stood(times: object, at: float) -> bool:
    written = utc(times.get("updated_at")) if isinstance(times, Mapping) else None
    return written is not None and written <= at


def _take(storage: Storage) -> tuple[Batch, Stretch]:
    """Return everything as it is, and the newest lines, when neither changes while they are read."""
    for _ in range(TRIES):
        before = storage.stretch()
        batch = storage.load()
        after = storage.stretch()
        if before.seqs[-1:] == after.seqs[-1:] and _is_settled(before, batch):
            break
        time.sleep(PAUSE_S)
    return batch, before


def _is_settled(stretch: Stretch, batch: Batch) -> bool:
    """Say whether the documents show the newest line: those that it changed may be renamed one by one."""
    line = stretch.line(len(stretch) - 1) if len(stretch) else None
    found = ((edits, batch.documents.get(scope)) for scope, edits in (line.changes if line else {}).items())
    return all(each is None or each.revision is None or each.revision >= (line.seq if line else 0) for _, each in found)
