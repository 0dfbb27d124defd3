"""TimedApp: the app's view at one instant: as things come, or paused, or in the past."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coord_core.state.board import Board
from coord_tui.attended import AttendedApp
from coord_tui.desk import Desk
from coord_tui.rows.scene import Scene
from coord_tui.situation import notice
from coord_tui.travel import Travel
from coord_tui.widgets.status_bar import Mode


class TimedApp(AttendedApp, inherit_bindings=False):
    """What of which board is shown.

    board: the newest. workspace: the one that is shown, None for all. stuck_since: since when the store cannot be
    looked at, seconds since 1970.
    """

    def __init__(self, desk: Desk, theme: str, clock: Callable[[], float], *, ascii_: bool) -> None:
        """Clock: seconds since 1970."""
        super().__init__(theme, ascii_=ascii_)
        self.desk = desk
        self._clock = clock
        self.board: Board | None = None
        self.workspace: str | None = None
        self.stuck_since: float | None = None
        self.travel = Travel(self)

    def now(self) -> float:
        """Return seconds since 1970."""
        return self._clock()

    @property
    def watching(self) -> bool:
        """Whether nothing can be changed from here."""
        return self.desk.read_only or self.travel.away

    @property
    def scene(self) -> Scene:
        """The board that is looked at, as the chosen workspace sees it."""
        shown, travel = self.travel.board or self.board or Board(now=self.now()), self.travel
        present = travel.frozen if travel.away else None
        return Scene(shown, self.workspace, self.ignoring, present, travel.differing)

    @property
    def mode(self) -> Mode:
        """What is special about this view."""
        seen = self.board is not None and bool(self.board.documents)
        keys = self.keymap.spell("{look.keys} keys") if self.desk.read_only else ""
        return self.travel.mode(Mode(self.desk.read_only, self.stuck_since if seen else None, keys))

    def show_on(self, screen: Any) -> None:
        """Show what is looked at on a screen."""
        told = self.travel.notice or notice(self.travel.board or self.board, self.desk.place, self.stuck_since)
        screen.show(self.scene, told, self.mode, self.travel.now)

    async def run_action(self, action: Any, *where: Any, **more: Any) -> bool:
        """Do what a key stands for; in the past nothing that changes anything."""
        if self.travel.away and self.travel.refuses(action):
            return True
        return await super().run_action(action, *where, **more)
