"""Help: every key that does something."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from coord_tui.display import Words, say
from coord_tui.keymap import Keymap
from coord_tui.screens.dialog import Dialog
from coord_tui.screens.key_words import help_lines
from coord_tui.widgets.choice import Choice


class Help(Dialog[None], inherit_bindings=True):
    """The keys, by what they are for."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "cancel", show=False)]

    def __init__(self, keymap: Keymap, *, read_only: bool) -> None:
        super().__init__(say(("Keys", "name")))
        self.keymap, self.read_only = keymap, read_only

    def body(self) -> Iterable[Widget]:
        """Yield the keys."""
        yield self.told(self._said(), most=max(4, self.app.size.height - 3))

    def _said(self) -> list[Words]:
        return help_lines(self.inner, self.keymap, read_only=self.read_only)

    def choices(self) -> Iterable[Choice]:
        """Yield the way out."""
        yield Choice("Close", choice="cancel")

    def on_choice_taken(self) -> None:
        """Leave."""
        self.action_cancel()
