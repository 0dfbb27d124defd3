"""Branches: the tree of shared state, opened and closed."""

from __future__ import annotations

from textual import on

from coord_tui.screens.overview import Overview
from coord_tui.widgets.tree_table import TreeTable


class Branches(Overview, inherit_bindings=False):
    """The overview, and which branches of its tree are not as they begin."""

    @on(TreeTable.Branched)
    def branched(self, message: TreeTable.Branched) -> None:
        """Open or close a row; one that is open already leads into itself, one that is closed to what it is in."""
        node = self.sources.shared.nodes.get(message.key) if self.sources else None
        if node is None:
            return
        if node.branch and message.open in (None, not node.open):
            self.toggled ^= {node.key}
            self.coord.show_on(self)
        elif message.open and node.branch:
            message.table.action_move(1)
        elif not message.open and node.parent:
            message.table.select(node.parent)
