"""The journal's lines as rows, newest first, with now above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import TYPE_CHECKING, ClassVar, Final

from coord_core.documents import Line
from coord_core.frozen import frozen
from coord_core.state.deeds import describe, is_heartbeat, logged, session_of, supervisor_of
from coord_core.times import clock, day_clock
from coord_tui.columns import Column
from coord_tui.display import NOTHING, Across, Cell, say
from coord_tui.rows.source import Fields

if TYPE_CHECKING:
    from coord_core.actions.replay import Listing

COLUMNS: Final = (Column("", 1), Column("TIME", 8), Column("WHO", 10), Column("WHAT", 12, share=1))
DATED: Final = (Column("", 1), Column("TIME", 16), *COLUMNS[2:])
"""Where lines are older than today."""
NOW: Final = "line:now"
BEGIN: Final = "line:begin"
HERE: Final = "▸"
BEAT: Final = "beat"
NEAR: Final = 40
"""So many rows from its end, more of the list is to be read."""


def key_of(seq: int | None) -> str:
    """Return the key of a line's row, that of now without one."""
    return NOW if seq is None else f"line:{seq}"


def seq_of(key: str | None) -> int | None:
    """Return the number of the line in a row, None for now and where the journal begins."""
    number = (key or "").removeprefix("line:")
    return int(number) if number.isdecimal() else None


@frozen(eq=False)
class JournalRows:
    """Some of the journal's lines, newest first; current: which one is looked at; paused_at: when now was."""

    ages: ClassVar[bool] = False
    listing: Listing | None = None
    current: str = NOW
    paused_at: float = 0.0
    fields: Fields = field(default_factory=dict)

    @property
    def columns(self) -> Sequence[Column]:
        """The columns, with room for dates where any line needs one."""
        oldest = next((line.at for _, line in reversed(self._lines) if line is not None), self.paused_at)
        return DATED if len(self._time(oldest)) > COLUMNS[1].width else COLUMNS

    def _time(self, at: float) -> str:
        return day_clock(at, self.paused_at)

    @property
    def keys(self) -> Sequence[str]:
        """The rows' keys."""
        if self.listing is None:
            return [NOW]
        found = [key_of(seq) for seq, _ in self.listing.lines]
        return [*([NOW] if self.listing.newest else []), *found, *([BEGIN] if self.listing.first and found else [])]

    def near_the_end(self, key: str) -> bool:
        """Whether a row has too few others around it, and there are more."""
        keys = self.keys
        place = keys.index(key) if key in keys else -1
        above, below = keys[0] != NOW and place < NEAR, keys[-1] != BEGIN and place >= len(keys) - NEAR
        return place < 0 or above or below

    @property
    def _lines(self) -> Sequence[tuple[int, Line | None]]:
        return self.listing.lines if self.listing else ()

    def words(self, key: str) -> str:
        """Return nothing: these rows are sifted before they come."""
        return ""

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one line's cells."""
        here = say((HERE if key == self.current else "", "wait bold"))
        if key == NOW:
            return here, say((clock(self.paused_at), "dim")), Across(say(("now", "name")))
        if key == BEGIN:
            return NOTHING, Across(say(("The journal begins here.", "dim")))
        seq = seq_of(key)
        line = next((each for number, each in self._lines if number == seq), None)
        if line is None:
            return here, NOTHING, Across(say((f"line {seq} cannot be read", "dim")))
        why = f": {line.reason}" if line.reason else ""
        tone = "dim" if what(line) == BEAT else ""
        return here, say((self._time(line.at), "dim")), say((who(line), "name")), say((what(line), tone), (why, "dim"))


def what(line: Line) -> str:
    """Return what a line did, in words; a supervisor's with whom it was done to, as the event that it left says."""
    session = session_of(line)
    if is_heartbeat(line, session or ""):
        return BEAT
    _, message = (logged(line) if session is None else None) or ("", "")
    return message or describe(line)


def who(line: Line) -> str:
    """Return who wrote a line, as people say it."""
    session = session_of(line)
    return session.rpartition(":session:")[2] if session else (supervisor_of(line) or "somebody").partition("@")[0]
