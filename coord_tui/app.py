"""CoordApp: one worker follows the desk's boards; screens show them; keys become plans. No domain logic."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from traceback import format_exc
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.driver import Driver
from textual.message import Message

from coord_core.errors import CoordError
from coord_core.state.board import Board
from coord_core.text import block
from coord_tui import themes
from coord_tui.desk import Desk
from coord_tui.display import plain, toast
from coord_tui.garbage import Garbage
from coord_tui.gate import Gate
from coord_tui.keyboard import Keyboard
from coord_tui.pace import Pace
from coord_tui.rows.scene import Scene, same
from coord_tui.screens.dashboard import Dashboard
from coord_tui.screens.guide import Guide
from coord_tui.settings import Settings
from coord_tui.timed import TimedApp
from coord_tui.widgets.status_bar import place
from coord_tui.workers import start

if TYPE_CHECKING:
    from coord_core.actions.plan import Plan
    from coord_tui.screens.dialog import Dialog


FIRST_LOOK_S: Final = 0.25
"""How long, in seconds, the first picture waits for the store at most."""
LEAVE_S: Final = 3.0
"""How long putting the terminal in order may take after a signal."""


class CoordApp(TimedApp, inherit_bindings=False):
    """The console."""

    CSS_PATH = Path(__file__).with_name("coord.tcss")
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = []

    @dataclass
    class Arrived(Message):
        """A board came from the desk; a newer one takes its place."""

        board: Board

        def can_replace(self, message: Message) -> bool:
            """Only the newest board counts."""
            return isinstance(message, CoordApp.Arrived)

    def __init__(
        self,
        desk: Desk,
        *,
        theme: str = themes.DARK.name,
        ascii_: bool = False,
        clock: Callable[[], float] = time.time,
        ticks: bool = True,
        settings: Settings | None = None,
        problems: Sequence[str] = (),
        state: Path | None = None,
    ) -> None:
        """Clock: seconds since 1970. ticks: let time pass once a second.

        settings: the user's, and what was wrong with them. state: the folder for what is remembered of them.
        """
        super().__init__(desk, theme, clock, ascii_=ascii_)
        self.ticks = ticks
        self.gate = Gate()
        self.keyboard = Keyboard(self)
        self.pace = Pace(self._arrive)
        self.garbage = Garbage()
        self.acting = False
        self.recent: list[str] = []
        self._looked = asyncio.Event()
        self.attend(settings or Settings(), problems, state)

    # Life

    def get_driver_class(self) -> type[Driver]:
        """Return our driver where Textual would take the one for Unix terminals."""
        found = super().get_driver_class()
        if found.__name__ != "LinuxDriver":
            return found
        from coord_tui.driver import ForgivingDriver

        return ForgivingDriver

    def get_default_screen(self) -> Dashboard:
        """Return the dashboard."""
        return Dashboard()

    async def on_load(self) -> None:
        """Begin to look; what is found at once is in the first picture, and no empty one before it."""
        start(self, self._follow, "follow")
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_LOOK_S):
                await self._looked.wait()

    def on_mount(self) -> None:
        """Let time pass, and signals end it."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.leave, 128 + number)
        if self.ticks:
            self.set_interval(1.0, self._tick)

    async def _follow(self) -> None:
        async for board in self.desk.boards():
            self.post_message(self.Arrived(board))
            self._looked.set()
            await self.pace.rest()

    def _fatal_error(self) -> None:
        """Leave after a fault of ours, and tell it safely: Textual would print data as it is."""
        told = f"coord-tui hit a fault of its own and left. Nothing is half done. Please report this:\n{format_exc()}"
        self._exit_renderables.append(Text(block(told)))
        self._close_messages_no_wait()

    async def on_event(self, event: events.Event) -> None:
        """Drop what was typed before a dialog could be seen; handle one key after the other."""
        if not self.gate.drops(event) and not self.keyboard.holds(event):
            self.notice_key(event)
            await super().on_event(event)

    def leave(self, status: int) -> None:
        """End because of a signal, also where the terminal is gone and writing to it never returns."""
        end = threading.Timer(LEAVE_S, os._exit, (status,))
        end.daemon = True
        end.start()
        self.exit(None, status)

    # What is shown

    def on_coord_app_arrived(self, message: Arrived) -> None:
        """Show a board that came, in time."""
        self.pace.take(message.board)

    def _arrive(self, board: Board) -> None:
        self.stuck_since = (self.stuck_since or self.now()) if board.problem else None
        before, self.board = self.board, board
        if before is not None and same(before, board):
            return  # only time passed, and for that there is the tick
        if not self.travel.paused:
            if self.workspace is not None and self.workspace not in board.workspaces:
                self.workspace = None
            self.show_board()
        self.sound()
        if before is None:
            self.presence.begin(board, self.now())
            self.call_after_refresh(self.garbage.begin)

    def show_board(self) -> None:
        """Show the newest board on every screen that shows boards."""
        for screen in self.screen_stack:
            if hasattr(screen, "show") and screen.is_mounted:
                self.show_on(screen)
        self._entitle(self.scene)

    def _tick(self) -> None:
        screen = next((each for each in reversed(self.screen_stack) if hasattr(each, "tick")), None)
        # While it leaves, screens lose their widgets one by one.
        if self.board is not None and screen is not None and not self._exit:
            with self.batch_update():
                screen.tick(self.mode, self.travel.now)
        self.sound_due()
        self.garbage.tick(self.turn)

    def _entitle(self, scene: Scene) -> None:
        """Tell the terminal's title; what is in it is safe, or it would end the sequence early."""
        count = len(scene.findings)
        title = f"{f'{count} need you · ' if count else ''}{plain(place(scene, brief=True))}"
        if title != self.title and self._driver is not None and not self.is_headless:
            self._driver.write(f"\x1b]2;{self.spelt(title)}\x07")
        self.title = title

    def reveal(self, key: str) -> None:
        """Put the cursor on a record; where a detail has the keys it is shown there."""
        screen = self.screen
        if isinstance(screen, Dashboard):
            screen.reveal(key)
        elif isinstance(screen, Guide):
            screen.go(key)

    def next_workspace(self) -> None:
        """Show the next workspace; after the last all of them."""
        names = self.scene.workspaces
        if len(names) < 2:
            toast(self, "There is only one workspace here.")
            return
        order = [None, *names]
        self.workspace = order[(order.index(self.workspace) + 1) % len(order)]
        self.show_board()

    def look_again(self) -> None:
        """Read everything again, in a thread."""
        start(self, self._look_again, "look", alone=True)

    async def _look_again(self) -> None:
        try:
            await asyncio.to_thread(self.desk.look_again)
            await asyncio.to_thread(self.ignoring.load)
        except CoordError as error:
            toast(self, str(error), "warning")
        else:
            toast(self, "Everything was read again.")

    # Acting

    def act(self, doing: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let an action run its course; one at a time."""
        self.gate.shut()
        self.acting = True
        start(self, partial(self._act, doing), "act")

    async def _act(self, doing: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await doing()
        finally:
            self.acting = False
            self.gate.release()

    def ask(self, question: Dialog[tuple[Plan, str]]) -> None:
        """Ask for a plan and a reason, and do it."""
        from coord_tui.acting import answer

        if not self.acting and not self.desk.read_only:
            self.act(partial(answer, self, question))
