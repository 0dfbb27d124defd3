"""OneLine: words on the left and on the right of a single line; header, tabs and key line are such lines."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from coord_tui.display import NOTHING, Piece, Words, clip, link_at, width
from coord_tui.keymap import named
from coord_tui.palette import palette_of, strip


class OneLine(Widget, can_focus=False, inherit_bindings=False):
    """A line of words; drawn again only when they change. A link in it is a key to press, or `screen.action`."""

    DEFAULT_CSS = """
    OneLine { height: 1; }
    """

    left: Words = NOTHING
    right: Words = NOTHING
    _drawn: Words = NOTHING

    def show(self, left: Words, right: Words = NOTHING) -> None:
        """Show these words."""
        if (left, right) != (self.left, self.right):
            self.left, self.right = left, right
            self.refresh()

    async def on_click(self, event: events.Click) -> None:
        """Press the key, or do what was clicked."""
        name = link_at(self._drawn, event.x)
        if name.startswith("screen."):
            await self.run_action(name)
        elif name:
            self.app.simulate_key(named(name))

    def render_line(self, y: int) -> Strip:
        """Draw the left words, then as much of the right as fits."""
        cells = self.size.width
        left = (Piece(" "), *self.left)
        room = cells - width(left) - 1
        right = (*self.right, Piece(" ")) if width(self.right) < room else NOTHING
        left = clip(left, cells - width(right))
        gap = Piece(" " * (cells - width(left) - width(right)))
        self._drawn = (*left, gap, *right)
        return strip(self._drawn, cells, palette_of(self))


def spread(several: Sequence[Words], cells: int, gap: int = 3) -> Words:
    """Return as many of the words, in order, as fit `cells` cells."""
    found: list[Piece] = []
    for words in several:
        needed = width(words) + (gap if found else 0)
        if width(found) + needed > cells:
            break
        found += [Piece(" " * gap)] * bool(found) + list(words)
    return tuple(found)
