"""live / late / stale / dead / signed off / unknown, with the evidence."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from coord_core.frozen import frozen
from coord_core.state.insights import Life, Signs, Verdict
from coord_core.state.records import Session
from coord_core.times import clock, day_clock

OFF_WORDS: Final = frozenset({"signed_off", "signed off", "off", "offline", "ended", "closed"})
_NEVER: Final = math.inf


@frozen
class Limits:
    """When things begin to matter, all in seconds; every one is a setting."""

    late: float = 5 * 60
    stale: float = 60 * 60
    idle: float = 20 * 60
    lock_wait: float = 10 * 60
    queue_wait: float = 15 * 60
    task: float = 60 * 60
    handoff: float = 30 * 60
    repeats: int = 10
    future: float = 2 * 60


def judge(session: Session, signs: Signs, process: str | None, limits: Limits, now: float) -> tuple[Verdict, float]:
    """Return the verdict on a session, and when time alone may change it.

    process: why its process is proven gone, "" if it provably lives, None if nobody can say.
    """
    seen = signs.seen
    if signed_off(session):
        return Verdict(Life.OFF, "signed off", seen), _NEVER
    if process:
        return Verdict(Life.DEAD, f"dead: {process}", seen), _NEVER
    if seen is None:
        return Verdict(Life.UNKNOWN, _unknown(session), None), _NEVER
    silent = now - seen
    if silent < limits.late:
        return _live(session, process, limits), seen + limits.late
    running = f", though pid {session.pid} on {session.host} runs" if process == "" else ""
    since = day_clock(seen, now)
    if silent < limits.stale:
        return Verdict(Life.LATE, f"late: no sign since {since}{running}", seen + limits.late), seen + limits.stale
    return Verdict(Life.STALE, f"stale: no sign since {since}{running}", seen + limits.stale), _midnight(seen, now)


def signed_off(session: Session) -> bool:
    """Say whether a session has said good-bye: the registry knows, and without an entry there its status does."""
    if session.registry is not None:
        return session.registry == "available"
    return session.status is not None and session.status.casefold() in OFF_WORDS


def _live(session: Session, process: str | None, limits: Limits) -> Verdict:
    if process == "":
        return Verdict(Life.LIVE, f"live: pid {session.pid} on {session.host} runs")
    return _sign_within(limits.late)


@lru_cache(maxsize=8)
def _sign_within(late: float) -> Verdict:
    return Verdict(Life.LIVE, f"live: a sign within {late / 60:g}m")


def _unknown(session: Session) -> str:
    if not session.exists:
        return "unknown: only the registry names it"
    return "unknown: no heartbeat, and nothing else dates it"


def _midnight(seen: float, now: float) -> float:
    """Return when the evidence must name the day as well as the hour."""
    return now + 3600 if day_clock(seen, now) == clock(seen) else _NEVER
