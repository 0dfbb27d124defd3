"""RecordTable: rows by key, drawn line by line, whose cursor stays on its record."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from coord_core.frozen import frozen
from coord_tui.columns import Column, fit
from coord_tui.display import NOTHING, Across, Cell, Piece, Words, clip, lay, say, width
from coord_tui.palette import palette_of, strip
from coord_tui.rows.source import Source
from coord_tui.widgets.cursor import Cursor


@frozen
class _Line:
    """What one line in sight shows: words, or a row's cells."""

    words: Words = NOTHING
    cells: tuple[Cell, ...] = ()
    cursor: bool = False
    otherwise: bool = False


SPACE = Piece(" ")
OTHERWISE = Piece("≠", "wait")
"""What stands before a row of the past that is otherwise now."""


class RecordTable(Cursor, can_focus=True):
    """A table of records, each under its key."""

    DEFAULT_CSS = """
    RecordTable { scrollbar-size: 0 0; height: 1fr; }
    """

    @dataclass
    class Moved(Message):
        """The cursor came to another record."""

        table: RecordTable
        key: str | None

    @dataclass
    class Chosen(Message):
        """A record was asked for."""

        table: RecordTable
        key: str

    def __init__(self, *, headed: bool = False, follows: bool = False, **options: Any) -> None:
        """Headed: the columns' titles stand on top. follows: a cursor at the end stays at the end."""
        super().__init__(**options)
        self.headed = headed
        self.follows = follows
        self.source: Source | None = None
        self.now = 0.0
        self.keys: Sequence[str] = ()
        self.empty: Words = NOTHING
        self.marks_cursor = False
        self.placed = False
        self.more = ""
        self.differing: Container[str] = ()
        self._places: dict[str, int] = {}
        self._cursor: str | None = None
        self._drawn: dict[int, _Line] = {}
        self._widths: tuple[int, Sequence[Column], list[int]] = (-1, (), [])

    @property
    def cursor(self) -> str | None:
        """The key of the record under the cursor, None without rows."""
        return self._cursor

    @property
    def at_end(self) -> bool:
        """Whether the cursor is on the last row."""
        return not self.keys or self._cursor == self.keys[-1]

    def show(self, source: Source, now: float, empty: Words = NOTHING) -> None:
        """Show a source's rows at `now`, seconds since 1970; `empty` is said when there are none."""
        offset = self.place() - self.scroll_offset.y
        ended = self.follows and self.at_end
        before = self._cursor
        old_place = self.place()
        self.source, self.now, self.empty, self.keys = source, now, empty, source.keys
        self._places = {key: place for place, key in enumerate(self.keys)}
        if ended and self.keys:
            self._cursor = self.keys[-1]
        elif not self.placed and not self.follows:
            self._cursor = self.keys[0] if self.keys else None
        elif self._cursor not in self._places:
            self._cursor = self.keys[min(old_place, len(self.keys) - 1)] if self.keys else None
        self._resize()
        self._keep_in_sight(offset)
        self.refresh_changed()
        if before != self._cursor:
            self.post_message(self.Moved(self, self._cursor))

    def tick(self, now: float) -> None:
        """Let time pass: draw again what reads otherwise now."""
        self.now = now
        self.refresh_changed()

    def choose(self) -> None:
        """Ask for the record under the cursor."""
        if self._cursor is not None:
            self.post_message(self.Chosen(self, self._cursor))

    def select(self, key: str) -> bool:
        """Put the cursor on a record; False if it is not here."""
        if key not in self._places:
            return False
        self.placed = True
        if key != self._cursor:
            self._cursor = key
            self._keep_in_sight()
            self.refresh_changed()
            self.post_message(self.Moved(self, key))
        return True

    def on_resize(self) -> None:
        """Keep the cursor in sight when the room changes."""
        self._resize()
        self._keep_in_sight()
        self.refresh_changed()

    def on_focus(self) -> None:
        """Show the cursor: from now on it stays on its record."""
        self.placed = True
        self.refresh_changed()

    def on_blur(self) -> None:
        """Hide the cursor: at the top it stays at the top."""
        self.placed = self.place() > 0
        self.refresh_changed()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Draw what came into sight."""
        super().watch_scroll_y(old_value, new_value)
        self.refresh_changed()

    # What is where

    def place(self) -> int:
        """Return which row the cursor is on."""
        return self._places.get(self._cursor or "", 0)

    @property
    def _head(self) -> int:
        return 1 if self.headed else 0

    @property
    def body(self) -> int:
        """How many lines there are for rows."""
        return max(1, self.size.height - self._head)

    def _hidden(self) -> int:
        """How many rows are below the last one in sight: its line then tells their number."""
        below = len(self.keys) - self.scroll_offset.y - self.body
        return below + 1 if below > 0 else 0

    def row_at(self, y: int) -> int | None:
        """Return which row is drawn at a line, None for none."""
        place = y - self._head + self.scroll_offset.y
        told = self._hidden() and y == self.size.height - 1
        return place if y >= self._head and place < len(self.keys) and not told else None

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, self._head + len(self.keys))

    def _keep_in_sight(self, offset: int | None = None) -> None:
        """Scroll so that the cursor is seen, `offset` rows from the top if anything is scrolled at all."""
        place, top = self.place(), self.scroll_offset.y
        if offset is not None and top and 0 <= offset < self.body:
            top = place - offset
        last = self.body - 1 if place < len(self.keys) - 1 and len(self.keys) > self.body else self.body
        top = max(min(top, place), place - last + 1, 0)
        top = min(top, max(0, len(self.keys) - self.body))
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)

    # Drawing

    def refresh_changed(self) -> None:
        """Draw the lines again that are not what they were."""
        for y in range(self.size.height):
            line = self._line(y)
            if self._drawn.get(y) != line:
                self._drawn[y] = line
                self.refresh(Region(0, y, self.size.width, 1))

    def _line(self, y: int) -> _Line:
        """Return one line in sight."""
        if self.source is None:
            return _Line()
        if y < self._head:
            return _Line(cells=tuple(say((column.title, "dim bold")) for column in self.source.columns))
        place = self.row_at(y)
        if place is not None:
            key = self.keys[place]
            cursor = key == self._cursor and (self.has_focus or self.marks_cursor)
            return _Line((), tuple(self.source.cells(key, self.now)), cursor, key in self.differing)
        if self._hidden() and y == self.size.height - 1:
            return _Line(say((f"   {self._hidden()} more{self.more}", "dim")))
        return _Line(say(" ", *self.empty) if y == self._head and not self.keys else NOTHING)

    def render_line(self, y: int) -> Strip:
        """Draw one line in sight."""
        line = self._drawn[y] = self._line(y)
        words = (
            self._row(line.cells, OTHERWISE if line.otherwise else SPACE)
            if line.cells
            else clip(line.words, self.size.width)
        )
        return strip(words, self.size.width, palette_of(self), cursor=line.cursor)

    def _row(self, cells: Sequence[Cell], lead: Piece) -> Words:
        found: list[Piece] = [lead]
        for column, cell, room in zip(self._columns, cells, self._fitted(), strict=False):
            if isinstance(cell, Across):
                return (*found, *lay(cell, self.size.width - width(found) - 1))
            if room:
                cut = lay(cell, room)
                gap = Piece(" " * (room - width(cut)))
                found += [gap, *cut, SPACE] if column.right else [*cut, gap, SPACE]
        return tuple(found)

    @property
    def _columns(self) -> Sequence[Column]:
        return self.source.columns if self.source else ()

    def _fitted(self) -> list[int]:
        if self._widths[0] != self.size.width or self._widths[1] is not self._columns:
            self._widths = (self.size.width, self._columns, fit(self._columns, self.size.width))
        return self._widths[2]
