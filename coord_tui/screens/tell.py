"""Tell: a plan that says something to agents, with a line for the words."""

from __future__ import annotations

from textual.widget import Widget

from coord_core.actions.plan import Plan
from coord_tui.screens.confirm import Confirm
from coord_tui.widgets.field import Field

TO_COME = "…"
"""Stands for the words while they are not yet typed."""
EMPTY = "required: say something"


class Tell(Confirm, inherit_bindings=True):
    """What is to be said. It ends with the words; without any only where they are optional.

    said: what stands in the line already; without it they are required, and the dialog opens in the line.
    """

    label = "Message"

    def __init__(self, plan: Plan, said: str = "") -> None:
        super().__init__(plan)
        self.said = said

    def field(self) -> Field:
        """Return the line for the words."""
        return Field("optional" if self.said else "required", field="reason", value=self.said)

    def opening(self) -> Widget:
        """Open in the line where words are needed."""
        return super().opening() if self.said else self.query_one("#reason", Field)

    def action_cancel(self) -> None:
        """Leave without saying it, and say so of words that were typed."""
        typed = self.query_one("#reason", Field).value.strip()
        super().action_cancel()
        if typed not in ("", self.said):
            self.coord.remark("Nothing was said: cancelled.")

    def _do(self) -> None:
        field = self.query_one("#reason", Field)
        if field.value.strip() or self.said:
            self.dismiss(field.value.strip())
            return
        field.value, field.placeholder = "", EMPTY
        field.focus()
