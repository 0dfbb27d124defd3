"""Confirm: a plan, shown exactly, to be done or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from coord_core.actions.plan import Plan
from coord_tui.display import Words, say
from coord_tui.screens import plan_words
from coord_tui.screens.dialog import Dialog, asks_why
from coord_tui.widgets.choice import Choice
from coord_tui.widgets.field import Field
from coord_tui.widgets.lines import Lines

ROOM_AROUND = 4


class Confirm(Dialog[str], inherit_bindings=True):
    """A plan. It ends with the reason if it is to be done.

    What takes from a live session asks for a reason, and only its button does it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "accept", show=False)]

    label = "Reason"

    def __init__(self, plan: Plan) -> None:
        super().__init__(say((plan.title, "name")))
        self.plan = plan

    def body(self) -> Iterable[Widget]:
        """Yield why, what changes, what else, and the reason to be given."""
        yield self.told(self._said, around=ROOM_AROUND)
        with Horizontal(classes="row"):
            label = Lines()
            label.styles.width = len(self.label) + 2
            label.show([say((self.label, "name"))])
            yield label
            yield self.field()

    def field(self) -> Field:
        """Return the line for the reason."""
        return Field("required" if self.plan.takes_from else "optional", field="reason")

    def _said(self) -> list[Words]:
        return plan_words.whole(self.plan, self.inner)

    def choices(self) -> Iterable[Choice]:
        """Yield Cancel and what does it."""
        yield from super().choices()
        yield Choice(self.plan.verb, key="" if self.plan.takes_from else "y", choice="accept")

    def on_choice_taken(self, message: Choice.Taken) -> None:
        """Do what was chosen."""
        if message.choice.id == "cancel":
            self.action_cancel()
        else:
            self._do()

    def on_input_submitted(self) -> None:
        """Go on: enter in a line never does anything."""
        self.entered().focus()

    def entered(self) -> Choice:
        """Return the button that enter goes on to: who gave a reason wants it done."""
        return self.query_one("#accept" if self.query_one("#reason", Field).value.strip() else "#cancel", Choice)

    def action_accept(self) -> None:
        """Do it, at the key y; what takes from somebody alive only goes on to what is still to be done for that."""
        if not self.plan.takes_from:
            self._do()
        elif not asks_why(self, self.plan.takes_from):
            self.query_one("#accept", Choice).focus()

    def _do(self) -> None:
        if not asks_why(self, self.plan.takes_from):
            self.dismiss(self.query_one("#reason", Field).value.strip())
