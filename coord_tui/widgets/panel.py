"""Panel: a table under its title."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Container

from coord_tui.display import NOTHING, Words, say
from coord_tui.rows.source import Filtered, Source
from coord_tui.widgets.record_table import RecordTable
from coord_tui.widgets.rule import Rule
from coord_tui.widgets.tree_table import TreeTable


class Panel(Container, can_focus=False, inherit_bindings=False):
    """A table of records with its digit, name and number of rows above it."""

    DEFAULT_CSS = """
    Panel { layout: vertical; height: 1fr; }
    """

    def __init__(self, panel: str, digit: str, name: str, *, headed: bool = False, follows: bool = False) -> None:
        super().__init__(id=panel)
        self.panel, self.digit, self.label = panel, digit, name
        self.rule = Rule()
        self.table = (TreeTable if panel == "shared" else RecordTable)(headed=headed, follows=follows)
        self.wanted = ""
        self.counted = 0
        self._told: tuple[Any, ...] = ()

    def compose(self) -> ComposeResult:
        """The title, then the table."""
        yield self.rule
        yield self.table

    def show(
        self, source: Source, now: float, *, empty: Words, title: Words | None = None, note: Words = NOTHING
    ) -> None:
        """Show a source's rows at `now`; `title` stands for name and count, `note` on the right."""
        self.counted = getattr(source, "total", len(source.keys))
        shown = Filtered(source, self.wanted) if self.wanted else source
        if self.wanted:
            note = say((f"{len(shown.keys)} of {self.counted} with /{self.wanted}", "wait"))
            empty = say(f"None of {self.counted} has {self.wanted} in it. escape shows all.") if self.counted else empty
        self._told = (title, note)
        self.table.show(shown, now, empty)
        self.retitle(active=self.rule.active)

    def retitle(self, *, active: bool) -> None:
        """Show the title again; active: the keys go here."""
        title, note = self._told or (None, NOTHING)
        count = f" {self.counted}" if self.counted and not self.table.follows else ""
        self.rule.show(title or say((f"{self.digit} {self.label}{count}", "name")), note, active=active)
