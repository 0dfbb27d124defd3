"""Reach: the keys by which a human reaches several agents at once: a message to the marked, a hold on everybody."""

from __future__ import annotations

from functools import partial
from typing import Final

from textual.binding import Binding

from coord_core.state.records import Session
from coord_tui.display import toast
from coord_tui.screens.overview import Overview
from coord_tui.targets import session_of

REACHES: Final = (Binding("H", "hold", id="act.hold"),)
HOLDING: Final = "Finish your current step, commit nothing, wait."


class Reach(Overview, inherit_bindings=False):
    """The overview, and the agents behind it."""

    def action_message(self) -> None:
        """Say something to all that are marked, else to the session under the cursor or the owner of what is there."""
        if not self.table.marks:
            super().action_message()
        elif not self.coord.refuses():
            self._message_marked()

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

    def _session(self) -> Session | None:
        return session_of(self.coord.scene, self.target)
