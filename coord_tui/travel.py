"""Travel: the view paused, and then at any moment of the past; the board underneath goes on following."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from coord_core.errors import CoordError, NotFound
from coord_core.state.board import Board
from coord_core.times import day_clock
from coord_tui.display import toast
from coord_tui.rows.journal import JournalRows, key_of, seq_of
from coord_tui.situation import Notice, then
from coord_tui.widgets.status_bar import Mode
from coord_tui.workers import start

if TYPE_CHECKING:
    from coord_core.actions.replay import Moment, Replay
    from coord_tui.timed import TimedApp
    from coord_tui.whens import When

AROUND: Final = 150
"""How many lines are listed before and behind the one that the list is about."""
NO_JOURNAL: Final = "There is no journal here, so there is no past to look at. It begins with your first action."
KEYS: Final = (
    ("{time.pause}", "go on"),
    ("{time.back} {time.on}", "change"),
    ("{time.minute_back} {time.minute_on}", "minute"),
)
WRITING: Final = ("act.", "look.ignore")
"""How the ids of keys begin that change something, be it only what their user ignores."""
BEGINS: Final = "The journal begins here."


class Travel:
    """Which moment is looked at: as it comes, paused at now, or in the past.

    paused_at: since when, seconds since 1970. moment: None at now.
    """

    def __init__(self, app: TimedApp) -> None:
        self.app = app
        self.paused_at: float | None = None
        self.frozen: Board | None = None
        self.moment: Moment | None = None
        self.differing: frozenset[str] = frozenset()
        self.rows = JournalRows()
        self.wanted = ""
        self.note = ""
        self._replay: Replay | None = None
        self._wishes: deque[Callable[[Replay], Moment | None]] = deque()
        self._newest: int | None = None
        self._stride = 0.0
        self._begun = False

    # What is looked at

    @property
    def paused(self) -> bool:
        """Whether what comes is not shown."""
        return self.paused_at is not None

    @property
    def away(self) -> bool:
        """Whether a moment of the past is looked at."""
        return self.moment is not None

    @property
    def board(self) -> Board | None:
        """The board to show, None for the newest."""
        return self.moment.board if self.moment is not None else self.frozen

    @property
    def now(self) -> float:
        """The instant of what is shown, seconds since 1970."""
        if self.moment is not None:
            return self.moment.at
        return self.paused_at if self.paused_at is not None else self.app.now()

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """The keys that move in time, and what each does; none while the view is live."""
        return KEYS if self.paused else ()

    @property
    def notice(self) -> Notice | None:
        """What is to be said of the moment of the past, None at now."""
        told = then(self.moment, self.paused_at, brief=self.app.size.width < 100)
        return Notice(told) if told else None

    def mode(self, mode: Mode) -> Mode:
        """Return what is special about this view, with what of it is about time."""
        if self.paused_at is None:
            return mode
        past = day_clock(self.moment.at, self.paused_at) if self.moment is not None else ""
        return replace(mode, paused=self.app.now() - self.paused_at, past=past)

    def refuses(self, action: object) -> bool:
        """Whether an action would change something, which nobody can in the past; then say so."""
        bindings = [each.binding for each in self.app.screen.active_bindings.values()]
        if not any(each.action == action and (each.id or "").startswith(WRITING) for each in bindings):
            return False
        if not self.app.refuses():
            at = day_clock(self.now, self.paused_at or self.now)
            toast(self.app, self.app.keymap.spell(f"You look at {at}; {{time.pause}} goes back to now."))
        return True

    # Going

    def toggle(self) -> None:
        """Pause the view, or let it go on."""
        if self.paused:
            self._go_on()
        elif self.app.board is not None:
            self.paused_at, self.frozen = self.app.now(), self.app.board
            self.rows, self.note = JournalRows(paused_at=self.paused_at), "…"
            start(self.app, self._open, "time", alone=True)
            self.app.show_board()

    def _go_on(self) -> None:
        self.paused_at = self.frozen = self.moment = self._replay = self._newest = None
        self.differing, self.rows, self.wanted = frozenset(), JournalRows(), ""
        self._wishes.clear()
        for worker in self.app.workers:
            if worker.group in ("time", "lines"):
                worker.cancel()
        self.app.show_board()

    def step(self, lines: int) -> None:
        """Go so many changes on, or back."""
        self._wish(lambda replay: self._stepped(replay, lines))

    def pass_time(self, seconds: float) -> None:
        """Go so many seconds on, or back."""
        self._wish(lambda replay: self._passed(replay, seconds), seconds)

    def look_from(self, seq: int | None) -> None:
        """Look at the moment of a line, or at now without one."""
        self._wish(lambda replay: replay.after(seq) if seq is not None else None)

    def go(self, when: When) -> None:
        """Go to a moment; pauses the view first. Says so if the journal does not reach there."""
        if not self.paused:
            self.toggle()
        self._wish(lambda replay: self._gone(replay, when))

    def _wish(self, wish: Callable[[Replay], Moment | None], stride: float = 0.0) -> None:
        """Go somewhere; stride: so many seconds on is where the same key would lead next."""
        self._stride = stride
        if self.paused and self.note != NO_JOURNAL:
            self._wishes.append(wish)
            if self._replay is not None:
                start(self.app, self._fulfil, "time")
        elif self.paused:
            toast(self.app, NO_JOURNAL)

    async def _open(self) -> None:
        try:
            replay = await asyncio.to_thread(self.app.desk.replay)
            newest = await asyncio.to_thread(replay.newest)
        except CoordError as error:
            self.note = str(error)
            toast(self.app, str(error), "warning")
            return
        if newest is None:
            self.note = NO_JOURNAL
            if self._wishes:
                toast(self.app, NO_JOURNAL)
            self._wishes.clear()
            self.app.show_board()
            return
        self.note, self._replay, self._newest = "", replay, newest.seq
        await self._list(replay, newest.seq)
        await self._fulfil()

    async def _fulfil(self) -> None:
        """Go where the keys wanted to, one after the other, and show where that led."""
        replay = self._replay
        if replay is None or not self._wishes:
            return
        wishes = [self._wishes.popleft() for _ in range(len(self._wishes))]
        try:
            for wish in wishes:
                found = await asyncio.to_thread(wish, replay)
                if self._replay is not replay:
                    return
                self.moment = found
        except CoordError as error:
            toast(self.app, str(error), "warning")
        if self._begun:
            self._begun = False
            toast(self.app, BEGINS)
        await self._arrive(replay)

    async def _arrive(self, replay: Replay) -> None:
        from coord_tui.differences import differing

        assert self.frozen is not None
        self.differing = differing(self.moment.board, self.frozen) if self.moment is not None else frozenset()
        seq = self.moment.seq if self.moment is not None else self._newest
        self.rows = replace(self.rows, current=key_of(self.moment.seq if self.moment is not None else None))
        if self.rows.near_the_end(self.rows.current) and seq is not None:
            await self._list(replay, seq)
        self.app.show_board()
        if seq is not None:
            ahead = self.moment.at + self._stride if self.moment is not None and self._stride else None
            await asyncio.to_thread(replay.prepare, seq, ahead)

    # Steps, each in a thread

    def _stepped(self, replay: Replay, lines: int) -> Moment | None:
        here = self.moment
        if here is None:
            return replay.newest() if lines < 0 else None
        if lines > 0 and here.seq == self._newest:
            return None
        self._begun = here.first and lines < 0
        return here if self._begun else replay.step(here.seq, lines)

    def _passed(self, replay: Replay, seconds: float) -> Moment | None:
        at = self.now + seconds
        return None if self.paused_at is None or at >= self.paused_at else self._at(replay, at)

    def _gone(self, replay: Replay, when: When) -> Moment | None:
        if when.at is not None:
            return self._at(replay, when.at)
        found = replay.after(when.seq or 0)
        if found is None or found.seq != when.seq:
            raise NotFound(f"line {when.seq} in the journal", "the list beside the board has the lines that are kept")
        return found

    def _at(self, replay: Replay, at: float) -> Moment | None:
        found = replay.at(at)
        self._begun = found is not None and found.at > at
        return found

    # The journal's lines

    def sift(self, wanted: str) -> None:
        """List only lines that a filter lets through."""
        self.wanted = wanted
        self._relist(self.moment.seq if self.moment is not None else self._newest)

    def looked_at(self, key: str) -> None:
        """Read more of the list where its cursor comes near the end."""
        if self.rows.near_the_end(key):
            self._relist(seq_of(key))

    def edge(self, *, oldest: bool) -> None:
        """List the lines at one end of the journal."""
        self._relist(0 if oldest else self._newest)

    def _relist(self, seq: int | None) -> None:
        if seq is not None and self._replay is not None:
            start(self.app, partial(self._list, self._replay, seq), "lines", alone=True)

    async def _list(self, replay: Replay, seq: int) -> None:
        from coord_core.state.sieve import Sieve

        try:
            listing = await asyncio.to_thread(replay.lines, seq, AROUND, Sieve(self.wanted))
        except CoordError as error:
            toast(self.app, str(error), "warning")
            return
        if self._replay is replay:
            self.rows = replace(self.rows, listing=listing)
            self.app.show_board()
