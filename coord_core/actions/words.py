"""The words of plans: who is alive and why we think so, what belongs to whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coord_core import times
from coord_core.documents import ABSENT
from coord_core.state.board import Board
from coord_core.state.insights import ALIVE, Life
from coord_core.state.records import Issue, Lock, Session, Task


def life(board: Board, scope: str) -> Life:
    """Return the verdict on a session, UNKNOWN without one."""
    verdict = board.verdicts.get(scope)
    return verdict.life if verdict else Life.UNKNOWN


def alive(board: Board, session: Session | None) -> bool:
    """Say whether a session may be at work right now."""
    return session is not None and life(board, session.scope) in ALIVE


def evidence(board: Board, session: Session | None) -> tuple[str, ...]:
    """Return why a session is thought alive or dead, a sentence each."""
    if session is None or session.scope not in board.verdicts:
        return ()
    verdict, signs = board.verdicts[session.scope], board.signs.get(session.scope)
    if verdict.life in ALIVE and signs and signs.seen is not None:
        did = f", did something {ago(board.now - signs.did)}" if signs.did is not None else ""
        return (f"{verdict.life.value}: seen {ago(board.now - signs.seen)}{did}.",)
    first = verdict.evidence.rstrip(".")
    lead = "" if first.startswith(verdict.life.value) else f"{verdict.life.value}: "
    return (f"{lead}{first}.", *_last_signs(board, session))


def _last_signs(board: Board, session: Session) -> tuple[str, ...]:
    signs = board.signs.get(session.scope)
    if signs is None or signs.seen is None:
        return ()
    did = f" Last change: {signs.what or 'something'} at {times.clock(signs.did)}." if signs.did is not None else ""
    return (f"Last seen {times.clock(signs.seen)}.{did}",)


def held_for(board: Board, lock: Lock) -> str:
    """Return since how long a lock is held (`1h12`), "" if nobody can say."""
    return times.age(board.now - lock.since.at) if lock.since and lock.since.at is not None else ""


def waiting(board: Board, lock: Lock) -> str:
    """Return who waits for a lock (`codex_1 has waited 4m`), "" for nobody."""
    if len(lock.waiters) == 1 and (since := lock.waiters[0].since) and since.at is not None:
        return f"{lock.waiters[0].session} has waited {times.age(board.now - since.at)}"
    names = [each.session for each in lock.waiters]
    return f"{join(names)} {'waits' if len(names) == 1 else 'wait'} for {lock.resource}" if names else ""


def things(issues: Sequence[Issue], tasks: Sequence[Task]) -> str:
    """Return issues and tasks by name (`#18 and queue#7`)."""
    return join([*(f"#{each.id}" for each in issues), *(each.label for each in tasks)])


def join(names: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def be(joined: str) -> str:
    """Return `is`, after several joined names `are`."""
    return "are" if " and " in joined else "is"


def value(found: Any, nothing: str = "nothing") -> str:
    """Return a stored value in a few characters."""
    if found is ABSENT or found is None:
        return nothing
    if isinstance(found, str):
        return found if len(found) <= 40 else found[:39] + "…"
    if isinstance(found, list | tuple):
        return f"{len(found)} items" if len(found) != 1 else "1 item"
    if isinstance(found, dict):
        return f"{len(found)} keys" if len(found) != 1 else "1 key"
    return {True: "true", False: "false"}[found] if isinstance(found, bool) else str(found)


def ago(seconds: float) -> str:
    """Return how long something is past (`4m ago`, `just now`)."""
    found = times.age(seconds)
    return "just now" if found == "now" else f"{found} ago"


def stamp(at: float) -> str:
    """Return a time in the style of the seed's claims (`2025-10-31T14:00:00Z`)."""
    return times.utc_iso(int(at))
