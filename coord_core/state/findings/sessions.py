"""Sessions that need a human: dead, silent or gone with something in their hands, idle, unknown, or back again."""

from __future__ import annotations

from typing import Final

from coord_core.scopes import parse
from coord_core.state.findings.view import CELLS, NAME_CELLS, Found, View, cells, cut, listed
from coord_core.state.insights import Holdings, Life, Remedy, Signs
from coord_core.state.reading import Mention
from coord_core.state.records import Issue, Lock, Session, TaskState
from coord_core.state.worklists import task_state
from coord_core.times import age, clock

REMEDIES_MAX: Final = 20


def calm_until(view: View, scope: str) -> float | None:
    """Return until when nothing can be wrong with a session that lives, acts and does not repeat itself; else None."""
    verdict, signs = view.verdicts.get(scope), view.signs.get(scope)
    if verdict is None or verdict.life is not Life.LIVE or signs is None or signs.did is None or scope in view.cleaned:
        return None
    idle = signs.did + view.limits.idle
    return idle if view.now < idle and _repeating(view, scope, signs) is None else None


def find_in_session(found: Found, scope: str) -> None:
    """Seek what is wrong with a session, or with what a name has that no session bears."""
    view = found.view
    session, held = view.sessions.get(scope), view.holdings.get(scope)
    if scope in view.cleaned:
        _came_back(found, scope)
    if not held:
        return
    name = session.id if session is not None else parse(scope).id
    held = _left(held, name)
    if not held:
        return
    if session is None:
        _unknown(found, scope, name, held)
        return
    life, signs = view.verdicts[scope].life, view.signs.get(scope) or Signs()
    if life in (Life.DEAD, Life.STALE, Life.OFF):
        _gone(found, session, life, signs, held)
    elif life is Life.LIVE:
        _idle(found, session, signs, held)


def _left(held: Holdings, name: str) -> Holdings:
    """Return what somebody must care for: not what is finished, nor what was handed off."""
    cared = tuple([issue for issue in held.issues if _open(issue) and not _handed_off(issue, name)])
    return held if cared == held.issues else Holdings(held.locks, cared, held.tasks)


def _open(issue: Issue) -> bool:
    return issue.status is None or task_state(issue.status, owned=True) is not TaskState.DONE


def _handed_off(issue: Issue, name: str) -> bool:
    return issue.handoff is not None and issue.handoff.from_session == name


def things(found: Found, held: Holdings) -> list[str]:
    """Return what a session has, in words, locks first."""
    return [
        *(_lock(found, lock) for lock in held.locks),
        *(f"#{issue.id}" for issue in held.issues),
        *(task.label for task in held.tasks),
    ]


def _lock(found: Found, lock: Lock) -> str:
    until = lock.expires.at if lock.expires is not None else None
    expired = until is not None and until <= found.view.now
    if until is not None:
        found.again(until)
    waiting = len(lock.waiters)
    notes = ["expired"] if expired else []
    notes += [f"{waiting} wait" if waiting > 1 else "1 waits"] if waiting else []
    return f"{lock.resource} ({', '.join(notes)})" if notes else lock.resource


def _gone(found: Found, session: Session, life: Life, signs: Signs, held: Holdings) -> None:
    view, seen = found.view, signs.seen
    spent = age(view.now - seen) if seen is not None else ""
    kind, said = {
        Life.DEAD: ("dead_session", f"died {spent} ago holding" if spent else "is dead, holding"),
        Life.STALE: ("stale_session", f"silent for {spent} holding"),
        Life.OFF: ("signed_off_session", f"signed off {spent} ago but still has" if spent else "signed off but has"),
    }[life]
    said = said.replace("died now ago", "just died").replace("off now ago", "off just now")
    room = CELLS - min(cells(session.id), NAME_CELLS) - len(said) - 2
    where = {"scope": session.scope}
    remedies = [Remedy("clean_up_session", where)]
    if held.issues or held.tasks:
        remedies.append(Remedy("reassign_session", where))
    text = f"{said} {listed(things(found, held), room)}"
    found.add(kind, session.scope, session.workspace, session.id, text, seen, *remedies)
    found.ages(seen)


def _idle(found: Found, session: Session, signs: Signs, held: Holdings) -> None:
    view, did = found.view, signs.did
    again = _repeating(view, session.scope, signs)
    repeats = again.repeats if again is not None else 0
    idle = did is not None and view.now - did >= view.limits.idle
    if did is not None and not idle:
        found.again(did + view.limits.idle)
    if again is None and not idle:
        return
    where = {"scope": session.scope}
    remedies = [Remedy("clean_up_session", where)]
    if held.issues or held.tasks:
        remedies.append(Remedy("reassign_session", where))
    if idle and did is not None:
        text = f"beats but did nothing for {age(view.now - did)}"
        stands = [_standing(issue) for issue in held.issues[:1]] or things(found, held)[:1]
        notes = [*stands, f"one event {repeats} times"] if repeats else stands
        text = f"{text}: {', '.join(notes)}"
        found.add("idle_session", session.scope, session.workspace, session.id, text, did, *remedies)
        found.ages(did)
    elif again is not None:
        text = f"logged one event {repeats} times: {cut(again.repeated, 40)}"
        found.add("idle_session", session.scope, session.workspace, session.id, text, again.since, *remedies)


def _standing(issue: Issue) -> str:
    if issue.progress is None or issue.progress.percent is None:
        return f"#{issue.id} stands still"
    return f"#{issue.id} stands at {issue.progress.percent:.0f}%"


def _repeating(view: View, scope: str, signs: Signs) -> Mention | None:
    """Return what the event log tells of a session that says the same again and again, and did nothing since."""
    for one in view.mentions.get(scope, {}).values():
        if one.repeats < view.limits.repeats:
            continue
        if one.seen is None or signs.did is None or one.seen >= signs.did:
            return one
    return None


def _unknown(found: Found, scope: str, name: str, held: Holdings) -> None:
    workspace = parse(scope).workspace
    said, tail = "has", "but no session has that name"
    room = CELLS - min(cells(name), NAME_CELLS) - len(said) - len(tail) - 4
    remedies = [
        *(Remedy("release_lock", {"scope": lock.scope}) for lock in held.locks),
        *(Remedy("reassign_issue", {"scope": issue.scope, "to": None}) for issue in held.issues),
        *(Remedy("requeue_task", {"list": task.list, "task": task.id}) for task in held.tasks),
    ]
    text = f"{said} {listed(things(found, held), room)}, {tail}"
    since = [
        moment.at
        for moment in (
            *(lock.since for lock in held.locks),
            *(issue.claimed for issue in held.issues),
            *(task.since for task in held.tasks),
        )
        if moment is not None and moment.at is not None
    ]
    found.add("unknown_owner", scope, workspace, name, text, min(since, default=None), *remedies[:REMEDIES_MAX])


def _came_back(found: Found, scope: str) -> None:
    view, mark = found.view, found.view.cleaned[scope]
    activity = view.activity.get(scope)
    signs = view.signs.get(scope)
    seen = [signs.seen] if signs is not None and signs.seen is not None else []
    seen += [activity.seen.at] if activity is not None and activity.seen is not None else []
    # Where its own document is gone, others may still name it anew.
    seen += [each.seen for each in view.mentions.get(scope, {}).values() if each.seen is not None]
    back = max(seen, default=0.0)
    if back <= mark.at:
        return
    name = parse(scope)
    text = f"came back: it was cleaned up at {clock(mark.at, seconds=False)}"
    if mark.had:
        text += " and may think it still has "
        text += listed(mark.had, CELLS - min(cells(name.id), NAME_CELLS) - len(text) - 1)
    remedies = [Remedy("clean_up_session", {"scope": scope})] if scope in view.sessions else []
    found.add("came_back", scope, name.workspace, name.id, text, mark.at, *remedies)
