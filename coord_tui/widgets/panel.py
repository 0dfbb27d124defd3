"""Panel: a table under its title, as the reader wants to see it: filtered, sorted, marked."""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from coord_core import text
from coord_tui.display import NOTHING, Words, say
from coord_tui.rows.arranged import Arranged, Order, orders
from coord_tui.rows.source import Source
from coord_tui.widgets.record_table import RecordTable
from coord_tui.widgets.rule import Rule
from coord_tui.widgets.tree_table import TreeTable

WORDS: Final = 14
"""Cells that a filter's words take in a panel's rule."""


class Panel(Container, can_focus=False, inherit_bindings=False):
    """A table of records with its digit, name and number of rows above it.

    wanted: the filter's words. order: in which its rows stand, None for the source's own.
    """

    DEFAULT_CSS = """
    Panel { layout: vertical; height: 1fr; }
    """

    def __init__(self, panel: str, digit: str, name: str, *, headed: bool = False, follows: bool = False) -> None:
        super().__init__(id=panel)
        self.panel, self.digit, self.label, self.follows = panel, digit, name, follows
        self.rule = Rule()
        self.table = (TreeTable if panel == "shared" else RecordTable)(headed=headed, follows=follows)
        self.wanted = ""
        self.order: Order | None = None
        self.source: Source | None = None
        self._empty: Words = NOTHING
        self._title: Words | None = None
        self._note: Words = NOTHING
        self._unknown: tuple[str, ...] = ()
        self._seen: dict[str, str] = {}
        self._behind = False

    def compose(self) -> ComposeResult:
        """The title, then the table."""
        yield self.rule
        yield self.table

    @property
    def counted(self) -> int:
        """How many rows there are, shown or not."""
        return getattr(self.source, "total", len(self.source.keys)) if self.source else 0

    @property
    def altered(self) -> bool:
        """Whether the rows are not simply what the source has: then the rule says so."""
        return bool(self.wanted or self.order or self.table.marks)

    def show(
        self, source: Source, now: float, *, empty: Words, title: Words | None = None, note: Words = NOTHING
    ) -> None:
        """Show a source's rows at `now`; `title` stands for name and count, `note` on the right."""
        self.source, self._seen = source, {}
        self._empty, self._title, self._note = empty, title, note
        if self.table.marks:
            self.table.marks.intersection_update(source.keys)
        self._arrange(now)

    def have(self, source: Source, *, empty: Words, title: Words | None = None, note: Words = NOTHING) -> None:
        """Have rows that nobody sees: they are arranged when somebody does."""
        self.source, self._seen, self._behind = source, {}, True
        self._empty, self._title, self._note = empty, title, note

    def catch_up(self, now: float) -> None:
        """Arrange the rows that came while nobody saw them; what is otherwise since then does not stand out."""
        if self._behind and self.source is not None:
            self._behind = False
            self.table.forget()
            self.show(self.source, now, empty=self._empty, title=self._title, note=self._note)

    def narrow(self, wanted: str) -> None:
        """Show only the rows that a filter's words keep."""
        self.wanted = wanted.strip()
        self._arrange(self.table.now)

    def sort(self, step: int = 1) -> None:
        """Sort by the next column; after the last the source's own order is back."""
        found = [None, *(orders(self.source) if self.source else ())]
        by = [order and order.by for order in found]
        place = by.index(self.order.by) if self.order and self.order.by in by else 0
        self.order = found[(place + step) % len(found)]
        self._arrange(self.table.now)

    def sort_by(self, by: str) -> None:
        """Sort by a field; by the same again the other way round, and then no longer."""
        if self.order is None or self.order.by != by:
            self.order = Order(by)
        else:
            self.order = None if self.order.back else Order(by, back=True)
        self._arrange(self.table.now)

    def reverse(self) -> None:
        """Sort the other way round; from the source's own order, by the first column."""
        if self.order is None:
            self.sort()
        if self.order is not None:
            self.order = Order(self.order.by, back=not self.order.back)
            self._arrange(self.table.now)

    def look_through(self) -> None:
        """Look at all rows' words, before the first key of a filter is waited for."""
        if self.source:
            self._seen = {key: self.source.words(key).casefold() for key in self.source.keys}

    def _arrange(self, now: float) -> None:
        if self.source is None:
            return
        shown: Source = self.source
        self._unknown = ()
        empty = self._empty
        if self.wanted or self.order:
            shown = arranged = Arranged(self.source, self.wanted, self.order, self._seen)
            if arranged.sieve:
                self._unknown = tuple(arranged.sieve.unknown)
                empty = self._none_left() if self.counted else empty
        self.table.order, self.table.follows = self.order, self.follows and self.order is None
        self.table.show(shown, now, empty)
        self.retitle(active=self.rule.active)

    async def on_click(self, event: events.Click) -> None:
        """Go to the panel whose title was clicked."""
        if self.rule.region.contains_point(event.screen_offset):
            await self.run_action(f"screen.panel('{self.panel}')")

    def _none_left(self) -> Words:
        if self._unknown and self.source:
            return say(f"There is no field {', '.join(self._unknown)} here: {', '.join(self.source.fields)}.")
        return say(f"None of {self.counted} has {self.wanted} in it. escape shows all.")

    def retitle(self, *, active: bool) -> None:
        """Show the title again; active: the keys go here."""
        count = f" {self.counted}" if self.counted and not self.follows else ""
        plain = say((f"{self.digit} {self.label}{count}", "name"))
        title = plain if self._title is None or self.altered else self._title
        self.rule.show(title, *self._notes(), active=active)

    def _notes(self) -> list[Words]:
        """Return what is special about the rows, what matters most first."""
        notes = [say((f"no field {field}", "stale")) for field in self._unknown]
        marks = len(self.table.marks)
        if self.wanted:
            words, rows = text.truncate(text.line(self.wanted), WORDS), len(self.source.keys if self.source else ())
            notes.append(say((f"{len(self.table.keys)} of {rows} with /{words}", "wait")))
        if marks:
            hidden = len(self.table.marks.difference(self.table.keys))
            notes.insert(0, say((f"{marks} marked{f', {hidden} not shown' if hidden else ''}", "link bold")))
        if self.wanted or marks:
            notes.append(say(("esc clears" if self.wanted else "esc unmarks", "dim")))
        if self.order:
            notes.append(say((f"by {self.order.by} {self.order.sign}", "link")))
        return notes if notes and self.order else [*notes, self._note]
