"""Issues that two work on or nobody claims, handoffs that wait, and locks that keep others waiting."""

from __future__ import annotations

from typing import Final

from coord_core.scopes import in_workspace
from coord_core.state.findings.circles import find_circle
from coord_core.state.findings.view import Found, View, counted, lifeword
from coord_core.state.insights import SILENT, Life, Remedy
from coord_core.state.reading import Part
from coord_core.state.records import Handoff, Issue, Lock, Session, TaskState, Waiter
from coord_core.state.worklists import task_state
from coord_core.times import DAY, age, clock, day_clock, written

SETTLED: Final = 60.0
"""Seconds that a session may say it works on an issue before it has claimed it."""
_NUMBERS: Final = {2: "two", 3: "three", 4: "four"}


def find_in_issue(found: Found, part: Part) -> None:
    """Seek what is wrong with an issue."""
    issue = part.record
    assert isinstance(issue, Issue)
    if issue.handoff is not None:
        _handoff(found, issue, issue.handoff)
    if issue.status is not None and task_state(issue.status, owned=True) is TaskState.DONE:
        return
    workers = found.view.workers.get(issue.scope, ())
    if len(workers) > 1 or (workers and workers[0] != _scope(issue, issue.owner)):
        _rivals(found, issue, workers)


def _scope(issue: Issue, name: str | None) -> str:
    return in_workspace(issue.workspace, f"session:{name}")


def _rivals(found: Found, issue: Issue, workers: tuple[str, ...]) -> None:
    view = found.view
    scopes = [*([_scope(issue, issue.owner)] if issue.owner else []), *workers]
    alive = [scope for scope in dict.fromkeys(scopes) if _may_work(view, scope)]
    if len(alive) > 1:
        since = [(_since(view, scope, issue), view.sessions[scope]) for scope in alive]
        said = ", ".join(_rival(found, session, issue, at) for at, session in since)
        number = _NUMBERS.get(len(alive), str(len(alive)))
        newest = max((at for at, _ in since if at is not None), default=None)
        found.add(
            "two_on_issue", issue.scope, issue.workspace, f"#{issue.id}", f"has {number}: {said}", newest,
            Remedy("reassign_issue", {"scope": issue.scope}),
            Remedy("reassign_issue", {"scope": issue.scope, "to": None}),
        )  # fmt: skip
    elif issue.owner is None and alive:
        _unclaimed(found, issue, view.sessions[alive[0]], _since(view, alive[0], issue))


def _may_work(view: View, scope: str) -> bool:
    """Say whether a session may be working: what a dead, silent or signed-off one left is a finding of its own."""
    return scope in view.sessions and view.verdicts[scope].life not in SILENT


def _since(view: View, scope: str, issue: Issue) -> float | None:
    """Return since when a session has worked on an issue: since it claimed it, or said so."""
    if issue.claimed_by == view.sessions[scope].id and issue.claimed is not None and issue.claimed.at is not None:
        return issue.claimed.at
    part = view.parts.get(scope)
    return written(part.document.metadata, "current_issue") if part is not None else None


def _rival(found: Found, session: Session, issue: Issue, since: float | None) -> str:
    progress = session.progress
    if issue.progress is not None and issue.progress.updated_by == session.id:
        progress = issue.progress
    percent = f" {progress.percent:.0f}%" if progress is not None and progress.percent is not None else ""
    if since is None:
        return f"{session.id}{percent}"
    now = found.view.now
    when = clock(since, seconds=False) if now - since < DAY / 2 else day_clock(since, now)[:16]
    found.again(since + DAY / 2)
    return f"{session.id}{percent} since {when}"


def _unclaimed(found: Found, issue: Issue, session: Session, since: float | None) -> None:
    if since is None or found.view.now - since < SETTLED:
        found.again((since or 0.0) + SETTLED)
        return
    text = f"is claimed by nobody, but {session.id} works on it"
    give = Remedy("reassign_issue", {"scope": issue.scope, "to": session.id})
    found.add("issue_mismatch", issue.scope, issue.workspace, f"#{issue.id}", text, since, give)


def _handoff(found: Found, issue: Issue, handoff: Handoff) -> None:
    at = handoff.at.at if handoff.at is not None else None
    if at is None or issue.current_session not in (None, handoff.from_session):
        return
    if found.view.now - at < found.view.limits.handoff:
        found.again(at + found.view.limits.handoff)
        return
    steps = f"{counted(len(handoff.next_steps), 'next step')}, " if handoff.next_steps else ""
    origin = f" from {handoff.from_session}" if handoff.from_session else ""
    text = f"handoff{origin} waits: {steps}nobody picked it up"
    give = Remedy("reassign_issue", {"scope": issue.scope})
    found.add("handoff_waiting", issue.scope, issue.workspace, f"#{issue.id}", text, at, give)


def find_in_lock(found: Found, part: Part) -> None:
    """Seek what is wrong with a lock that somebody alive holds; of anybody else's, its holder's finding tells."""
    lock, view = part.record, found.view
    assert isinstance(lock, Lock)
    if lock.waiters and find_circle(found, lock):
        return
    life = view.life(lock.workspace, lock.holder)
    if lock.holder is None or life is None or life in SILENT:
        return
    waiters = [one for one in lock.waiters if one.session != lock.holder and _waits(view, lock, one)]
    since = min((w.since.at for w in waiters if w.since is not None and w.since.at is not None), default=None)
    expires = lock.expires.at if lock.expires is not None else None
    expired = expires is not None and expires <= view.now
    if expires is not None:
        found.again(expires)
    if since is not None and view.now - since >= view.limits.lock_wait:
        _waited_for(found, lock, life, waiters, since, expired)
    elif expired and expires is not None:
        text = f"expired {age(view.now - expires)} ago, still held by {lock.holder} ({lifeword(life)})"
        text = text.replace("now ago", "just now")
        release = Remedy("release_lock", {"scope": lock.scope})
        found.add("lock_expired", lock.scope, lock.workspace, lock.resource, text, expires, release)
        found.ages(expires)
    if since is not None:
        found.again(since + view.limits.lock_wait)


def _waits(view: View, lock: Lock, waiter: Waiter) -> bool:
    """Say whether somebody is still there to wait."""
    return view.life(lock.workspace, waiter.session) not in SILENT


def _waited_for(found: Found, lock: Lock, life: Life, waiters: list[Waiter], since: float, expired: bool) -> None:
    now = found.view.now
    first = min(waiters, key=lambda w: w.since.at if w.since and w.since.at is not None else now)
    more = f" and {len(waiters) - 1} more" if len(waiters) > 1 else ""
    held = "its time is over" if expired else ""
    if lock.since is not None and lock.since.at is not None:
        held = held or f"for {age(now - lock.since.at)}"
        found.ages(lock.since.at)
    text = f"{first.session}{more} waited {age(now - since)}: {lock.holder} ({lifeword(life)}) has it"
    text = f"{text}, {held}" if expired else f"{text} {held}".rstrip()
    release = Remedy("release_lock", {"scope": lock.scope})
    found.add("lock_waited_for", lock.scope, lock.workspace, lock.resource, text, since, release)
    found.ages(since)
