"""Choice: a button in a dialog, drawn as text: [ Cancel ]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from coord_tui.display import Words, say, width
from coord_tui.palette import palette_of, strip
from coord_tui.widgets.field import Field


class Choice(Widget, can_focus=True, inherit_bindings=False):
    """A choice to take; the key that takes it too stands before it."""

    DEFAULT_CSS = """
    Choice { width: auto; height: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "take", show=False)]

    @dataclass
    class Taken(Message):
        """Somebody made a choice."""

        choice: Choice

    def __init__(self, label: str, *, key: str = "", choice: str) -> None:
        super().__init__(id=choice)
        self.label, self.key = label, key

    def words(self) -> Words:
        """Return what is drawn."""
        label = (f"[ {self.label} ]", "tab link") if self.has_focus else (f"[ {self.label} ]", "name")
        if not self.key:
            return say(label)
        # In a line that is typed in, a letter is a letter: enter goes on.
        typing = isinstance(self.screen.focused, Field)
        return say((f"{'enter ' if typing else ''}{self.key} ", "link bold"), label)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as its words."""
        return width(self.words())

    def render_line(self, y: int) -> Strip:
        """Draw it."""
        return strip(self.words(), self.size.width, palette_of(self))

    def on_focus(self) -> None:
        """Show that it is the one."""
        self.refresh()

    def on_blur(self) -> None:
        """Show that it is not."""
        self.refresh()

    def action_take(self) -> None:
        """Make this choice."""
        self.post_message(self.Taken(self))

    def on_click(self, event: events.Click) -> None:
        """Make this choice."""
        event.stop()
        self.action_take()
