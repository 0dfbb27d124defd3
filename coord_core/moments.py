"""Moment: a time that a document states, and how far it is believed (the design, §3, "Times")."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final

from coord_core.frozen import frozen
from coord_core.times import DAY, created, instant, naive, readings, utc, written

_STATED_MAX: Final = 64


@frozen
class Moment:
    """A time that somebody stated.

    at: seconds since 1970 to count ages from, None if it cannot be known. stated: what the document says, as text.
    trusted: the stated time is the one used; False: `at` is when the key was written, because the stated time is
    unreadable or more than a day away from that. readable: the stated time is a time at all.
    """

    at: float | None
    stated: str
    trusted: bool = True
    readable: bool = True


class Zone(Enum):
    """How the naive stamps of one list are read."""

    LOCAL = "local"
    UTC = "utc"


@frozen
class Era:
    """What a list's items can plausibly state: their zone, and the window of seconds since 1970 that they lie in."""

    zone: Zone = Zone.LOCAL
    earliest: float = -math.inf
    latest: float = math.inf


def moment(value: object, at: float | None = None) -> Moment | None:
    """Return the moment that a key states, given when the key was written; None if it states none."""
    if value is None:
        return None
    found = instant(value, at)
    said = value if type(value) is str and len(value) <= _STATED_MAX else stated(value)
    if found is None:
        return Moment(at, said, False, False)
    if at is not None and not -DAY <= found - at <= DAY:
        return Moment(at, said, False)
    return Moment(found, said)


def deadline(value: object, at: float | None = None) -> Moment | None:
    """Return the moment until which something holds: it may lie any time after the key was written."""
    if value is None:
        return None
    found = instant(value, at)
    return Moment(found, stated(value), trusted=found is not None, readable=found is not None)


def era(newest: object, metadata: Mapping[str, Any], key: str) -> Era:
    """Return how the stamps of the list under `key` are read: one verdict, from its newest naive stamp."""
    last = written(metadata, key)
    if last is None:
        return Era()
    first = created(metadata, key)
    # An item may be far older than its list's last change, but not older than the list: that is a copied example.
    earliest = min(first if first is not None else last, last) - DAY
    stamp = naive(newest)
    return Era(Zone.LOCAL if stamp is None else _zone(stamp, last), earliest, last + DAY)


def item_moment(value: object, when: Era) -> Moment | None:
    """Return the moment that a list's item states; an implausible one has no age, for nothing else dates an item."""
    if value is None:
        return None
    found = utc(value) if when.zone is Zone.UTC else instant(value)
    if found is None:
        return Moment(None, stated(value), trusted=False, readable=False)
    if not when.earliest <= found <= when.latest:
        return Moment(None, stated(value), trusted=False)
    return Moment(found, stated(value))


def stated(value: object) -> str:
    """Return what a document states as a time, as short text."""
    if type(value) is str:
        return value if len(value) <= _STATED_MAX else value[: _STATED_MAX - 1] + "…"
    if isinstance(value, int | float):
        return str(value) if isinstance(value, float) or value.bit_length() < 128 else "a huge number"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else type(value).__name__


def _zone(stamp: datetime, near: float) -> Zone:
    try:
        first, again, universal = (abs(at - near) for at in readings(stamp))
    except (OverflowError, ValueError, OSError):
        return Zone.LOCAL
    return Zone.UTC if universal < first and universal < again else Zone.LOCAL
