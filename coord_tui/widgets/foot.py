"""Foot: one finding at the foot of a small screen."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container

from coord_core.state.insights import Finding
from coord_tui.display import NOTHING, Piece, Words, say, wrap
from coord_tui.rows.findings import MARKS
from coord_tui.widgets.lines import Lines
from coord_tui.widgets.rule import Rule


class Foot(Container, can_focus=False, inherit_bindings=False):
    """The finding that `n` came to last, the worst one to begin with."""

    DEFAULT_CSS = """
    Foot { layout: vertical; height: 3; }
    """

    def compose(self) -> ComposeResult:
        """A title, and two lines."""
        yield Rule()
        yield Lines()

    async def on_click(self) -> None:
        """Go to all that need somebody."""
        await self.run_action("screen.panel('needs')")

    def tell(self, said: Words, place: int, findings: Sequence[Finding]) -> None:
        """Show a sentence, and which of how many it is."""
        note = say((f"{place + 1} of {len(findings)}", "dim")) if findings else NOTHING
        mark = say(MARKS[findings[place].severity]) if findings else NOTHING
        self.query_one(Rule).show(say(("! Needs you", "name")), note)
        room = self.size.width - (4 if findings else 2)
        lines = wrap(said, room) if room > 10 else []
        lead = (Piece(" "), *mark, Piece(" ")) if mark else (Piece(" "),)
        gap = Piece(" " * (3 if mark else 1))
        self.query_one(Lines).show([(*lead, *words) if not at else (gap, *words) for at, words in enumerate(lines[:2])])
