"""Moments of the past as people write them: `14:02`, `yesterday 14:02`, `-10m`, an ISO time, or a line's number."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from coord_core import times
from coord_core.errors import InvalidArgument
from coord_core.frozen import frozen

EXAMPLES: Final = "write 14:02, 14:02:30, yesterday 14:02, 2026-11-22T14:02, -10m, or a line's number such as 812"
_CLOCK: Final = re.compile(r"(yesterday\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?", re.IGNORECASE)
_LONGEST: Final = 200


@frozen
class When:
    """A moment: either the number of a journal's line, or seconds since 1970."""

    seq: int | None = None
    at: float | None = None


def at(text: str, now: float) -> When:
    """Return the moment that somebody means at `now`, seconds since 1970; a time of day is the last one there was.

    Raises InvalidArgument for what means none, and for the future.
    """
    wanted = text.strip()
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 19:
        return When(seq=int(wanted))
    try:
        found = _time(wanted, now)
    except (ValueError, OverflowError, OSError):
        raise InvalidArgument("at", f"{text[:_LONGEST]!r} is no time: {EXAMPLES}") from None
    if found > now:
        raise InvalidArgument("at", f"{text[:_LONGEST]!r} is still to come: {EXAMPLES}")
    return When(at=found)


def _time(wanted: str, now: float) -> float:
    if wanted.startswith("-"):
        return now - times.seconds(wanted[1:])
    clock = _CLOCK.fullmatch(wanted)
    if clock is None:
        return datetime.fromisoformat(wanted).timestamp()
    yesterday, hour, minute, second = clock.groups()
    today = datetime.fromtimestamp(now)
    then = today.replace(hour=int(hour), minute=int(minute), second=int(second or 0), microsecond=0)
    if yesterday or then.timestamp() > now:
        then -= timedelta(days=1)
    return then.timestamp()
