"""AttendedApp: an app that knows its user: their settings, what they ignore, whether they are there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events

from coord_core.errors import CoordError
from coord_core.state.board import Board
from coord_core.state.insights import Finding, Holdings
from coord_tui.desk import Desk
from coord_tui.display import Words, clip, plain, say, toast, width
from coord_tui.ignored import Ignored
from coord_tui.keymap import Keymap
from coord_tui.painted import PaintedApp
from coord_tui.presence import Presence
from coord_tui.rows.scene import Scene
from coord_tui.settings import Settings
from coord_tui.workers import start

if TYPE_CHECKING:
    from coord_tui.alarm import Alarm

LONG_S = 90.0
"""How long, in seconds, a remark stays that somebody has to read in peace."""


class AttendedApp(PaintedApp, inherit_bindings=False):
    """An app and its user. turn: how many keys have come so far."""

    desk: Desk
    board: Board | None

    def attend(self, settings: Settings, problems: Sequence[str], state: Path | None) -> None:
        """Take the user's settings, what was wrong with them, and the folder for what is remembered."""
        self.settings = settings
        self.keymap = Keymap(settings.keys)
        self.ignoring = Ignored(self.desk.place, state)
        self.presence = Presence(settings.away_after)
        self.alarm: Alarm | None = None
        self.turn = 0
        self._alarm_failed = False
        self._problems = [*problems, *self.ignoring.load()]
        if settings.keys:
            self.set_keymap(self.keymap.textual())

    # Remarks

    def remark(self, said: str | Words, seconds: float = 6.0) -> None:
        """Say something in one line of the dashboard."""
        dashboard: Any = self.screen_stack[0]
        if hasattr(dashboard, "remark"):
            dashboard.remark(said, seconds)

    def tell_problems(self) -> None:
        """Say what was wrong with the settings, in one line."""
        if self._problems:
            more = len(self._problems) - 1
            note = say((f"  ({more} more: coord-tui --check-config)" if more else "", "dim"))
            first = clip(say((self._problems[0], "wait")), self.size.width - width(note) - 2)
            self.remark(first + note, LONG_S)

    # Read-only

    def refuses(self) -> bool:
        """Whether nothing may be changed; then it says so."""
        if self.desk.read_only:
            self.remark("read-only: nothing can be changed from here")
        return self.desk.read_only

    def watch_only(self) -> None:
        """Change nothing from now on; there is no way back but to start again."""
        if self.desk.read_only:
            self.refuses()
            return
        self.desk.watch_only()
        from coord_tui.screens.dialog import Dialog
        from coord_tui.screens.help import Help

        for screen in reversed(self.screen_stack):
            if isinstance(screen, Dialog) and not isinstance(screen, Help):
                screen.dismiss(None)
        self.call_after_refresh(self._watching)

    def _watching(self) -> None:
        dashboard: Any = self.screen_stack[0]
        dashboard.fit_foot()
        self.show_board()
        self.remark("read-only from now on: start again to change something")

    def show_board(self) -> None:
        """Show the newest board."""
        raise NotImplementedError

    @property
    def scene(self) -> Scene:
        """What is shown."""
        raise NotImplementedError

    def now(self) -> float:
        """Return seconds since 1970."""
        raise NotImplementedError

    # What is ignored

    def ignore(self, finding: Finding) -> None:
        """Ignore a finding until it changes."""
        start(self, partial(self._keep, finding, True), "ignore")

    def show_again(self, finding: Finding) -> None:
        """Show a finding again that was ignored."""
        start(self, partial(self._keep, finding, False), "ignore")

    async def _keep(self, finding: Finding, ignore: bool) -> None:
        held = self.scene.holdings(finding.subject) if self.board else Holdings()
        said = "Ignored until it changes: {}. {look.ignored} shows it." if ignore else "Shown again: {}."
        said = self.keymap.spell(said).replace("{}", finding.lead, 1)
        try:
            if ignore:
                await asyncio.to_thread(self.ignoring.ignore, finding, held)
            else:
                await asyncio.to_thread(self.ignoring.show, finding)
        except CoordError as error:
            said = f"{finding.lead}: {error}"
        self.show_board()
        self.remark(said)

    # Whether anybody is there

    def notice_key(self, event: events.Event) -> None:
        """Tell whoever comes back what happened meanwhile; the key goes on to do what it does."""
        if not isinstance(event, events.Key | events.MouseDown) or event.is_forwarded:
            return
        self.turn += 1
        before = self.presence.key(self.board, self.now())
        if before is not None and self.board is not None:
            from coord_tui.away import told

            board, seconds = before
            then, now = (Scene(each, self.scene.workspace, self.ignoring) for each in (board, self.board))
            self.remark(told(then, now, seconds, self.size.width - 2), LONG_S)

    # New and bad

    def sound(self) -> None:
        """Ring, or run the user's program, if something new and bad needs them."""
        if self.board is None or not (self.settings.bell or self.settings.notify):
            return
        if self.alarm is None:
            from coord_tui.alarm import Alarm

            self.alarm = Alarm()
        scene = Scene(self.board, None, self.ignoring)
        self.alarm.hear(scene.findings)
        self.sound_due()

    def sound_due(self) -> None:
        """Ring for what came while it was quiet."""
        found = self.alarm.due(self.now()) if self.alarm else []
        if not found:
            return
        if self.settings.bell:
            self.bell()
        if self.settings.notify:
            start(self, partial(self._notify, found), "notify")

    async def _notify(self, found: Sequence[Finding]) -> None:
        from coord_tui import alarm
        from coord_tui.widgets.status_bar import place

        title = f"coord-tui: {plain(place(self.scene, brief=True))}"
        try:
            await alarm.run(alarm.arguments(self.settings.notify, alarm.words(found), title))
        except CoordError as error:
            if not self._alarm_failed:
                self._alarm_failed = True
                toast(self, str(error), "warning")
