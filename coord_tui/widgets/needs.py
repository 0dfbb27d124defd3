"""Needs: the panel of what needs a human; under the rows on what evidence the one under the cursor stands."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult

from coord_tui.display import NOTHING, Piece, Words, clip, wrap
from coord_tui.widgets.lines import Lines
from coord_tui.widgets.panel import Panel
from coord_tui.widgets.rule import Rule

WHY: Final = 4
"""Lines that the evidence takes: a rule, two of words, the keys."""
INDENT: Final = 3


class Needs(Panel, can_focus=False, inherit_bindings=False):
    """Findings, and why."""

    DEFAULT_CSS = """
    Needs > #why { height: 3; }
    """

    def compose(self) -> ComposeResult:
        """The rows; below them why."""
        yield from super().compose()
        for each in (Rule(id="because"), Lines(id="why")):
            each.display = False
            yield each

    def explain(self, lead: Words, why: Words, keys: Words) -> None:
        """Say on what evidence the finding under the cursor stands, and what can be done; nothing hides it."""
        for each in (self.query_one("#because", Rule), self.query_one("#why", Lines)):
            each.display = bool(lead)
        if not lead:
            return
        # As wide as the screen; its own size is not yet known when it is shown for the first time.
        room = max(10, self.app.size.width - INDENT - 1)
        said = [clip(line, room) for line in wrap(why, room)] or [NOTHING]
        if len(said) > 2:
            said = [said[0], clip((*said[1], Piece(" …")), room)]
        lines = [*said, keys, *[NOTHING] * (2 - len(said))]
        self.query_one("#because", Rule).show(lead)
        self.query_one("#why", Lines).show([(Piece(" " * INDENT), *line) for line in lines])
