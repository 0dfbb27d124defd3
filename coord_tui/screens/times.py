"""Times: the keys that pause the view and move it through the past, and the journal beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from textual import on
from textual.binding import Binding

from coord_tui.display import toast
from coord_tui.rows.journal import seq_of
from coord_tui.screens.panels import LOWER
from coord_tui.screens.reach import Reach
from coord_tui.sources import Sources
from coord_tui.widgets.journal import JournalPanel, JournalTable
from coord_tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from coord_tui.rows.scene import Scene
    from coord_tui.situation import Notice
    from coord_tui.widgets.status_bar import Mode

TIMES: Final = (
    Binding("p", "pause", id="time.pause"),
    Binding("left", "step(-1)", id="time.back"),
    Binding("right", "step(1)", id="time.on"),
    Binding("comma", "pass(-60)", id="time.minute_back"),
    Binding("full_stop", "pass(60)", id="time.minute_on"),
)
JOURNAL_LINES: Final = 9
"""The fewest lines of the journal below a panel."""


class Times(Reach, inherit_bindings=False):
    """The overview, paused or in the past."""

    beside = "sessions"
    """The panel of the board that had the cursor last."""

    def action_pause(self) -> None:
        """Pause the view, or let it go on."""
        self.coord.travel.toggle()

    def action_step(self, lines: int) -> None:
        """Look so many changes on, or back."""
        if self.coord.travel.paused:
            self.coord.travel.step(lines)

    def action_pass(self, seconds: float) -> None:
        """Look so many seconds on, or back."""
        if self.coord.travel.paused:
            self.coord.travel.pass_time(seconds)

    def action_undo(self) -> None:
        """Take back the line under the cursor where the journal has it, else this user's newest action."""
        if self.active != "journal":
            super().action_undo()
            return
        if self.coord.refuses():
            return
        seq = seq_of(self.table.cursor)
        if seq is not None:
            self._plan(partial(self.coord.desk.undo_plan, self.coord.scene.only, seq))
        else:
            toast(self.app, "Put the cursor on the line that is to be undone.")

    @on(JournalTable.Wanted)
    def _look_from(self, message: JournalTable.Wanted) -> None:
        self.coord.travel.look_from(seq_of(message.key))

    @on(JournalTable.Ended)
    def _go_to_the_end(self, message: JournalTable.Ended) -> None:
        self.coord.travel.edge(oldest=message.oldest)

    @on(RecordTable.Moved)
    def _read_on(self, message: RecordTable.Moved) -> None:
        if isinstance(message.table, JournalTable) and message.key is not None:
            self.coord.travel.looked_at(message.key)

    # The journal beside the board

    def show(self, scene: Scene, notice: Notice, mode: Mode, now: float) -> None:
        """Show a scene, and the journal beside it while the view is paused."""
        self._join(paused=self.coord.travel.paused)
        super().show(scene, notice, mode, now)

    def _join(self, *, paused: bool) -> None:
        """Let the journal be a panel like the others, or no longer."""
        if paused and "journal" not in self.panels:
            self.panels["journal"] = self.query_one(JournalPanel)
        elif not paused and "journal" in self.panels:
            journal = self.panels.pop("journal")
            journal.display, journal.wanted = False, ""
            if self.active == "journal":
                self.activate(self.beside)

    def rearrange(self) -> None:
        """Give each panel its room: the journal in the place of the events, or below a panel that is alone."""
        super().rearrange()
        lower, below = self.query_one("#lower"), self.room.tabs or self.zoomed
        journal = self.panels.get("journal")
        lower.styles.layout = "vertical" if journal and below else "horizontal"
        inside, least = self.shown in LOWER, max(JOURNAL_LINES, self.size.height // 3)
        lower.styles.height = least if journal and below and not inside else "1fr"
        if journal is not None:
            journal.styles.height = least if below and inside else "1fr"

    @property
    def shown(self) -> str:
        """The panel that is seen where there is room for one: the journal goes below it."""
        return self.beside if self.active == "journal" else self.active

    def activate(self, name: str) -> None:
        """Send the keys to a panel."""
        if name != "journal":
            self.beside = name
        super().activate(name)

    def _sources(self, scene: Scene) -> Sources:
        found = super()._sources(scene)
        found.journal = self.coord.travel.rows
        return found
