"""Replay: boards of the past, one after each line of the kept journal."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from threading import RLock
from typing import Final

from coord_core.actions.film import Film, Frame, document
from coord_core.actions.spool import Place
from coord_core.actions.view import RECENT
from coord_core.documents import Batch, Document, Line, Unreadable
from coord_core.frozen import frozen
from coord_core.state.board import Board
from coord_core.state.liveness import Limits
from coord_core.state.rewinding import Data
from coord_core.state.sieve import Sieve
from coord_core.storage import Storage

CHUNK: Final = 64
"""How many lines' boards are made one from the other, as time makes them."""
CHUNKS: Final = 4
"""How many such rows of boards are held."""
LINES: Final = 2000
"""How many lines before it a board's signs of life come from at most."""


@frozen(eq=False)
class Moment:
    """One moment of the past.

    seq: of the newest line then. at: seconds since 1970. line: None if it cannot be read. first: the kept journal
    begins here. others: the documents that another program wrote at some time since their last line, which shows here.
    """

    board: Board
    seq: int
    at: float
    line: Line | None = None
    first: bool = False
    others: tuple[str, ...] = ()


@dataclass(slots=True)
class _Chunk:
    """The boards after some lines in a row, as far as they were asked for.

    frame, board: what the store held after the last of these lines. following: the place of the next one, None if the
    run has no more.
    """

    frame: Frame
    board: Board
    following: Place | None
    boards: list[Board] = field(default_factory=list)


@frozen(eq=False)
class Listing:
    """Some lines, newest first, each with its number; newest, first: they reach the newest line, the first kept one."""

    lines: Sequence[tuple[int, Line | None]] = ()
    newest: bool = True
    first: bool = True


class Replay:
    """Boards of the past of a storage, as of the moment when this was made.

    Whoever lives was not asked then: liveness is judged by the journal's and the documents' signs alone. Everything
    reads, may take a while, and raises StoreUnreadable; several threads may call it.
    """

    def __init__(self, storage: Storage, limits: Limits | None = None) -> None:
        """Raises StoreMissing, StoreUnreadable."""
        self._film = Film(storage)
        self._spool = self._film.spool
        self._limits = limits or Limits()
        self._chunks: OrderedDict[tuple[int, int], _Chunk] = OrderedDict()
        self._lock = RLock()

    @property
    def journaled(self) -> bool:
        """Whether there is any line at all."""
        return self._spool.newest() is not None

    def newest(self) -> Moment | None:
        """Return the moment of the newest line, None without one."""
        with self._lock:
            place = self._spool.newest()
            return self._moment(place) if place is not None else None

    def step(self, seq: int, lines: int) -> Moment | None:
        """Return the moment so many lines after a line's, or before it: the last there is, None without lines."""
        with self._lock:
            place = self._spool.find(seq)
            for _ in range(abs(lines) if place is not None else 0):
                assert place is not None
                place = (self._spool.newer(place) if lines > 0 else self._spool.older(place)) or place
            return self._moment(place) if place is not None else None

    def after(self, seq: int) -> Moment | None:
        """Return the moment of a line, or of the one before it; of the first one if all are above it."""
        with self._lock:
            place = self._spool.find(seq) or self._first()
            return self._moment(place) if place is not None else None

    def at(self, at: float) -> Moment | None:
        """Return the moment at a time, or that of the first line if all came later."""
        with self._lock:
            place = self._spool.find_time(at)
            if place is None:
                first = self._first()
                return self._moment(first) if first is not None else None
            return self._moment(place, at)

    def prepare(self, seq: int, at: float | None = None) -> None:
        """Make the boards around a line that a step will soon ask for, or that at a time."""
        with self._lock:
            near = self._spool.find(seq - 1) if at is None else self._spool.find_time(at)
            for _ in range(CHUNK // 2 if at is None else 0):
                near = self._spool.older(near) if near is not None else None
            if near is not None:
                self._board(near, whole=at is None)

    def lines(self, around: int, each_way: int, sieve: Sieve) -> Listing:
        """Return a line, and up to so many before and behind it that go through a sieve."""
        with self._lock:
            spool, here = self._spool, self._spool.find(around)
            if here is None:
                return Listing()
            older = [*islice(self._sifted(spool.older(here), spool.older, sieve), each_way)]
            newer = [*islice(self._sifted(spool.newer(here), spool.newer, sieve), each_way)]
            lines = [(spool.seq(place), spool.line(place)) for place in [*newer[::-1], here, *older]]
            return Listing(lines, len(newer) < each_way, len(older) < each_way)

    def _sifted(self, place: Place | None, step: Callable[[Place], Place | None], sieve: Sieve) -> Iterator[Place]:
        """Yield a place and those one way from it whose lines go through a sieve."""
        while place is not None:
            if not sieve or self._wanted(place, sieve):
                yield place
            place = step(place)

    def _wanted(self, place: Place, sieve: Sieve) -> bool:
        if not self._spool.mentions(place, sieve.words):
            return False
        line = self._spool.line(place)
        return line is not None and sieve.lets_through(line)

    def _first(self) -> Place | None:
        """Return the place of the oldest kept line, None without one."""
        place = self._spool.newest()
        while place is not None:
            here = self._spool.older(Place(place.run, 0))
            if here is None:
                return Place(place.run, 0)
            place = here
        return None

    def _moment(self, place: Place, at: float | None = None) -> Moment:
        """Return the moment of a line, or the later time `at`, up to which no other line came."""
        board, line = self._board(place), self._spool.line(place)
        if at is not None and at > board.now:
            board = board.update(Batch(), now=at)
        return Moment(
            board, self._spool.seq(place), board.now, line, self._spool.older(place) is None, self._film.others(place)
        )

    def _board(self, place: Place, *, whole: bool = False) -> Board:
        """Return the board after a line. whole: make those after the lines that follow it too."""
        key, inside = (place.run, place.at // CHUNK), place.at % CHUNK
        if key not in self._chunks:
            self._chunks[key] = self._begin(Place(place.run, place.at - inside))
            while len(self._chunks) > CHUNKS:
                self._chunks.popitem(last=False)
        self._chunks.move_to_end(key)
        chunk = self._chunks[key]
        while chunk.following is not None and len(chunk.boards) < (CHUNK if whole else inside + 1):
            self._go_on(chunk, chunk.following)
        return chunk.boards[inside]

    def _begin(self, start: Place) -> _Chunk:
        """Return what stood there before a line."""
        frame, lines = self._film.before(start), self._recent(start)
        first = self._spool.line(start)
        at = lines[-1].at if lines else first.at if first is not None else 0.0
        unreadable = dict(frame.unreadable)
        board = Board(at, self._limits).update(
            Batch(self._documents(frame, at), unreadable, tuple(lines), whole=True), now=at
        )
        return _Chunk(frame, board, start)

    def _go_on(self, chunk: _Chunk, place: Place) -> None:
        """Make the board after one more line."""
        frame, following = chunk.frame, self._spool.newer(place)
        line, before = self._spool.line(place), dict(frame.unreadable)
        if line is not None:
            changed = self._film.forth(frame, place)
            batch = Batch(
                {scope: self._document(scope, data, line.at) for scope, data in changed.items()},
                _difference(before, frame.unreadable),
                (line,),
            )
            chunk.board = chunk.board.update(batch, now=line.at)
        chunk.boards.append(chunk.board)
        chunk.following = following if following is not None and following.run == place.run else None

    def _recent(self, place: Place) -> list[Line]:
        """Return the lines of the last hours before a place, oldest first."""
        here, found = self._spool.line(place), list[Line]()
        for each in islice(self._spool.back_from(self._spool.older(place)), LINES):
            line = self._spool.line(each)
            if line is not None and here is not None and here.at - line.at > RECENT:
                break
            found += [line] if line is not None else []
        return found[::-1]

    def _documents(self, frame: Frame, at: float) -> dict[str, Document | None]:
        scopes = {**self._film.present.documents, **frame.data}
        found = {scope: self._document(scope, self._film.data(frame, scope), at) for scope in scopes}
        return {scope: each for scope, each in found.items() if each is not None}

    def _document(self, scope: str, data: Data, at: float) -> Document | None:
        return document(scope, data, self._film.present.documents.get(scope), at)


def _difference(before: Mapping[str, Unreadable], after: Mapping[str, Unreadable]) -> dict[str, Unreadable | None]:
    gone = {source: None for source in before if source not in after}
    return {**gone, **{source: each for source, each in after.items() if before.get(source) != each}}
