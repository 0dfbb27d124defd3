"""Signs of life: what documents and journal lines tell of when a session was seen, and what it did."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

from coord_core.state.insights import Deed, Signs
from coord_core.state.reading import ECHO, Mention

SLOT: Final = 150.0
SLOTS: Final = 12
HISTORY: Final = 40
_QUIET: Final = (0,) * SLOTS
_NEVER_SEEN: Final = Signs()


class Stamp(NamedTuple):
    """When a line was written: by the wall clock, and by this boot's monotonic clock if it was this boot."""

    at: float
    mono: float | None

    def wall(self, offset: float | None) -> float:
        """Return when it was by today's wall clock; offset: wall minus monotonic now."""
        return self.at if self.mono is None or offset is None else self.mono + offset


class Activity(NamedTuple):
    """What the journal tells of one session. counts: the first stamp of each twelfth, and how many lines it has."""

    seen: Stamp | None = None
    did: Stamp | None = None
    what: str = ""
    counts: tuple[tuple[Stamp, int], ...] = ()
    last: tuple[str, str] | None = None
    deeds: tuple[Deed, ...] = ()

    def beat(self, stamp: Stamp) -> Activity:
        """Return this with one more sign of life that is no deed."""
        return self._replace(seen=stamp)

    def act(self, stamp: Stamp, deed: Deed, last: tuple[str, str] | None) -> Activity:
        """Return this with one more deed; last: the event that it logged."""
        deeds = (*self.deeds[-HISTORY + 1 :], deed)
        return Activity(stamp, stamp, deed.what, self._counted(stamp), last or self.last, deeds)

    def repeat(self, stamp: Stamp) -> Activity:
        """Return this with its last event logged once more: a change, but no deed."""
        return self._replace(seen=stamp, counts=self._counted(stamp))

    def suffer(self, deed: Deed) -> Activity:
        """Return this with something that a supervisor did to the session: no sign of its life."""
        return self._replace(deeds=(*self.deeds[-HISTORY + 1 :], deed))

    def _counted(self, stamp: Stamp) -> tuple[tuple[Stamp, int], ...]:
        if self.counts and stamp.at // SLOT == self.counts[-1][0].at // SLOT:
            first, count = self.counts[-1]
            return (*self.counts[:-1], (first, count + 1))
        return (*self.counts[-SLOTS:], (stamp, 1))


def weigh(
    mentions: Iterable[Mention], activity: Activity | None, now: float, offset: float | None, slack: float
) -> tuple[Signs, float]:
    """Return a session's signs at `now`, and when time alone changes them.

    offset: the wall clock minus the monotonic one. slack: seconds that a sign may lie in the future and still count.
    """
    seen = did = None
    what, due, limit = "", math.inf, now + slack
    times: list[float] = []
    counts: list[tuple[float, int]] = []
    deeds: list[Mention] = []
    for one in mentions:
        at = one.seen
        if at is None:
            continue
        if at > limit:
            due = min(due, at - slack)
            continue
        if seen is None or at > seen:
            seen = at
        if one.did is not None:
            deeds.append(one)
            if did is None or one.did > did:
                did = one.did
        times += one.times
    if did is not None:
        what = deeds[0].what if len(deeds) == 1 else _telling(deeds, did)
    if activity is not None:
        if activity.seen is not None:
            at = activity.seen.wall(offset)
            seen = at if seen is None else max(at, seen)
        if activity.did is not None:
            at = activity.did.wall(offset)
            if did is None or at >= did - ECHO:
                did, what = at if did is None else max(at, did), activity.what
        if activity.counts:
            counts = [(stamp.wall(offset), count) for stamp, count in activity.counts]
    if seen is None:
        return _NEVER_SEEN, due
    counts = counts or [(at, 1) for at in times]
    buckets = _buckets(counts, now) if counts else _QUIET
    if buckets is not _QUIET:
        due = min(due, (now // SLOT + 1) * SLOT)
    return Signs(seen, did, what, buckets), due


def _telling(deeds: list[Mention], newest: float) -> str:
    """Return what was done last, in the words that tell most: keys and events are often echoes of one act."""
    return max([(one.weight, one.did or 0.0, one.what) for one in deeds if (one.did or 0.0) >= newest - ECHO])[2]


def _buckets(counts: list[tuple[float, int]], now: float) -> tuple[int, ...]:
    first = int(now // SLOT) - SLOTS + 1
    buckets = [0] * SLOTS
    for at, count in counts:
        place = int(at // SLOT) - first
        if 0 <= place < SLOTS:
            buckets[place] += count
    return tuple(buckets) if any(buckets) else _QUIET
