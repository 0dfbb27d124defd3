"""Circles of waiters: sessions that wait for each other's locks, so that none of them ever goes on by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coord_core.scopes import natural
from coord_core.state.findings.view import Found, View
from coord_core.state.insights import GONE, Holdings, Remedy
from coord_core.state.reading import session_scope
from coord_core.state.records import Lock


def circle(view: View, lock: Lock) -> tuple[Lock, ...]:
    """Return the locks of a circle that a lock is in, itself first: the holder of each waits for the next."""
    came: dict[str, Lock] = {}
    trail = [lock]
    while trail:
        here = trail.pop()
        for wanted in _wanted(view, here):
            if wanted.scope == lock.scope:
                return _back(came, here, lock)
            if wanted.scope not in came:
                came[wanted.scope] = here
                trail.append(wanted)
    return ()


def reached(view: View, subjects: Iterable[str]) -> dict[str, None]:
    """Return the locks for which the holders of changed locks wait, and so on: a circle may have come about there."""
    found: dict[str, None] = {}
    parts = (view.parts.get(subject) for subject in subjects)
    trail = [part.record for part in parts if part is not None and isinstance(part.record, Lock)]
    while trail:
        for wanted in _wanted(view, trail.pop()):
            if wanted.scope not in found:
                found[wanted.scope] = None
                trail.append(wanted)
    return found


def find_circle(found: Found, lock: Lock) -> bool:
    """Say whether a lock is in a circle of waiters; the circle is told once, at its first lock by name."""
    around = circle(found.view, lock)
    for each in around:
        if each.expires is not None and each.expires.at is not None:
            found.again(each.expires.at)
    if around and lock is min(around, key=lambda each: natural(each.scope)):
        path = " → ".join(f"{each.resource} → {each.holder}" for each in around)
        releases = [Remedy("release_lock", {"scope": each.scope}) for each in around]
        text = f"is waited for in a circle: {around[-1].holder} → {path}"
        found.add("waiting_circle", lock.scope, lock.workspace, lock.resource, text, _since(around), *releases)
    return bool(around)


def _wanted(view: View, lock: Lock) -> tuple[Lock, ...]:
    """Return the locks that a lock's holder waits for."""
    until = lock.expires.at if lock.expires is not None else None
    if until is not None and until <= view.now:
        return ()
    if lock.holder is None or view.life(lock.workspace, lock.holder) in (*GONE, None):
        # Who waits may take the lock: nobody is kept waiting for ever.
        return ()
    return view.holdings.get(session_scope(lock.workspace, lock.holder), Holdings()).wants


def _back(came: dict[str, Lock], last: Lock, first: Lock) -> tuple[Lock, ...]:
    path = [last]
    while path[-1] is not first:
        path.append(came[path[-1].scope])
    return tuple(reversed(path))


def _since(around: tuple[Lock, ...]) -> float | None:
    """Return when the last of them began to wait: that closed the circle."""
    return max(_waits_since(around), default=None)


def _waits_since(around: tuple[Lock, ...]) -> Iterator[float]:
    for place, lock in enumerate(around):
        who = around[place - 1].holder
        for waiter in lock.waiters:
            if waiter.session == who and waiter.since is not None and waiter.since.at is not None:
                yield waiter.since.at
