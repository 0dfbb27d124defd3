"""Reach: the keys by which a human reaches agents: a message, a hold on everybody, the terminal of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from textual.binding import Binding

from coord_core.errors import CoordError
from coord_core.state.records import Session
from coord_tui.display import toast
from coord_tui.screens.overview import Overview
from coord_tui.targets import session_of
from coord_tui.workers import start

if TYPE_CHECKING:
    from coord_core.actions.plan import Plan

REACHES: Final = (
    Binding("m", "message", id="act.message"),
    Binding("H", "hold", id="act.hold"),
    Binding("o", "terminal", id="go.terminal"),
)
HOLDING: Final = "Finish your current step, commit nothing, wait."


class Reach(Overview, inherit_bindings=False):
    """The overview, and the agents behind it."""

    def action_message(self) -> None:
        """Say something to the session under the cursor, or to the owner of what is there."""
        if self.coord.refuses():
            return
        if self.table.marks:
            self._message_marked()
            return
        session = self._session()
        if session is None:
            toast(self.app, "A message goes to a session: put the cursor on one, or on what one has.")
            return
        self._tell("send_message", {"scope": session.scope})

    def _message_marked(self) -> None:
        from coord_tui.marked import message

        arguments = message(self.coord.scene, self.marked)
        if arguments is None:
            toast(self.app, "A message goes to a session: none of the marked is one, or belongs to one.")
        else:
            self._tell("several", arguments)

    def action_hold(self) -> None:
        """Hold everybody up, or lift the hold."""
        if self.coord.refuses():
            return
        scene, target = self.coord.scene, self.target
        workspace = scene.only if scene.only is not None else target.workspace if target else None
        if workspace is None:
            toast(self.app, "Several workspaces are shown: choose one with w first.")
        elif scene.board.hold(workspace):
            self._plan(partial(self.coord.desk.plan, "lift_hold", {"workspace": workspace}))
        else:
            self._tell("hold", {"workspace": workspace}, HOLDING)

    def action_terminal(self) -> None:
        """Go to the terminal of the session under the cursor, or of the owner of what is there."""
        session = self._session()
        if session is None:
            toast(self.app, "Only a session has a terminal: put the cursor on one, or on what one has.")
            return
        start(self, partial(self._go_to, session), "terminal", alone=True)

    async def _go_to(self, session: Session) -> None:
        from coord_tui import terminals

        try:
            toast(self.app, await asyncio.to_thread(terminals.go_to, session))
        except CoordError as error:
            toast(self.app, str(error), "warning")

    def _session(self) -> Session | None:
        return session_of(self.coord.scene, self.target)

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
