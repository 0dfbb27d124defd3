"""Sheet: rows drawn line by line; only the lines that changed are drawn again."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from textual.geometry import Region, Size
from textual.strip import Strip

from coord_core.frozen import frozen
from coord_tui.columns import Column, fit
from coord_tui.display import NOTHING, Across, Cell, Piece, Words, clip, embolden, lay, say, width
from coord_tui.palette import palette_of, strip
from coord_tui.rows.arranged import Order, base
from coord_tui.rows.source import Source
from coord_tui.widgets.cursor import Cursor
from coord_tui.widgets.flashes import FADES_S, LASTS_S, Flashes

SPACE = Piece(" ")


@frozen
class _Line:
    """What one line in sight shows: words, or a row's cells."""

    words: Words = NOTHING
    cells: tuple[Cell, ...] = ()
    cursor: bool = False
    lead: Piece = SPACE
    bold: frozenset[int] = frozenset()


class _Frame(NamedTuple):
    """What is in sight: lines of so many cells, the first for row `top`; hidden: how many rows the last line tells."""

    cells: int
    lines: int
    top: int
    hidden: int


MARK = Piece("+", "link bold")
"""Stands before a marked row: a sign, not a colour alone."""
OTHERWISE = Piece("≠", "wait")
"""Stands before a row of the past that is otherwise now."""


class Sheet(Cursor, inherit_bindings=True):
    """The rows of a source as lines; head: how many lines the titles take."""

    def __init__(self, *, headed: bool = False, **options: Any) -> None:
        """Headed: the columns' titles stand on top."""
        super().__init__(**options)
        self.titled, self.head = headed, 0
        self.source: Source | None = None
        self.now = 0.0
        self.keys: Sequence[str] = ()
        self.empty: Words = NOTHING
        self.marks_cursor = False
        self.more = ""
        self.order: Order | None = None
        self.marks: set[str] = set()
        self.differing: Container[str] = ()
        self._places: dict[str, int] = {}
        self._cursor: str | None = None
        self._cells: dict[str, tuple[Cell, ...]] = {}
        self._drawn: dict[int, _Line] = {}
        self._widths: tuple[int, Sequence[Column], list[int]] = (-1, (), [])
        self._flashes = Flashes()

    def tick(self, now: float) -> None:
        """Let time pass: draw again what reads otherwise now."""
        self.now = now
        if self.source is not None and base(self.source).ages:
            self._cells.clear()
            self.refresh_changed()

    def forget(self) -> None:
        """Forget what rows looked like: nothing that is otherwise now stands out."""
        self._cells.clear()

    # What is where

    def place(self) -> int:
        """Return which row the cursor is on."""
        return self._places.get(self._cursor or "", 0)

    def head_with(self, *, titles: bool) -> None:
        """Let the columns' titles, if they have any, stand on top, or no longer."""
        before, self.titled = self.head, titles
        self.fit_head()
        if self.head != before:
            self.resize()
            self.keep_in_sight()
            self.refresh_changed()

    def fit_head(self) -> None:
        """Have room for the titles if they are wanted and there are any."""
        self.head = 1 if self.titled and any(column.title for column in self._columns) else 0

    @property
    def body(self) -> int:
        """How many lines there are for rows."""
        return max(1, self.size.height - self.head)

    def row_at(self, y: int) -> int | None:
        """Return which row is drawn at a line, None for none."""
        return self._row_in(self._frame(), y)

    def _frame(self) -> _Frame:
        (cells, lines), top = self.size, self.scroll_offset.y
        below = len(self.keys) - top - max(1, lines - self.head)
        return _Frame(cells, lines, top, below + 1 if below > 0 else 0)

    def _row_in(self, frame: _Frame, y: int) -> int | None:
        place = y - self.head + frame.top
        told = frame.hidden and y == frame.lines - 1
        return place if y >= self.head and place < len(self.keys) and not told else None

    def resize(self) -> None:
        """Be as high as there are rows."""
        self.virtual_size = Size(self.size.width, self.head + len(self.keys))

    def keep_in_sight(self, offset: int | None = None) -> None:
        """Scroll so that the cursor is seen, `offset` rows from the top if anything is scrolled at all."""
        place, top, body = self.place(), self.scroll_offset.y, self.body
        before = top
        if offset is not None and top and 0 <= offset < body:
            top = place - offset
        last = body - 1 if place < len(self.keys) - 1 and len(self.keys) > body else body
        top = max(min(top, place), place - last + 1, 0)
        top = min(top, max(0, len(self.keys) - body))
        if top != before:
            self.scroll_to(y=top, animate=False, force=True)

    # Drawing

    def refresh_changed(self) -> None:
        """Draw the lines again that are not what they were."""
        frame = self._frame()
        others: list[Region] = []
        for y in range(frame.lines):
            line = self._line(frame, y)
            if self._drawn.get(y) != line:
                self._drawn[y] = line
                others.append(Region(0, y, frame.cells, 1))
        if others:
            self.refresh(*others)

    def flash(self, was: Source, shown: Mapping[str, tuple[Cell, ...]]) -> None:
        """Let what another board changed in sight stand out for a moment; shown: what cells rows had."""
        assert self.source is not None
        waiting = bool(self._flashes)
        frame = self._frame()
        in_sight = {key: self._cells_of(key) for key in self.keys[frame.top : frame.top + frame.lines] if key in shown}
        others = {key: cells for key, cells in in_sight.items() if cells != shown[key]}
        self._flashes.compare(was, self.source.columns, others, self.now)
        if self._flashes and not waiting:
            self.set_timer(LASTS_S, self._fade)

    @property
    def flashing(self) -> bool:
        """Whether something stands out that a board changed."""
        return bool(self._flashes)

    def _fade(self) -> None:
        left = self._flashes.fade()
        self.refresh_changed()
        if left:
            self.set_timer(FADES_S, self._fade)

    def _cells_of(self, key: str) -> tuple[Cell, ...]:
        """Return a row's cells, worked out once for each instant."""
        assert self.source is not None
        if key not in self._cells:
            self._cells[key] = tuple(self.source.cells(key, self.now))
        return self._cells[key]

    def _line(self, frame: _Frame, y: int) -> _Line:
        """Return one line in sight."""
        if self.source is None:
            return _Line()
        if y < self.head:
            return _Line(cells=tuple(map(self._title, self.source.columns, self._fitted(frame.cells))))
        place = self._row_in(frame, y)
        if place is not None:
            key = self.keys[place]
            cursor = key == self._cursor and (self.has_focus or self.marks_cursor)
            lead = MARK if key in self.marks else OTHERWISE if key in self.differing else SPACE
            return _Line(NOTHING, self._cells_of(key), cursor, lead, self._flashes.of(key))
        if frame.hidden and y == frame.lines - 1:
            return _Line(say((f"   {frame.hidden} more{self.more}", "dim")))
        return _Line(say(" ", *self.empty) if y == self.head and not self.keys else NOTHING)

    def render_line(self, y: int) -> Strip:
        """Draw one line in sight."""
        frame = self._frame()
        line = self._drawn[y] = self._line(frame, y)
        words = self._row(line, frame.cells) if line.cells else clip(line.words, frame.cells)
        return strip(words, frame.cells, palette_of(self), cursor=line.cursor)

    def _title(self, column: Column, room: int) -> Words:
        """Return a column's title, that of the sorted one with an arrow if there is room for it."""
        if self.order is None or not column.by or column.by != self.order.by:
            return say((column.title, "dim bold"))
        return say((column.title + self.order.sign if len(column.title) < room else column.title, "link bold"))

    def _row(self, line: _Line, cells: int) -> Words:
        found: list[Piece] = [line.lead]
        columns = zip(self._columns, line.cells, self._fitted(cells), strict=False)
        for place, (column, cell, room) in enumerate(columns):
            if isinstance(cell, Across):
                return (*found, *lay(cell, cells - width(found) - 1))
            if room:
                found += _filled(cell, room, column.right, place in line.bold)
        return tuple(found)

    @property
    def _columns(self) -> Sequence[Column]:
        return self.source.columns if self.source else ()

    def _fitted(self, cells: int) -> list[int]:
        if self._widths[0] != cells or self._widths[1] is not self._columns:
            self._widths = (cells, self._columns, fit(self._columns, cells))
        return self._widths[2]


@lru_cache(maxsize=2048)
def _filled(cell: Cell, room: int, right: bool, bold: bool) -> Words:
    """Return a cell's words in exactly `room` cells, and a space; most are the same the next time a row is drawn."""
    cut = embolden(lay(cell, room)) if bold else lay(cell, room)
    gap = Piece(" " * (room - width(cut)))
    return (gap, *cut, SPACE) if right else (*cut, gap, SPACE)
