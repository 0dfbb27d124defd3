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

    def tell(
        self, said: Words, place: int, findings: Sequence[Finding], *, key: str, ignored: int, quiet: bool
    ) -> None:
        """Show a sentence, which of how many it is, and how many are ignored.

        key: of the panel with all of them. quiet: the sentence alone, in one line.
        """
        self.styles.height = 1 if quiet else 3
        self.query_one(Rule).display = not quiet
        counts = [f"{place + 1} of {len(findings)}"] if findings else []
        counts += [f"{ignored} ignored"] if ignored else []
        note = say((", ".join(counts), "dim"))
        mark = say(MARKS[findings[place].severity]) if findings else NOTHING
        self.query_one(Rule).show(say((f"{key} Needs you", "name")), note)
        room = self.size.width - (4 if findings else 2)
        lines = wrap(said, room) if room > 10 else []
        lead = (Piece(" "), *mark, Piece(" ")) if mark else (Piece(" "),)
        gap = Piece(" " * (3 if mark else 1))
        self.query_one(Lines).show([(*lead, *words) if not at else (gap, *words) for at, words in enumerate(lines[:2])])
