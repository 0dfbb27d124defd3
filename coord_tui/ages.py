"""How long ago something was, from the instant of the screen."""

from __future__ import annotations

from typing import Final

from coord_core.times import age, clock, day_clock

__all__ = ["age", "ago", "clock", "clock_or_day", "past", "since"]

MINUTE: Final = 60


def since(at: float | None, now: float) -> str:
    """Return the age of the instant `at`, both in seconds since 1970; "" without one."""
    return "" if at is None else age(now - at)


def past(at: float | None, now: float) -> str:
    """Return how long ago the instant `at` was: `4m ago`, `just now`; "" without one."""
    spent = since(at, now)
    return "just now" if spent == "now" else f"{spent} ago" if spent else ""


def ago(at: float, now: float) -> str:
    """Return how long ago `at` was, to the second, for the header: `1s ago`."""
    seconds = max(0.0, now - at)
    return f"{int(seconds)}s ago" if seconds < MINUTE else f"{age(seconds)} ago"


def clock_or_day(at: float | None, now: float, *, seconds: bool) -> str:
    """Return the time of day of `at`, in five or eight cells; on another day than `now` its month and day: `11-21`."""
    told = day_clock(at, now, seconds=seconds)
    return told[5:10] if len(told) > len("00:00:00") else told
