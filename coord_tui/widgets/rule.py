"""Rules: the line with a panel's title, and the line between two columns."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from coord_tui.display import NOTHING, Piece, Words, retone, say, width
from coord_tui.palette import palette_of, strip
from coord_tui.widgets.one_line import spread

NOTE = 4
"""Cells around a note, and the least of the line before it."""


class Rule(Widget, can_focus=False, inherit_bindings=False):
    """A panel's title in a line: ─ 1 Sessions 12 ───── by name ─."""

    DEFAULT_CSS = """
    Rule { height: 1; }
    """

    title: Words = NOTHING
    notes: Sequence[Words] = ()
    active = False

    def show(self, title: Words, *notes: Words, active: bool = False) -> None:
        """Show a title on the left, and as many notes as fit on the right; active: the keys go here."""
        if (title, notes, active) != (self.title, self.notes, self.active):
            self.title, self.notes, self.active = title, notes, active
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw it."""
        tone = "link" if self.active else "rule"
        title = retone(self.title, "link bold") if self.active else self.title
        left = (Piece("─ ", tone), *title, Piece(" "))
        told = spread([note for note in self.notes if note], self.size.width - width(left) - NOTE)
        note = (Piece(" "), *told, Piece(" "), Piece("─", tone)) if told else NOTHING
        fill = self.size.width - width(left) - width(note)
        if fill < 1:
            note, fill = NOTHING, max(0, self.size.width - width(left))
        return strip((*left, Piece("─" * fill, tone), *note), self.size.width, palette_of(self))


class Divider(Widget, can_focus=False, inherit_bindings=False):
    """The line between two columns."""

    DEFAULT_CSS = """
    Divider { width: 1; height: 1fr; }
    """

    def render_line(self, y: int) -> Strip:
        """Draw it, joined to the titles' line on top."""
        return strip(say(("┬" if y == 0 else "│", "rule")), 1, palette_of(self))
