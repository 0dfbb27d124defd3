"""Desk: what the console is given to look at and to act with; the only thing it knows of the world outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from coord_core.actions.plan import Done, Plan
    from coord_core.actions.replay import Replay
    from coord_core.documents import Line
    from coord_core.state.board import Board


class Desk(Protocol):
    """A store's boards as they come, and the supervisor's actions on it.

    `boards` is called in the app's loop; everything else may block and is called from threads. What they raise is a
    `CoordError`.
    """

    @property
    def place(self) -> str:
        """Where the store is, in words for people."""

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed."""

    def watch_only(self) -> None:
        """Change nothing from now on; the store cannot be written from here any more."""

    def boards(self) -> AsyncIterator[Board]:
        """Yield boards as things change; it ends only when closed."""

    def look_again(self) -> None:
        """Read everything again; the next board shows it."""

    def plan(self, action: str, arguments: Mapping[str, Any]) -> Plan:
        """Work a supervisor's action out; nothing is changed. Raises Refused."""

    def apply(self, plan: Plan, reason: str) -> Done:
        """Do what was planned; raises StaleView, Refused or StorageError: then nothing was changed."""

    def undo_plan(self, workspace: str | None, seq: int | None = None) -> Plan:
        """Work out how to take back this user's newest action in a workspace (None: in any), or a journal's line.

        Raises NothingToUndo, NotFound, StaleView, Refused.
        """

    def redo_plan(self, workspace: str | None) -> Plan:
        """Work out how to do again what was taken back last there; raises NothingToUndo, StaleView."""

    def history(self, scope: str) -> Sequence[Line]:
        """Return the journal's lines that changed a document, newest first."""

    def replay(self) -> Replay:
        """Return the past as the journal tells it, up to now; raises StoreMissing, StoreUnreadable."""
