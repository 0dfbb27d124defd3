"""Field: a line to type in; what is typed or pasted is made safe like everything else."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from coord_core import text


class Field(Input, inherit_bindings=False):
    """One line of text. Keys that leave a dialog or move in it are not its own."""

    DEFAULT_CSS = """
    Field, Field:focus { border: none; padding: 0; height: 1; background: $background; width: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "cursor_left", show=False),
        Binding("right", "cursor_right", show=False),
        Binding("home,ctrl+a", "home", show=False),
        Binding("end,ctrl+e", "end", show=False),
        Binding("backspace,ctrl+h", "delete_left", show=False),
        Binding("delete", "delete_right", show=False),
        Binding("ctrl+w", "delete_left_word", show=False),
        Binding("ctrl+u", "delete_left_all", show=False),
        Binding("enter", "submit", show=False),
    ]

    def __init__(self, hint: str, *, field: str, **options: Any) -> None:
        super().__init__(id=field, placeholder=hint, select_on_focus=False, max_length=500, **options)
        self.cursor_blink = False

    def replace(self, typed: str, start: int, end: int) -> None:
        """Put text in for other text."""
        super().replace(text.line(typed), start, end)
