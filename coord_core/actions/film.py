"""Film: what every document held after each line of the kept journal."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from coord_core.actions.spool import Place, Spool
from coord_core.documents import Batch, Document, Line, Unreadable
from coord_core.state.rewinding import Data, Reel, forth
from coord_core.storage import Storage
from coord_core.storage.stretch import Stretch
from coord_core.times import utc

TRIES: Final = 20
PAUSE_S: Final = 0.02
MOVED: Final = (b'"moved":',)


@dataclass(slots=True)
class _Run:
    """A run of lines, and what the documents held before it and behind it, where that is not what they hold now.

    unreadable: files behind it. moves: the places of lines that moved a file.
    """

    reel: Reel
    before: Mapping[str, Data]
    behind: Mapping[str, Data]
    unreadable: Mapping[str, Unreadable]
    moves: Sequence[int]


@dataclass(slots=True)
class Frame:
    """What the store held at one moment, as far as it is not what it holds now: data by scope, and unreadable files."""

    data: dict[str, Data]
    unreadable: dict[str, Unreadable]


class Film:
    """What every document held after each of the kept journal's lines; used by one thread at a time.

    present: everything as it was when the film was made; the lines of its `spool` end there.
    """

    def __init__(self, storage: Storage) -> None:
        """Raises StoreMissing, StoreUnreadable."""
        self.present, newest = _take(storage)
        self.spool = Spool(storage, newest)
        self._wound: list[_Run] = []
        self._last: tuple[Place, Mapping[str, Data]] = (Place(-1, 0), {})

    def present_data(self, scope: str) -> Data:
        """Return what a document holds now."""
        document = self.present.documents.get(scope)
        return document.data if document is not None else None

    def before(self, place: Place) -> Frame:
        """Return what the store held before a line: worked out from the nearest place where that is known."""
        run, lines = self._wind_to(place.run), self.spool.stretch(place.run)
        begin, data = min(self._known(run, place.run, len(lines)), key=lambda each: abs(each[0] - place.at))
        frame = Frame(dict(data), self._unreadable(place))
        forward = begin <= place.at
        for at in range(begin, place.at) if forward else range(begin - 1, place.at - 1, -1):
            line = lines.line(at)
            if line is not None:
                known = self._looker(frame)
                frame.data |= forth(line, known) if forward else run.reel.back(at, line, known)
        self._last = place, dict(frame.data)
        return frame

    def _known(self, run: _Run, number: int, lines: int) -> list[tuple[int, Mapping[str, Data]]]:
        """Return where in a run it is known what the store held: at both ends, and where somebody asked last."""
        ends: list[tuple[int, Mapping[str, Data]]] = [(0, run.before), (lines, run.behind)]
        place, data = self._last
        return [*ends, (place.at, data)] if place.run == number else ends

    def _unreadable(self, place: Place) -> dict[str, Unreadable]:
        """Return the files that could not be read before a line."""
        run = self._wound[place.run]
        found = dict(run.unreadable)
        for at in reversed(run.moves):
            if at >= place.at:
                move(found, self.spool.line(Place(place.run, at)), back=True)
        return found

    def forth(self, frame: Frame, place: Place) -> dict[str, Data]:
        """Let a frame be what it was after a line, from what it was before; return what changed."""
        line = self.spool.line(place)
        if line is None:
            return {}
        move(frame.unreadable, line)
        changed = forth(line, self._looker(frame))
        frame.data |= changed
        return changed

    def others(self, place: Place) -> tuple[str, ...]:
        """Return the documents that another program wrote before a line, or after the newest one.

        Of such a write the next line on its document tells; between two runs, what stands at their ends.
        """
        reel, last = self._wind_to(place.run).reel, place == self.spool.newest()
        begins = place.at == 0 and self.spool.older(place) is not None
        before = self._wind_to(place.run + 1).reel.end if begins else ()
        return tuple(sorted({*reel.folds.get(place.at, ()), *before, *(reel.end if last else ())}))

    def data(self, frame: Frame, scope: str) -> Data:
        """Return what a document held in a frame."""
        return frame.data[scope] if scope in frame.data else self.present_data(scope)

    def _looker(self, frame: Frame) -> _Looker:
        return _Looker(self, frame)

    def _wind_to(self, run: int) -> _Run:
        """Return a run, wound; the newer ones come first."""
        while len(self._wound) <= run:
            self._wind(len(self._wound))
        return self._wound[run]

    def _wind(self, run: int) -> None:
        lines, newer = self.spool.stretch(run), self._wound[run - 1] if run else None
        later = Frame(dict(newer.before) if newer else {}, {})
        reel = Reel(lines, self._looker(later), () if run else self._settled())
        behind = {**later.data, **reel.end}
        unreadable = self._unreadable(Place(run - 1, 0)) if run else self.present.unreadable
        moves = [at for at in range(len(lines)) if lines.mentions(at, MOVED)]
        files = {source: each for source, each in unreadable.items() if each}
        self._wound.append(_Run(reel, {**behind, **reel.start}, behind, files, moves))

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
