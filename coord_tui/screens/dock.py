"""Dock: the detail beside the panels: links lead from record to record, and what it shows is what keys act on."""

from __future__ import annotations

from typing import Final

from textual import events, on
from textual.binding import Binding

from coord_tui.display import toast
from coord_tui.screens.key_words import record_line
from coord_tui.screens.overview import Overview
from coord_tui.targets import Target
from coord_tui.widgets.detail import Detail
from coord_tui.widgets.lines import Reader
from coord_tui.widgets.one_line import OneLine
from coord_tui.widgets.record_table import RecordTable

DOCKS: Final = (Binding("c", "copy", id="look.copy"), Binding("e", "edit", id="act.edit"))


class Dock(Overview, inherit_bindings=False):
    """The overview, and the record that the detail was led to; trail: those before it."""

    def __init__(self) -> None:
        super().__init__()
        self.steered: str | None = None
        self.trail: list[str] = []

    @property
    def detail(self) -> Detail:
        """The detail beside the panels."""
        return self.query_one("#detail", Detail)

    @property
    def in_dock(self) -> bool:
        """Whether the detail has the keys."""
        return self.detail.display and self.detail.query_one(Reader).has_focus

    @property
    def target(self) -> Target | None:
        """What the detail was led to, else what the cursor is on."""
        if self.steered is None or self.sources is None:
            return super().target
        return self.sources.target(self.steered)

    @property
    def acted(self) -> Target | None:
        """What the detail shows while it has the keys, else all that are marked, or what the cursor is on."""
        return self.target if self.in_dock else super().acted

    @on(RecordTable.Chosen)
    def chosen(self, message: RecordTable.Chosen) -> None:
        """Open the detail."""
        key = self.sources.opens(message.key) if self.sources else None
        if message.table is self.table and key is not None:
            self.enter_dock(key) if self.detail.display else self._open(key)

    def _open(self, key: str, *, raw: bool = False) -> None:
        # Whatever the first picture does not need is imported when it is asked for.
        from coord_tui.screens.detail import DetailScreen

        self.coord.push_screen(DetailScreen(key, raw=raw))

    def action_raw(self) -> None:
        """Show the document as JSON, or no longer."""
        if self.detail.display:
            self.detail.raw = not self.detail.raw
            self._follow_cursor()
        elif self.target:
            self._open(self.target.key, raw=True)

    def enter_dock(self, key: str) -> None:
        """Send the keys to the detail, of a record."""
        self.steered = key if key != self.table.cursor else None
        self.detail.query_one(Reader).focus()

    def leave_dock(self) -> bool:
        """Send the keys back to the panel; False if they are there."""
        if not self.in_dock:
            return False
        self.table.focus()
        return True

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A detail that loses the keys is of the record under the cursor again."""
        if isinstance(event.widget, Reader):
            self._mark_active()
            self._follow_cursor()
        elif self.steered is not None or self.trail or not self.detail.quiet:
            self.steered, self.trail = None, []
            self._mark_active()
            self._follow_cursor()
        super().on_descendant_focus(event)

    def _mark_active(self) -> None:
        if not self.in_dock:
            return super()._mark_active()
        for panel in self.panels.values():
            panel.retitle(active=False)
        return None

    def _follow_cursor(self, now: float | None = None) -> None:
        self.detail.quiet = not self.in_dock
        super()._follow_cursor(now)
        if self.in_dock:
            coord = self.coord
            line = record_line(self.target, coord.scene, self.size.width, coord.keymap, read_only=coord.watching)
            self.query_one("#keys", OneLine).show(*line)

    @on(Detail.Followed)
    def linked(self, message: Detail.Followed) -> None:
        """Go to the record that a link names."""
        if self.target is not None:
            self.trail.append(self.target.key)
        self._steer(message.key)

    @on(Detail.Returned)
    def returned(self) -> None:
        """Go back to the record before, else to the panel."""
        if self.trail:
            self._steer(self.trail.pop())
        else:
            self.leave_dock()

    def _steer(self, key: str) -> None:
        self.steered = key if self.trail or key != self.table.cursor else None
        self.detail.raw = False
        self.detail.query_one(Reader).action_edge(0)
        self._follow_cursor()

    # Taking it out, and changing it

    def action_copy(self) -> None:
        """Copy the name under the cursor; in the detail all that it says, and JSON while that is shown."""
        from coord_tui.clipboard import copy

        target = self.target
        if target is None:
            toast(self.app, "There is nothing to copy here.")
        elif self.in_dock or (self.detail.display and self.detail.raw):
            copy(self.app, *self.detail.text)
        else:
            copy(self.app, target.name, f"the name {target.name}")

    def action_edit(self) -> None:
        """Change the document of what is under the cursor in an editor."""
        from coord_tui.editing import begin

        if not self.coord.refuses():
            begin(self.coord, self.target)
