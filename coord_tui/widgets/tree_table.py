"""TreeTable: a table whose rows have rows in them, to open and to close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.message import Message

from coord_tui.shared_tree import MARK
from coord_tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from coord_tui.app import CoordApp


class TreeTable(RecordTable, can_focus=True):
    """Rows that open with → and close with ←; enter does either where a row has no detail."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "branch(1)", show=False),
        Binding("left", "branch(0)", show=False),
    ]

    @dataclass
    class Branched(Message):
        """A row is to be opened, to be closed, or (None) whichever it is not."""

        table: TreeTable
        key: str
        open: bool | None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the view is paused, ← and → move in time."""
        return action != "branch" or not cast("CoordApp", self.app).travel.paused

    def action_branch(self, open_: int) -> None:
        """Open or close the row under the cursor."""
        if self.cursor is not None:
            self.post_message(self.Branched(self, self.cursor, bool(open_)))

    def choose(self) -> None:
        """Ask for the record under the cursor; what only has others in it opens or closes."""
        if self.cursor is not None and self.cursor.startswith(MARK):
            self.post_message(self.Branched(self, self.cursor, None))
        else:
            super().choose()
