"""Locks: taken, renewed, waited for, let go. A lock is a document `locks:{resource}`; a free one has none."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from coord_core import processes, times
from coord_core.actions.arguments import lock_name
from coord_core.actions.telling import append_event, tell
from coord_core.actions.turn import Turn, expired, who
from coord_core.documents import Change, Line
from coord_core.errors import Deadlock, InvalidArgument, LockLost, NotYours
from coord_core.state.insights import GONE
from coord_core.state.reading import items, text
from coord_core.state.waiters import waiters, without

LONGEST_TTL: Final = 30 * times.DAY
"""Seconds that a lock may be asked for."""
WAIT: Final = "It is noted that you wait: you are told when it is free. Do something else until then"
WAIT_OR_ASK: Final = (
    "It is noted that you wait: you are told if it is free before, else ask again then. Do something else"
)
"""Nobody tells that a lock's time is over: it is not let go then, it may be taken."""
ASK: Final = "Do something else and ask again later, or wait for it (--wait); a human can release it (coordctl release)"


def acquire_lock(turn: Turn, resource: str, ttl: float | None, wait: bool, reason: str) -> dict[str, Any]:
    """Take a lock, or return under `waiting` why not, if the caller was registered as a waiter instead.

    ttl: seconds after which others may take it, None for never. A lock that is the caller's already is renewed. One
    that expired, or whose holder is dead or signed off, is taken over. Raises Held, Deadlock, OnHold, InvalidArgument.
    """
    turn.require_signed_on()
    resource = lock_name(resource)
    lock = turn.read(f"locks:{resource}")
    holder = text(lock.get("locked_by"))
    if holder == turn.session:
        return _renewed(turn, resource, lock, ttl)
    turn.require_no_hold()
    if holder is not None and not expired(lock, turn.at) and turn.verdict(holder).life not in GONE:
        return _refused(turn, resource, holder, lock, wait)
    return _taken(turn, resource, holder, ttl, reason)


def renew_lock(turn: Turn, resource: str, fence: int, ttl: float | None) -> dict[str, Any]:
    """Keep a lock for another `ttl` seconds (without one: for as long as it was taken); raises LockLost, NotYours."""
    turn.require_signed_on()
    resource = lock_name(resource)
    lock = _require_mine(turn, resource, fence)
    if lock is None:
        raise NotYours(f"the lock {resource}", None, "Acquire it first")
    return _renewed(turn, resource, lock, ttl)


def release_lock(turn: Turn, resource: str, fence: int) -> dict[str, Any]:
    """Let a lock go; one that nobody has is let go already. Raises LockLost, NotYours."""
    turn.require_signed_on()
    resource = lock_name(resource)
    lock = _require_mine(turn, resource, fence, "Only who has it can let it go")
    if lock is not None:
        free(turn, resource, turn.edit(f"locks:{resource}"))
    return {"what": f"locks:{resource}", "released": lock is not None}


def free(turn: Turn, resource: str, lock: dict[str, Any]) -> None:
    """Take a lock's document away, and tell those who wait for it."""
    for waiter in waiters(lock):
        if waiter != turn.session:
            said = f"{resource} is free: acquire it if you still need it"
            tell(turn.tx, turn.workspace, waiter, turn.session, said, turn.at)
    turn.tx.delete(turn.scope(f"locks:{resource}"))


def stop_waiting(lock: dict[str, Any], session: str) -> None:
    """Strike a session off those who wait for a lock."""
    left = without(lock.get("waiters"), session)
    if left:
        lock["waiters"] = left
    else:
        lock.pop("waiters", None)


def _taken(turn: Turn, resource: str, holder: str | None, ttl: float | None, reason: str) -> dict[str, Any]:
    lock = turn.edit(f"locks:{resource}")
    for key in ("expires_at", "lease", "reason"):
        lock.pop(key, None)
    lock |= {"locked_by": turn.session, "locked_at": turn.stamp, "fence": turn.tx.seq}
    if reason:
        lock["reason"] = reason
    _lease(turn, lock, ttl)
    stop_waiting(lock, turn.session)
    if holder is not None:
        said = f"{turn.session} took {resource} over: it had expired or its holder was gone"
        tell(turn.tx, turn.workspace, holder, turn.session, said, turn.at)
        told = {"resource": resource, "was": holder}
        append_event(turn.tx, turn.workspace, turn.session, "lock_taken_over", said, told, turn.at)
    return {**_grant(resource, lock), "was": holder or ""}


def _renewed(turn: Turn, resource: str, before: Mapping[str, Any], ttl: float | None) -> dict[str, Any]:
    lease = before.get("lease")
    again = lease.get("ttl") if ttl is None and isinstance(lease, dict) else ttl
    lock = turn.edit(f"locks:{resource}")
    if type(lock.get("fence")) is not int:
        lock["fence"] = turn.tx.seq
    if again is not None:
        _lease(turn, lock, again)
    return {**_grant(resource, lock), "was": ""}


def _lease(turn: Turn, lock: dict[str, Any], ttl: float | None) -> None:
    """Note until when a lock holds, also by the clock of this boot that never jumps."""
    if ttl is None:
        return
    if isinstance(ttl, bool) or not isinstance(ttl, int | float) or not 0 < ttl <= LONGEST_TTL:
        raise InvalidArgument("ttl", f"seconds above 0 and up to {LONGEST_TTL:.0f} are allowed")
    lock["expires_at"] = times.utc_iso(turn.at + ttl)
    lock["lease"] = {"ttl": ttl, "boot": processes.boot_id(), "mono": round(time.monotonic(), 3)}


def _grant(resource: str, lock: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "resource": resource, "fence": lock["fence"], "locked_at": text(lock.get("locked_at")) or "",
        "expires_at": text(lock.get("expires_at")) or "",
    }  # fmt: skip


def _require_mine(turn: Turn, resource: str, fence: int, advice: str = "Acquire it first") -> Mapping[str, Any] | None:
    """Return a lock that is the caller's, None if nobody has it and the caller did not think so."""
    lock = turn.read(f"locks:{resource}")
    holder = text(lock.get("locked_by"))
    known = lock.get("fence")
    lost = holder != turn.session or (fence and known not in (fence, None))
    if holder == turn.session and lost and isinstance(known, int) and fence > known:
        raise InvalidArgument("fence", f"{resource} is yours with fence {known}; {fence} was never given for it")
    if fence and lost:
        raise _lost(turn, resource, fence)
    if lost and (line := _taken_away(turn, resource)):
        raise _lost_by(resource, line)
    if holder is None:
        return None
    if lost:
        raise NotYours(f"the lock {resource}", holder, advice, turn.age(lock.get("locked_at")))
    return lock


def _lost(turn: Turn, resource: str, fence: int) -> LockLost:
    scope = turn.scope(f"locks:{resource}")

    def fits(line: Line) -> bool:
        # Who came to wait changed it too, but took nothing.
        return any(edit.path[0] in ("locked_by", "fence") for edit in line.changes.get(scope, ()))

    line = turn.last_line(fits, after=fence)
    if line is None:
        holder = text(turn.read(f"locks:{resource}").get("locked_by"))
        return LockLost(resource, holder or "another program", "an unknown time", "")
    return _lost_by(resource, line)


def _taken_away(turn: Turn, resource: str) -> Line | None:
    """Return the line by which somebody else took a lock from the caller since it signed on, None if nobody did.

    That is for callers who know no fence: commands of the shell do not remember what they were given.
    """
    scope, me = turn.scope(f"locks:{resource}"), turn.session

    def owners(line: Line) -> list[Change]:
        edits = [each for each in line.changes.get(scope, ()) if isinstance(each, Change)]
        return [each for each in edits if each.path == ("locked_by",) and me in (each.old, each.new)]

    signed_on = turn.read(f"session:{me}").get("fence")
    line = turn.last_line(lambda line: bool(owners(line)), after=signed_on) if isinstance(signed_on, int) else None
    lost = line is not None and line.actor != turn.actor and owners(line)[0].old == me
    return line if lost else None


def _lost_by(resource: str, line: Line) -> LockLost:
    reason = line.reason or line.action.replace("_", " ")
    return LockLost(resource, who(line), times.clock(line.at, seconds=False), reason)


def _refused(turn: Turn, resource: str, holder: str, lock: Mapping[str, Any], wait: bool) -> dict[str, Any]:
    since, why = lock.get("locked_at"), _why(turn, lock)
    if not wait:
        raise turn.refuse(resource, holder, since, why + ASK)
    if cycle := _cycle(turn, resource, holder):
        raise Deadlock(resource, holder, cycle, turn.age(since))
    if turn.session not in waiters(lock):
        data = turn.edit(f"locks:{resource}")
        known = [{"session": each} for each in waiters(lock)] if isinstance(data.get("waiters"), dict) else None
        entry = {"session": turn.session, "since": turn.stamp}
        data["waiters"] = [*(known if known is not None else items(data.get("waiters"))), entry]
    advice = WAIT if times.instant(lock.get("expires_at")) is None else WAIT_OR_ASK
    held = turn.refuse(resource, holder, since, why + advice)
    return {"waiting": {key: getattr(held, key) for key in ("what", "holder", "age", "life", "evidence", "advice")}}


def _why(turn: Turn, lock: Mapping[str, Any]) -> str:
    """Return what a lock's holder says of it, and until when it holds, in words that others are refused with."""
    reason, until = text(lock.get("reason")), times.instant(lock.get("expires_at"))
    said = f"Its reason: {reason[:200]}. " if reason else ""
    return f"{said}It holds until {times.day_clock(until, turn.at)}. " if until is not None else said


def _cycle(turn: Turn, resource: str, holder: str) -> tuple[str, ...]:
    """Return the circle that waiting for a lock would close, sessions and locks in turn, () if it closes none."""
    wanted: dict[str, list[tuple[str, str]]] = {}
    for scope, document in turn.storage.load().documents.items():
        short = scope.removeprefix(f"{turn.workspace}:")
        if document is None or not short.startswith("locks:"):
            continue
        owner = text(document.data.get("locked_by"))
        # A lock whose time is over keeps nobody waiting.
        for waiter in waiters(document.data) if owner is not None and not expired(document.data, turn.at) else ():
            wanted.setdefault(waiter, []).append((short.removeprefix("locks:"), str(owner)))
    trail: list[tuple[str, tuple[str, ...]]] = [(holder, (turn.session, resource, holder))]
    seen: set[str] = set()
    while trail:
        waiter, path = trail.pop()
        if waiter == turn.session:
            return path
        if waiter not in seen and turn.verdict(waiter).life not in GONE:
            seen.add(waiter)
            trail += [(owner, (*path, lock, owner)) for lock, owner in wanted.get(waiter, ())]
    return ()
