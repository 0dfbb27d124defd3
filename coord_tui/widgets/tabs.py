"""TabLine: the panels' names where there is room for one panel at a time."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events

from coord_tui.display import Piece, Words, say, width
from coord_tui.widgets.one_line import OneLine
from coord_tui.widgets.panel import Panel


class TabLine(OneLine, inherit_bindings=False):
    """1 Sessions 12   2 Issues 10 …; a click opens one."""

    _ends: tuple[tuple[int, str], ...] = ()

    def tell(self, panels: Mapping[str, Panel], active: str) -> None:
        """Show the panels with their counts."""
        counted = [self._tab(panel, active, counts=True) for panel in panels.values() if panel.panel != "needs"]
        if sum(map(width, counted)) + len(counted) > self.size.width:
            counted = [self._tab(panel, active, counts=False) for panel in panels.values() if panel.panel != "needs"]
        at, ends = 1, []
        for words, panel in zip(counted, (name for name in panels if name != "needs"), strict=True):
            at += width(words) + 1
            ends.append((at, panel))
        self._ends = tuple(ends)
        self.show(tuple(piece for words in counted for piece in (*words, Piece(" "))))

    def _tab(self, panel: Panel, active: str, *, counts: bool) -> Words:
        count = f" {panel.counted}" if counts and panel.counted and panel.panel not in ("events", "shared") else ""
        if panel.wanted:
            count = f" {len(panel.table.keys)} of {panel.counted}"
        return say((f" {panel.digit} {panel.label}{count} ", "tab link" if panel.panel == active else ""))

    async def on_click(self, event: events.Click) -> None:
        """Open the panel whose name was clicked."""
        hit = next((panel for end, panel in self._ends if event.x < end), None)
        if hit:
            await self.run_action(f"screen.panel('{hit}')")
