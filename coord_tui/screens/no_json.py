"""NoJSONDialog: a text that is no JSON, where it goes wrong, and the way back to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widget import Widget

from coord_core import text
from coord_core.errors import Refused
from coord_tui.display import NOTHING, Words, say
from coord_tui.editor import NoJSON, Sheet
from coord_tui.screens.dialog import Dialog
from coord_tui.widgets.choice import Choice

AROUND: Final = 30
"""Cells of the line before the place where it goes wrong."""


class NoJSONDialog(Dialog[bool], inherit_bindings=True):
    """Where a text is no JSON. It ends with True to edit it again."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "again", show=False)]

    def __init__(self, error: NoJSON, sheet: Sheet) -> None:
        super().__init__(say(("This is no JSON", "name")))
        self.error, self.sheet = error, sheet

    def body(self) -> Iterable[Widget]:
        """Yield where it goes wrong, and where the text is."""
        kept = say(("Nothing was changed. Your text is kept in ", "dim"), str(self.sheet.path))
        yield self.told(lambda: [say((str(self.error), "stale")), *self._excerpt(), NOTHING, kept], around=8)

    def _excerpt(self) -> list[Words]:
        """Return the line, and below it a mark where it goes wrong."""
        try:
            lines = self.sheet.read().split("\n")
        except (NoJSON, Refused):
            return []
        line, at = (lines[self.error.line - 1] if self.error.line <= len(lines) else ""), self.error.column - 1
        start = max(0, at - AROUND)
        before, after = text.line(line[start:at]), text.line(line[at:])
        shown = text.truncate(before + after, self.inner - 4)
        return [say(("  ", ""), shown), say("  " + " " * text.width(before), ("^", "stale bold"))]

    def choices(self) -> Iterable[Choice]:
        """Yield Cancel and Edit again."""
        yield from super().choices()
        yield Choice("Edit again", key="y", choice="again")

    def on_choice_taken(self, message: Choice.Taken) -> None:
        """Do what was chosen."""
        self.dismiss(message.choice.id == "again")

    def action_again(self) -> None:
        """Edit it again."""
        self.dismiss(True)
