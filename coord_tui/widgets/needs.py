"""Needs: the panel of what needs a human; under the rows on what evidence the one under the cursor stands."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult

from coord_tui.display import Piece, Words, clip, wrap
from coord_tui.widgets.lines import Lines
from coord_tui.widgets.one_line import OneLine
from coord_tui.widgets.panel import Panel
from coord_tui.widgets.rule import Rule

WHY: Final = 4
"""Lines that the evidence takes: a rule, two of words, the keys."""
INDENT: Final = 3


class Needs(Panel, can_focus=False, inherit_bindings=False):
    """Findings, and why."""

    DEFAULT_CSS = """
    Needs > #why { height: 2; }
    """

    def compose(self) -> ComposeResult:
        """The rows; below them why, and which keys mend it."""
        yield from super().compose()
        for each in (Rule(id="because"), Lines(id="why"), OneLine(id="cures")):
            each.display = False
            yield each

    def explain(self, lead: Words, why: Words, keys: Words) -> None:
        """Say on what evidence the finding under the cursor stands, and what can be done; nothing hides it."""
        because, lines, cures = (
            self.query_one("#because", Rule),
            self.query_one("#why", Lines),
            self.query_one("#cures", OneLine),
        )
        for each in (because, lines, cures):
            each.display = bool(lead)
        if not lead:
            return
        # As wide as the screen; its own size is not yet known when it is shown for the first time.
        room = max(10, self.app.size.width - INDENT - 1)
        said = wrap(why, room)
        if len(said) > 2:
            said = [said[0], clip((*said[1], Piece(" " * room)), room)]
        because.show(lead)
        lines.show([(Piece(" " * INDENT), *line) for line in said])
        cures.show((Piece(" " * (INDENT - 1)), *keys))
