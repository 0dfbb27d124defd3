"""Going to a record: to its panel, whatever hides it there."""

from __future__ import annotations

from coord_tui.screens.overview import Overview


def go(overview: Overview, key: str) -> bool:
    """Put the cursor on a record; False if it is no longer there. A list's first task stands for the list."""
    sources = overview.sources
    if sources is None:
        return False
    key = next((task for task, each in sources.work.tasks.items() if each.list == key), key)
    name = sources.holder(key)
    if name is None:
        return False
    if overview.panels[name].wanted:
        overview.panels[name].wanted = ""
        overview.coord.show_board()
    if not overview.reveal(key):
        overview.zoomed = name not in overview.panels.order(overview.room)
        overview.activate(name)
        overview.rearrange()
        overview.panels[name].table.select(key)
    overview.call_after_refresh(overview.table.focus)
    return True
