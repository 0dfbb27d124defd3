"""The journal beside the board: which line is looked at, and those before and after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual.message import Message

from coord_tui.display import NOTHING, Words, say
from coord_tui.rows.journal import BEGIN, NOW, JournalRows
from coord_tui.rows.source import Source
from coord_tui.widgets.panel import Panel
from coord_tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from coord_tui.app import CoordApp


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

    @property
    def counted(self) -> int:
        """Nobody counts the journal's lines."""
        return 0

    def narrow(self, wanted: str) -> None:
        """List only the lines that a filter's words keep."""
        self.wanted = wanted.strip()
        cast("CoordApp", self.app).travel.sift(self.wanted)

    def _notes(self) -> list[Words]:
        wanted = [say((f"with /{self.wanted}", "wait")), say(("esc clears", "dim"))] if self.wanted else []
        return [*wanted, self._note]

    def show(
        self, source: Source, now: float, *, empty: Words, title: Words | None = None, note: Words = NOTHING
    ) -> None:
        """Show some lines, sifted already, and put the cursor on that which is looked at, unless somebody moved it."""
        assert isinstance(source, JournalRows)
        before = self.table.source
        stays = (
            isinstance(before, JournalRows) and before.current == source.current and self.table.cursor in source.keys
        )
        self.source, self._title, self._note = source, say(("Journal", "name")), note
        self.table.show(source, now, empty)
        if not stays:
            self.table.select(source.current)
        self.retitle(active=self.rule.active)
