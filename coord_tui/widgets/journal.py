"""The journal beside the board: which line is looked at, and those before and after it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from coord_tui.display import NOTHING, Words, say
from coord_tui.rows.journal import BEGIN, NOW, JournalRows
from coord_tui.rows.source import Source
from coord_tui.widgets.panel import Panel
from coord_tui.widgets.record_table import RecordTable


class JournalTable(RecordTable):
    """A part of the journal's lines: more of them are read as the cursor comes near the end of it."""

    @dataclass
    class Wanted(Message):
        """A line is to be looked at from."""

        key: str

    @dataclass
    class Ended(Message):
        """The first or the last of all lines is wanted."""

        oldest: bool

    def choose(self) -> None:
        """Ask to look at the moment of the line under the cursor."""
        if self.cursor not in (None, BEGIN):
            self.post_message(self.Wanted(str(self.cursor)))

    def action_edge(self, end: int) -> None:
        """Go to the newest or the oldest line, which may have to be read first."""
        super().action_edge(end)
        if self.keys and self.keys[-1 if end else 0] not in (NOW, BEGIN):
            self.post_message(self.Ended(bool(end)))


class JournalPanel(Panel):
    """The journal's lines under their title."""

    def __init__(self) -> None:
        super().__init__("journal", "", "Journal")
        self.table: RecordTable = JournalTable()
        self.table.marks_cursor = True

    def show(
        self, source: Source, now: float, *, empty: Words, title: Words | None = None, note: Words = NOTHING
    ) -> None:
        """Show some lines, and put the cursor on that which is looked at, unless somebody moved it."""
        assert isinstance(source, JournalRows)
        before = self.source
        same = isinstance(before, JournalRows) and before.current == source.current
        stays = same and self.table.cursor in source.keys
        self.source = source
        self.table.show(source, now, empty)
        if not stays:
            self.table.select(source.current)
        self.retitle(active=self.rule.active)

    def narrow(self, wanted: str) -> None:
        """Take a filter's words: the lines come sifted."""
        self.wanted = wanted.strip()
        self.retitle(active=self.rule.active)

    def retitle(self, *, active: bool) -> None:
        """Show the title again, and what is listed."""
        notes = [say((f"with /{self.wanted}", "wait")), say(("esc clears", "dim"))] if self.wanted else []
        self.rule.show(say((self.label, "name")), *notes, active=active)
