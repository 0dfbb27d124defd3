"""Planning: a dialog whose plan follows what is chosen in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from coord_core.actions.plan import Plan
from coord_core.errors import CoordError
from coord_core.state.insights import Remedy
from coord_tui.display import Words, say
from coord_tui.screens import plan_words
from coord_tui.screens.dialog import Dialog, asks_why
from coord_tui.widgets.choice import Choice
from coord_tui.widgets.field import Field
from coord_tui.widgets.lines import Lines, Reader
from coord_tui.widgets.rule import Rule
from coord_tui.workers import start


class Planning(Dialog[tuple[Plan, str]], inherit_bindings=True):
    """A choice, and below it exactly what it would change. It ends with the plan and the reason."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "accept", show=False)]

    plan: Plan | None = None
    verb = "Do it"
    reading: Reader | None = None

    def remedy(self) -> Remedy | None:
        """Return what is chosen now, None for nothing."""
        raise NotImplementedError

    def preview(self) -> Widget:
        """Return the place for the plan."""
        self.reading = Reader(id="plan")
        return self.reading

    @property
    def reader(self) -> Reader | None:
        """What scrolls."""
        return self.reading

    def reason_line(self, label: str) -> Iterable[Widget]:
        """Yield a line to type a reason in."""
        words = Lines()
        words.styles.width = len(label) + 2
        words.styles.height = 1
        words.show([say((label, "name"))])
        yield words
        yield Field("optional", field="reason")

    def choices(self) -> Iterable[Choice]:
        """Yield Cancel and what does it."""
        yield from super().choices()
        yield Choice(self.verb, key="y", choice="accept")

    def replan(self) -> None:
        """Work the plan out for what is chosen now."""
        self.plan = None
        remedy = self.remedy()
        if remedy is None:
            self._tell([say(("Nothing is chosen.", "dim"))])
        else:
            start(self, partial(self._plan, remedy), "plan", alone=True)

    async def _plan(self, remedy: Remedy) -> None:
        try:
            plan = await asyncio.to_thread(self.coord.desk.plan, remedy.action, remedy.arguments)
        except CoordError as error:
            self._tell([say((str(error), "wait"))])
            return
        self.plan = plan
        button = self.query_one("#accept", Choice)
        button.key = "" if plan.takes_from else "y"
        button.refresh(layout=True)
        self.query_one("#reason", Field).placeholder = "required" if plan.takes_from else "optional"
        self._tell(self.said(plan))

    def said(self, plan: Plan) -> list[Words]:
        """Return the plan in words."""
        return plan_words.whole(plan, self.inner)

    def on_resize(self) -> None:
        """Wrap anew, so that the buttons stay in sight."""
        super().on_resize()
        if self.plan is not None:
            self._tell(self.said(self.plan))

    def _tell(self, paragraphs: list[Words]) -> None:
        lines = self.wrapped(paragraphs)
        reader = self.query_one("#plan", Reader)
        reader.styles.height = max(1, min(len(lines), self.app.size.height - self.around()))
        reader.show(lines)
        self.query_one(Rule).show(say(("what changes", "dim")))
        self.call_after_refresh(self.count_below)

    def around(self) -> int:
        """Return how many lines the rest of the dialog takes."""
        return 14

    def on_choice_taken(self, message: Choice.Taken) -> None:
        """Do what was chosen."""
        if message.choice.id == "cancel":
            self.action_cancel()
        else:
            self._do()

    def action_accept(self) -> None:
        """Do it, at the key y; what takes from somebody alive only goes on to what is still to be done for that."""
        if self.plan is None or not self.plan.takes_from:
            self._do()
        elif not asks_why(self, self.plan.takes_from):
            self.query_one("#accept", Choice).focus()

    def _do(self) -> None:
        if self.plan is not None and not asks_why(self, self.plan.takes_from):
            self.dismiss((self.plan, self.query_one("#reason", Field).value.strip()))

    def on_input_submitted(self) -> None:
        """Go on, first to a reason that is needed and missing: enter in a line never does anything."""
        said = self.query_one("#reason", Field).value.strip()
        if not (
            self.plan is not None
            and self.focused is not self.query_one("#reason")
            and asks_why(self, self.plan.takes_from)
        ):
            self.query_one("#accept" if said else "#cancel", Choice).focus()
