"""Rules: the line with a panel's title, and the line between two columns."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from coord_tui.display import NOTHING, Piece, Words, retone, say, width
from coord_tui.palette import palette_of, strip


class Rule(Widget, can_focus=False, inherit_bindings=False):
    """A panel's title in a line: ─ 1 Sessions 12 ───── by name ─."""

    DEFAULT_CSS = """
    Rule { height: 1; }
    """

    title: Words = NOTHING
    note: Words = NOTHING
    active = False

    def show(self, title: Words, note: Words = NOTHING, *, active: bool = False) -> None:
        """Show a title on the left and a note on the right; active: the keys go here."""
        if (title, note, active) != (self.title, self.note, self.active):
            self.title, self.note, self.active = title, note, active
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw it."""
        tone = "link" if self.active else "rule"
        title = retone(self.title, "link bold") if self.active else self.title
        note = (Piece(" "), *self.note, Piece(" "), Piece("─", tone)) if self.note else NOTHING
        left = (Piece("─ ", tone), *title, Piece(" "))
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
