"""Acts: the keys that act on one record: plan, ask, apply."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from textual.binding import Binding
from textual.screen import Screen

from coord_core.errors import CoordError
from coord_core.state.records import Session
from coord_tui.display import toast
from coord_tui.targets import Target, session_of
from coord_tui.workers import start

if TYPE_CHECKING:
    from coord_core.actions.plan import Plan
    from coord_tui.app import CoordApp

ACTS: Final = (
    Binding("x", "let_go", id="act.let_go"),
    Binding("a", "give", id="act.give"),
    Binding("m", "message", id="act.message"),
    Binding("o", "terminal", id="go.terminal"),
    Binding("z", "undo", id="act.undo"),
    Binding("Z", "redo", id="act.redo"),
)
NEXT: Final = (Binding("n", "needy(1)", id="go.next"), Binding("N", "needy(-1)", id="go.previous"))


class Acts(Screen[None], inherit_bindings=False):
    """A screen with a record that keys act on."""

    @property
    def coord(self) -> CoordApp:
        """The app."""
        return cast("CoordApp", self.app)

    @property
    def acted(self) -> Target | None:
        """What keys act on."""
        raise NotImplementedError

    def action_let_go(self) -> None:
        """Let go of the record."""
        target = self.acted
        if self.coord.refuses() or target is None:
            return
        remedy = target.let_go
        if remedy:
            self._plan(partial(self.coord.desk.plan, remedy.action, remedy.arguments))
        else:
            toast(self.app, f"There is nothing to let go of at {target.name}.")

    def action_give(self) -> None:
        """Give the record to another session."""
        target = self.acted
        if self.coord.refuses() or target is None:
            return
        if target.give is None:
            lock = target.kind == "lock"
            toast(self.app, "A lock is released (x), not given." if lock else f"{target.name} has nothing to give.")
            return
        from coord_tui.screens.reassign import Reassign

        self.coord.ask(Reassign(target, self.coord.scene))

    def action_message(self) -> None:
        """Say something to the session that the record is, or to its owner."""
        if self.coord.refuses():
            return
        session = self._session()
        if session is None:
            toast(self.app, "A message goes to a session: put the cursor on one, or on what one has.")
        else:
            self._tell("send_message", {"scope": session.scope})

    def action_terminal(self) -> None:
        """Go to the terminal of the session that the record is, or of its owner."""
        session = self._session()
        if session is None:
            toast(self.app, "Only a session has a terminal: put the cursor on one, or on what one has.")
        else:
            start(self, partial(self._go_to, session), "terminal", alone=True)

    async def _go_to(self, session: Session) -> None:
        from coord_tui import terminals

        try:
            toast(self.app, await asyncio.to_thread(terminals.go_to, session))
        except CoordError as error:
            toast(self.app, str(error), "warning")

    def action_undo(self) -> None:
        """Take back this user's newest action in the workspace shown."""
        if not self.coord.refuses():
            self._plan(partial(self.coord.desk.undo_plan, self.coord.scene.only))

    def action_redo(self) -> None:
        """Do again what was taken back last there."""
        if not self.coord.refuses():
            self._plan(partial(self.coord.desk.redo_plan, self.coord.scene.only))

    def _session(self) -> Session | None:
        return session_of(self.coord.scene, self.acted)

    def _plan(self, planner: Callable[[], Plan]) -> None:
        """Plan, ask, and do it."""
        from coord_tui.acting import carry_out

        if not self.coord.desk.read_only and not self.coord.acting:
            self.coord.act(partial(carry_out, self.coord, planner))

    def _tell(self, action: str, arguments: dict[str, Any], said: str = "") -> None:
        from coord_tui.acting import tell

        def planner(text: str) -> Plan:
            return self.coord.desk.plan(action, {**arguments, "text": text})

        if not self.coord.acting:
            self.coord.act(partial(tell, self.coord, planner, said))
