"""Lines: words drawn line by line, as many as there are, with no parsing in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from coord_tui.display import Words, link_at
from coord_tui.palette import palette_of, strip


class Lines(ScrollView, can_focus=False, inherit_bindings=False):
    """Lines of words; only those that changed are drawn again."""

    DEFAULT_CSS = """
    Lines { scrollbar-size: 0 0; height: 1fr; }
    """

    lines: Sequence[Words] = ()

    @dataclass
    class Followed(Message):
        """A link was clicked; key: of the record that it leads to."""

        key: str

    def show(self, lines: Sequence[Words]) -> None:
        """Show these lines instead of the ones before."""
        before, self.lines = self.lines, list(lines)
        if len(before) != len(self.lines):
            self.virtual_size = Size(self.size.width, len(self.lines))
            self.refresh()
            return
        for place, (old, new) in enumerate(zip(before, self.lines, strict=True)):
            if old != new:
                self.refresh(Region(0, place - self.scroll_offset.y, self.size.width, 1))

    def on_click(self, event: events.Click) -> None:
        """Follow the link that was clicked; the second click of two was for what stood there before."""
        place = event.y + self.scroll_offset.y
        key = link_at(self.lines[place], event.x) if place < len(self.lines) else ""
        if key and event.chain == 1:
            self.post_message(self.Followed(key))

    def on_resize(self) -> None:
        """Keep the virtual size in step."""
        self.virtual_size = Size(self.size.width, len(self.lines))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        place = y + self.scroll_offset.y
        words = self.lines[place] if place < len(self.lines) else ()
        return strip(words, self.size.width, palette_of(self))


class Reader(Lines, can_focus=True, inherit_bindings=False):
    """Lines to read through: they scroll with the keys that move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("ctrl+d", "page(0.5)", show=False),
        Binding("ctrl+u", "page(-0.5)", show=False),
        Binding("g,home", "edge(0)", show=False),
        Binding("G,end", "edge(1)", show=False),
    ]

    def action_scroll(self, lines: int) -> None:
        """Move by lines."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, force=True)

    def action_page(self, pages: float) -> None:
        """Move by pages."""
        self.action_scroll(round(self.size.height * pages))

    def action_edge(self, end: int) -> None:
        """Move to the first or the last line."""
        self.scroll_to(y=self.max_scroll_y if end else 0, animate=False, force=True)
