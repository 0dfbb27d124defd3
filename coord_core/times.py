"""Every time stamp style there is, ages for people, and the clock seam (the design, §3, "Times")."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, Protocol

MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 86400.0
UNITS: Final = {"s": 1.0, "m": MINUTE, "h": HOUR, "d": DAY}
EARLIEST: Final = 946684800.0
LATEST: Final = 7258118400.0
_EPOCH: Final = datetime(1970, 1, 1)
_STAMP_MAX: Final = 64


class Clock(Protocol):
    """Where the time comes from: the one seam that tests replace."""

    def now(self) -> float:
        """Return seconds since 1970."""

    def mono(self) -> float:
        """Return seconds that never jump, of this boot."""

    def boot(self) -> str:
        """Return the id of this boot, "" if there is none."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    def mono(self) -> float:
        """Return seconds that never jump, of this boot."""
        return time.monotonic()

    def boot(self) -> str:
        """Return the id of this boot, "" if there is none."""
        from coord_core.processes import boot_id

        return boot_id()


def instant(value: object, near: float | None = None) -> float | None:
    """Return the seconds since 1970 that a stamp of any style means, None if it means no plausible time.

    near: when it was written; a naive stamp is read as whichever of local time and UTC lies nearest, else as local.
    """
    if type(value) is str:
        try:
            stamp = datetime.fromisoformat(value)
            at = stamp.timestamp()
        except (ValueError, OverflowError, OSError):
            return _unusual(value, near)
        # Within half an hour neither UTC nor the repeated hour can lie nearer.
        if near is not None and stamp.tzinfo is None and not -HOUR / 2 <= at - near <= HOUR / 2:
            at = _nearest(stamp, near)
        return at if EARLIEST <= at < LATEST else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(value)
    return None


def naive(value: object) -> datetime | None:
    """Return an ISO stamp without a zone as it stands, None for anything else."""
    stamp = _iso(value) if type(value) is str else None
    return stamp if stamp is not None and stamp.tzinfo is None else None


def written(metadata: Mapping[str, Any], key: str) -> float | None:
    """Return when a key was last written, from the reference format's `metadata` (naive UTC)."""
    entry = metadata.get(key)
    if type(entry) is not dict:
        return None
    stamp = entry.get("updated_at")
    return _utc_text(stamp) if type(stamp) is str else instant(stamp)


def created(metadata: Mapping[str, Any], key: str) -> float | None:
    """Return when a key was first written, from the reference format's `metadata` (naive UTC)."""
    entry = metadata.get(key)
    return utc(entry.get("created_at")) if isinstance(entry, dict) else None


def utc(value: object) -> float | None:
    """Return the seconds since 1970 of a stamp whose naive form is UTC."""
    return _utc_text(value) if type(value) is str else instant(value)


@lru_cache(maxsize=4096)
def _utc_text(value: str) -> float | None:
    # One transaction stamps all its keys alike.
    try:
        stamp = datetime.fromisoformat(value)
    except ValueError:
        return instant(value)
    at = stamp.timestamp() if stamp.tzinfo is not None else (stamp - _EPOCH).total_seconds()
    return at if EARLIEST <= at < LATEST else None


def age(seconds: float | None) -> str:
    """Return an age in at most four cells: now, 20s, 59m, 1h12, 14h, 3d; `?` when nobody knows it."""
    if seconds is None or math.isnan(seconds):
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
    days = int(min(seconds, 1e12) // DAY)
    return f"{days}d" if days < 1000 else f"{min(days // 365, 999)}y"


def seconds(words: str) -> float:
    """Return the seconds that `90s`, `60m`, `2h` or `1d` mean; raises ValueError."""
    number, unit = words.strip()[:-1], words.strip()[-1:]
    if unit in UNITS and number.isascii() and number.isdecimal() and len(number) < 7 and int(number):
        return int(number) * UNITS[unit]
    raise ValueError(f"{words!r} is no length of time: write 90s, 60m, 2h or 1d")


def clock(at: float | None, *, seconds: bool = True) -> str:
    """Return the local time of day of `at`, seconds since 1970; `?` when nobody knows it."""
    if at is None:
        return "?"
    try:
        return time.strftime("%H:%M:%S" if seconds else "%H:%M", time.localtime(at))
    except (OverflowError, ValueError, OSError):
        return "?"


def day_clock(at: float | None, now: float, *, seconds: bool = True) -> str:
    """Return the local time of `at`, with its date, and never with seconds, unless that is today's (`now`)."""
    if at is None:
        return "?"
    try:
        then, today = time.localtime(at), time.localtime(now)
    except (OverflowError, ValueError, OSError):
        return "?"
    return clock(at, seconds=seconds) if then[:3] == today[:3] else time.strftime("%Y-%m-%d %H:%M", then)


def local_iso(at: float) -> str:
    """Return `at` as the seed writes `last_heartbeat`: naive and local, because its clean-up compares it so."""
    return datetime.fromtimestamp(at).isoformat()


def naive_utc_iso(at: float) -> str:
    """Return `at` as the reference writes `metadata`: naive UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat()[: -len("+00:00")]


def utc_iso(at: float) -> str:
    """Return `at` as ISO 8601 UTC with a Z, as the seed's `claimed_at` has it."""
    return naive_utc_iso(at) + "Z"


def _iso(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        text = value.strip()
        if text == value or len(text) > _STAMP_MAX:
            return None
    return _iso(text)


def _unusual(value: str, near: float | None) -> float | None:
    """Read a stamp that is not simply ISO: with blanks around it, an epoch number as text, or at the end of time."""
    stamp = _iso(value)
    if stamp is None:
        return _epoch_text(value)
    text = value.strip()
    return instant(text, near) if text != value else None


def _nearest(stamp: datetime, near: float) -> float:
    try:
        return min(readings(stamp), key=lambda at: abs(at - near))
    except (OverflowError, ValueError, OSError):
        return math.nan


def readings(stamp: datetime) -> tuple[float, float, float]:
    """Return what a naive stamp can mean: local, local again in a repeated hour, UTC; raises OverflowError."""
    return stamp.timestamp(), stamp.replace(fold=1).timestamp(), (stamp - _EPOCH).total_seconds()


def _epoch(value: float) -> float | None:
    """Return an epoch number as seconds: it came in seconds, milli-, micro- or nanoseconds."""
    if not 0 < value < 1e20:  # also refuses NaN and integers too large for a float
        return None
    seconds = float(value)
    while seconds >= 1e11:
        seconds /= 1000
    return _plausible(seconds)


def _epoch_text(value: str) -> float | None:
    text = value.strip()
    if not 9 <= len(text) <= 32 or not text.isascii() or not text.replace(".", "", 1).isdigit():
        return None
    return _epoch(float(text))


def _plausible(at: float) -> float | None:
    return at if EARLIEST <= at < LATEST else None
