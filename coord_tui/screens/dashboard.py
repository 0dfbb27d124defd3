"""Dashboard: the overview's keys, and what they do."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from coord_tui.display import toast
from coord_tui.screens.acts import ACTS
from coord_tui.screens.branches import Branches
from coord_tui.screens.dock import DOCKS, Dock
from coord_tui.screens.guide import GUIDES, Guide
from coord_tui.screens.panels import PANELS
from coord_tui.screens.reach import REACHES
from coord_tui.screens.sifting import SIFTS, Sifting
from coord_tui.screens.times import TIMES, Times
from coord_tui.screens.triage import TRIAGES, Triage
from coord_tui.widgets.remark import Remark


class Dashboard(Times, Branches, Dock, Triage, Sifting, Guide, inherit_bindings=False):
    """The screen that is always there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(digit, f"panel('{panel}')", id=f"panel.{panel}") for panel, digit in PANELS),
        Binding("tab", "turn(1)", id="panel.next"),
        Binding("shift+tab", "turn(-1)", id="panel.previous"),
        *TRIAGES,
        *ACTS,
        Binding("X", "clean_up", id="act.clean_up"),
        *REACHES,
        *SIFTS,
        *DOCKS,
        *TIMES,
        Binding("y", "raw", id="look.raw"),
        Binding("w", "workspace", id="look.workspace"),
        Binding("R", "look_again", id="look.again"),
        Binding("ctrl+o", "read_only", id="mode.read_only"),
        Binding("ctrl+l", "redraw", id="look.redraw"),
        *GUIDES,
        Binding("escape", "leave", id="leave.step"),
        Binding("q", "leave_or_quit", id="leave.quit"),
        Binding("ctrl+c", "cancel_or_quit", priority=True, id="leave.cancel"),
    ]

    # Moving

    def action_panel(self, name: str) -> None:
        """Go to a panel; the same again zooms, where it is not alone anyway."""
        again = name == self.active and not self.room.tabs
        self.zoomed = (not self.zoomed if again else self.zoomed) or name not in self.panels.order(self.room)
        if again:
            self.rearrange()
        self.activate(name)
        self.rearrange()

    def action_turn(self, step: int) -> None:
        """Go to the next or the previous panel."""
        order = self.panels.order(self.room)
        place = order.index(self.active) if self.active in order else -step
        self.zoomed = False
        self.activate(order[(place + step) % len(order)])
        self.rearrange()

    def go(self, key: str) -> None:
        """Go to a record, or open what no panel shows."""
        from coord_tui.screens.going import go

        if not go(self, key):
            self._open(key)

    # Leaving

    def action_leave(self) -> None:
        """Leave the filter, then the marks, then the zoom; what was remarked goes too."""
        if self.query_one("#remark", Remark).hush(self.coord.turn):
            self.fit_foot()
        self._leave()

    def _leave(self) -> bool:
        if self.leave_dock() or self.leave_sifting():
            return True
        if self.zoomed and not self.room.tabs:
            self.zoomed = False
            if self.active not in self.panels.order(self.room):
                self.active = "sessions"
            self.activate(self.active)
            self.rearrange()
        else:
            return False
        return True

    def action_leave_or_quit(self) -> None:
        """Leave what can be left, else quit."""
        if not self._leave():
            self.coord.exit()

    def action_cancel_or_quit(self) -> None:
        """Cancel the line being typed, else quit."""
        if self.query_one("#filter").display:
            self._leave()
        else:
            self.coord.exit()

    # Looking

    def action_workspace(self) -> None:
        """Show the next workspace; after the last all of them."""
        self.coord.next_workspace()

    def action_look_again(self) -> None:
        """Read everything again."""
        self.coord.look_again()

    def action_redraw(self) -> None:
        """Draw the whole screen again."""
        self.refresh(repaint=True, layout=True)

    def action_read_only(self) -> None:
        """Change nothing from now on."""
        self.coord.watch_only()

    # Acting: plan, ask, apply

    def action_clean_up(self) -> None:
        """Clean up after all dead and stale sessions."""
        if self.coord.refuses() or self.sources is None:
            return
        from coord_tui.screens.clean_up import CleanUp, candidates

        if not candidates(self.sources.scene):
            toast(self.app, "Nobody is dead or stale.")
            return
        self.coord.ask(CleanUp(self.sources.scene))
