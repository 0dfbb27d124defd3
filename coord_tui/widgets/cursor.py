"""Cursor: the keys and the mouse that move among rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.scroll_view import ScrollView

WHEEL = 3
"""Rows that a step of the wheel moves."""


class Cursor(ScrollView, inherit_bindings=False):
    """Rows with one of them under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("g,home", "edge(0)", "first", show=False),
        Binding("G,end", "edge(1)", "last", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("ctrl+d", "page(0.5)", "half a page down", show=False),
        Binding("ctrl+u", "page(-0.5)", "half a page up", show=False),
        Binding("enter", "choose", "detail", show=False),
    ]

    keys: Sequence[str] = ()
    at_once = False
    """Whether one click asks for a record; else it takes another, on the row that has the cursor already."""
    _came = False

    def place(self) -> int:
        """Return which row the cursor is on."""
        raise NotImplementedError

    def row_at(self, y: int) -> int | None:
        """Return which row is drawn at a line, None for none."""
        raise NotImplementedError

    @property
    def body(self) -> int:
        """How many lines there are for rows."""
        raise NotImplementedError

    def select(self, key: str) -> bool:
        """Put the cursor on a record; False if it is not here."""
        raise NotImplementedError

    def choose(self) -> None:
        """Ask for the record under the cursor."""
        raise NotImplementedError

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        if self.keys:
            self.select(self.keys[max(0, min(len(self.keys) - 1, self.place() + rows))])

    def action_page(self, pages: float) -> None:
        """Move the cursor by pages."""
        self.action_move(round(max(1, self.body - 1) * pages))

    def action_edge(self, end: int) -> None:
        """Move the cursor to the first or the last row."""
        self.action_move(len(self.keys) if end else -len(self.keys))

    def action_choose(self) -> None:
        """Ask for the record under the cursor."""
        self.choose()

    def on_focus(self) -> None:
        """The first click on a table only brings the cursor there."""
        self._came = True

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a click on the row that has it asks for the record."""
        place, came, self._came = self.row_at(event.y), self._came, False
        if place is not None:
            again = place == self.place() and not came
            self.select(self.keys[place])
            if again or self.at_once:
                self.choose()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the cursor: it is never out of sight."""
        event.prevent_default().stop()
        self.action_move(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the cursor: it is never out of sight."""
        event.prevent_default().stop()
        self.action_move(-WHEEL)
