"""The shared core of coordination by files: storage, state, actions.

The public names below are imported when they are first asked for, so that a command that needs one of them starts fast.

    from coord_core import open_storage, plan, take_board

    storage = open_storage(".claude/session-state")
    board = take_board(storage, time.time())
    print([finding.text for finding in board.findings])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from coord_core.actions.supervisor import apply, plan, plan_redo, plan_undo
    from coord_core.actions.view import follow_boards, take_board
    from coord_core.documents import ABSENT, Batch, Change, Document, Line, Splice, Unreadable
    from coord_core.errors import CoordError, Refused, StaleView, StorageError
    from coord_core.state.board import Board
    from coord_core.state.liveness import Limits
    from coord_core.storage import Act, Outcome, Storage, Transaction, open_storage

_HOMES: Final = {
    "coord_core.actions.supervisor": ("apply", "plan", "plan_redo", "plan_undo"),
    "coord_core.actions.view": ("follow_boards", "take_board"),
    "coord_core.documents": ("ABSENT", "Batch", "Change", "Document", "Line", "Splice", "Unreadable"),
    "coord_core.errors": ("CoordError", "Refused", "StaleView", "StorageError"),
    "coord_core.state.board": ("Board",),
    "coord_core.state.liveness": ("Limits",),
    "coord_core.storage": ("Act", "Outcome", "Storage", "Transaction", "open_storage"),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ABSENT",
    "Act",
    "Batch",
    "Board",
    "Change",
    "CoordError",
    "Document",
    "Limits",
    "Line",
    "Outcome",
    "Refused",
    "Splice",
    "StaleView",
    "Storage",
    "StorageError",
    "Transaction",
    "Unreadable",
    "apply",
    "follow_boards",
    "open_storage",
    "plan",
    "plan_redo",
    "plan_undo",
    "take_board",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
