"""Sifting: the keys that filter, sort and mark a panel's rows, and the marked rows as what keys act on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import on
from textual.binding import Binding
from textual.widgets import Input

from coord_tui.screens.overview import Overview
from coord_tui.widgets.field import Field
from coord_tui.widgets.panel import Panel
from coord_tui.widgets.record_table import RecordTable

SIFTS: Final = (
    Binding("/", "filter", id="look.filter"),
    Binding("s", "sort", id="look.sort"),
    Binding("S", "reverse", id="look.reverse"),
    Binding("space", "mark", id="look.mark"),
    Binding("*", "mark_all", id="look.mark_all"),
)


class Sifting(Overview, inherit_bindings=False):
    """The overview, whose panels show what somebody wants to see of them."""

    @property
    def panel(self) -> Panel:
        """The panel that keys act on."""
        return self.panels[self.active]

    # The filter

    def action_filter(self) -> None:
        """Type words to look for in this panel."""
        field = self.query_one("#filter", Field)
        field.value = self.panel.wanted
        self.fit_foot(typing=True)
        field.focus()
        self.panel.look_through()

    @on(Input.Changed, "#filter")
    def typed(self, message: Input.Changed) -> None:
        """Narrow the panel to what is typed."""
        if self.query_one("#filter").display and message.value.strip() != self.panel.wanted:
            self.panel.narrow(message.value)
            self.sifted()

    @on(Input.Submitted, "#filter")
    def kept(self) -> None:
        """Keep the filter and go back to the rows."""
        self.close_filter()

    def close_filter(self) -> None:
        """Go back to the rows."""
        self.fit_foot(typing=False)
        self.table.focus()

    def leave_sifting(self) -> bool:
        """Leave the filter, else the marks; False if there is neither."""
        if self.query_one("#filter").display or self.panel.wanted:
            self.panel.narrow("")
            self.close_filter()
        elif not self.table.unmark():
            return False
        self.sifted()
        return True

    # Order and marks

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._sort(self.panel.sort)

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self._sort(self.panel.reverse)

    def _sort(self, how: Callable[[], None]) -> None:
        before = self.panel.order
        how()
        if self.panel.order is before is None:
            self.remark(
                f"{self.panel.label} stands in an order of its own: a tree, or what happened one after the other."
            )
        self.sifted()

    @on(RecordTable.Sorted)
    def head_clicked(self, message: RecordTable.Sorted) -> None:
        """Sort by the column whose head was clicked."""
        panel = message.table.parent
        if isinstance(panel, Panel):
            panel.sort_by(message.by)
            self.sifted()

    def action_mark(self) -> None:
        """Mark the row under the cursor, or no longer."""
        self.table.mark()
        self.sifted()

    def action_mark_all(self) -> None:
        """Mark all rows shown, or none."""
        self.table.mark_all()
        self.sifted()

    def sifted(self) -> None:
        """Say what is special about the panel now."""
        self.panel.retitle(active=True)
        if self.room.tabs:
            self.rearrange()
        self._follow_cursor()
