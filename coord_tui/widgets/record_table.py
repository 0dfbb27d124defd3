"""RecordTable: rows by key, drawn line by line, whose cursor stays on its record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.message import Message

from coord_tui.display import NOTHING, Words
from coord_tui.rows.arranged import base
from coord_tui.rows.source import Source
from coord_tui.widgets.sheet import Sheet


class RecordTable(Sheet, can_focus=True):
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

    @dataclass
    class Sorted(Message):
        """The head of a column was clicked."""

        table: RecordTable
        by: str

    def __init__(self, *, headed: bool = False, follows: bool = False, **options: Any) -> None:
        """Headed: the columns' titles stand on top. follows: a cursor at the end stays at the end."""
        super().__init__(headed=headed, **options)
        self.follows = follows
        self.placed = False

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
        near = _nearest(self.keys, self.place())
        was, self.source, self.now, self.empty, self.keys = self.source, source, now, empty, source.keys
        shown, self._cells = self._cells, {}
        self._places = {key: place for place, key in enumerate(self.keys)}
        self.fit_head()
        if ended and self.keys:
            self._cursor = self.keys[-1]
        elif not self.placed and not self.follows:
            self._cursor = self.keys[0] if self.keys else None
        elif self._cursor not in self._places:
            first = self.keys[0] if self.keys else None
            self._cursor = next((key for key in near if key in self._places), first)
        self.resize()
        self.keep_in_sight(offset)
        if was is not None and base(was) is not base(source) and _workspace(was) == _workspace(source):
            self.flash(was, shown)
        self.refresh_changed()
        if before != self._cursor:
            self.post_message(self.Moved(self, self._cursor))

    # Marking

    def mark(self) -> None:
        """Mark the row under the cursor, or no longer, and go on to the next."""
        if self._cursor is not None:
            self.marks ^= {self._cursor}
            self.action_move(1)
            self.refresh_changed()

    def mark_all(self) -> None:
        """Mark all rows; where all are marked, none."""
        self.marks = self.marks - set(self.keys) if self.marks.issuperset(self.keys) else self.marks | set(self.keys)
        self.refresh_changed()

    def unmark(self) -> bool:
        """Mark nothing; False if nothing was marked."""
        marked = bool(self.marks)
        self.marks = set()
        self.refresh_changed()
        return marked

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
            self.keep_in_sight()
            self.refresh_changed()
            self.post_message(self.Moved(self, key))
        return True

    def rest(self) -> None:
        """Go back to the first row, and stay on what is first until somebody moves the cursor."""
        if self.keys:
            self.select(self.keys[0])
        self.placed = False

    def on_resize(self) -> None:
        """Keep the cursor in sight when the room changes."""
        self.resize()
        self.keep_in_sight()
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

    def on_click(self, event: events.Click) -> None:
        """Ask for the order of the column whose head was clicked."""
        x = 1
        for column, room in zip(self._columns, self._fitted(self.size.width), strict=False):
            if event.y < self.head and column.by and x <= event.x < x + room:
                self.post_message(self.Sorted(self, column.by))
            x += room + 1 if room else 0


def _workspace(source: Source) -> str | None:
    """Return the workspace that rows are narrowed to: another one names them otherwise, which changes nothing."""
    scene = getattr(base(source), "scene", None)
    return scene.workspace if scene else None


def _nearest(keys: Sequence[str], place: int) -> Iterator[str]:
    """Yield the rows nearest to a place: those from there on, then those above."""
    yield from (keys[at] for at in range(place, len(keys)))
    yield from (keys[at] for at in range(min(place, len(keys)) - 1, -1, -1))
