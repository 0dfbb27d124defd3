"""How long ago, and when, in few cells."""

from __future__ import annotations

import time
from typing import Final

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400


def age(seconds: float | None) -> str:
    """Return an age in at most four cells: now, 20s, 59m, 1h12, 14h, 3d; `?` when nobody knows it."""
    if seconds is None:
        return "?"
    if seconds < 10:
        return "now"
    if seconds < MINUTE:
        return f"{int(seconds)}s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)}m"
    if seconds < 10 * HOUR:
        return f"{int(seconds // HOUR)}h{int(seconds % HOUR // MINUTE):02d}"
    if seconds < DAY:
        return f"{int(seconds // HOUR)}h"
    days = int(seconds // DAY)
    return f"{days}d" if days < 1000 else f"{min(days // 365, 999)}y"


def since(at: float | None, now: float) -> str:
    """Return the age of the instant `at`, both in seconds since 1970; "" without one."""
    return "" if at is None else age(now - at)


def ago(at: float, now: float) -> str:
    """Return how long ago `at` was, to the second, for the header: `1s ago`."""
    seconds = max(0.0, now - at)
    return f"{int(seconds)}s ago" if seconds < MINUTE else f"{age(seconds)} ago"


def clock(at: float | None, *, seconds: bool = True) -> str:
    """Return the local time of day of `at`, seconds since 1970; `?` when nobody knows it."""
    if at is None:
        return "--:--:--" if seconds else "--:--"
    try:
        return time.strftime("%H:%M:%S" if seconds else "%H:%M", time.localtime(at))
    except (OverflowError, ValueError, OSError):
        return "--:--:--" if seconds else "--:--"
