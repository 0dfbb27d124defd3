"""TabLine: the panels' names where there is room for one panel at a time."""

from __future__ import annotations

from collections.abc import Mapping

from coord_tui.display import Piece, Words, link, say, width
from coord_tui.widgets.one_line import OneLine
from coord_tui.widgets.panel import Panel


class TabLine(OneLine, inherit_bindings=False):
    """1 Sessions 12   2 Issues 10 …; a click opens one."""

    def tell(self, panels: Mapping[str, Panel], active: str) -> None:
        """Show the panels with their counts."""
        counted = [self._tab(panel, active, counts=True) for panel in panels.values() if panel.panel != "needs"]
        if sum(map(width, counted)) + len(counted) > self.size.width:
            counted = [self._tab(panel, active, counts=False) for panel in panels.values() if panel.panel != "needs"]
        self.show(tuple(piece for words in counted for piece in (*words, Piece(" "))))

    def _tab(self, panel: Panel, active: str, *, counts: bool) -> Words:
        count = f" {panel.counted}" if counts and panel.counted and panel.panel not in ("events", "shared") else ""
        if panel.wanted:
            count = f" {len(panel.table.keys)} of {panel.counted}"
        tone = "tab link" if panel.panel == active else ""
        return say(link(f" {panel.digit} {panel.label}{count} ", f"screen.panel('{panel.panel}')", tone))
