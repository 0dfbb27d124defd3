"""Ties: what a record leads to. Sessions, issues, locks and tasks, each a link."""

from __future__ import annotations

from collections.abc import Iterable

from coord_core.scopes import in_workspace
from coord_core.state.insights import Life
from coord_core.state.records import Issue, Lock, Session, Task
from coord_tui.ages import since
from coord_tui.describe.parts import labelled, progress, stated
from coord_tui.display import Piece, Words, join, link, say
from coord_tui.rows.scene import ALARMING, Scene
from coord_tui.rows.sessions import progress_of, task_name


def holdings(scene: Scene, session: Session, now: float) -> list[Words]:
    """Return what a session holds, owns, works on and wants, a line each."""
    has = scene.holdings(session.scope)
    found = [(word, line) for lock in has.locks for word, line in _held(scene, lock, now)]
    found += [("owns", say(_issue(issue), " ", *progress(issue.progress))) for issue in has.issues]
    found += [("owns", _owned(task, now)) for task in has.tasks]
    if session.issue and session.issue not in [issue.id for issue in has.issues]:
        scope = in_workspace(session.workspace, f"issue:{session.issue}")
        name = link(f"#{session.issue}", scope if scope in scene.board.issues else "", "link")
        found.append(("on", say(name, " ", *progress(progress_of(scene, session)))))
    found += [("wants", _wanted(scene, session, lock, now)) for lock in has.wants]
    return labelled(found)


def also(scene: Scene, workspace: str, name: str | None, but: str = "") -> Words:
    """Return all that a session has, by name and on one line, but for the record under the key `but`."""
    scope = in_workspace(workspace, f"session:{name}")
    has, session = scene.holdings(scope), scene.board.sessions.get(scope)
    issues = {issue.scope: issue for issue in has.issues}
    if session is not None and session.issue:
        on = scene.board.issues.get(in_workspace(workspace, f"issue:{session.issue}"))
        issues |= {on.scope: on} if on else {}
    found = [_issue(issue) for issue in issues.values()]
    found += [link(lock.resource, lock.scope) for lock in has.locks]
    found += [link(task_name(task), f"{task.list}#{task.id}") for task in has.tasks]
    return join([say(piece) for piece in found if piece.link != but], ", ")


def wants(scene: Scene, workspace: str, name: str, but: str = "") -> Words:
    """Return the locks that a session waits for, but for the one under the key `but`."""
    has = scene.holdings(in_workspace(workspace, f"session:{name}"))
    return join([say(link(lock.resource, lock.scope, "wait")) for lock in has.wants if lock.scope != but], ", ")


def waiters(scene: Scene, lock: Lock, now: float) -> Words:
    """Return who waits for a lock, and how long."""
    names = [
        (*scene.who(lock.workspace, each.session, "wait"),
         *say((f" ({since(each.since.at if each.since else None, now)})", "wait")))
        for each in lock.waiters
    ]  # fmt: skip
    return join(names, " and ") + say((" wait" if len(names) > 1 else " waits", "wait"))


def _held(scene: Scene, lock: Lock, now: float) -> Iterable[tuple[str, Words]]:
    held = since(lock.since.at if lock.since else None, now)
    facts = [held, f"fence {lock.fence}" if lock.fence else "", lock.reason]
    tone = ALARMING.get(scene.life(lock.workspace, lock.holder) or Life.LIVE, "name")
    yield "holds", say(link(lock.resource, lock.scope, tone), "  " + ", ".join(filter(None, facts)))
    for line in stated(lock.since, now):
        yield "", line
    if lock.waiters:
        yield "", waiters(scene, lock, now)


def _wanted(scene: Scene, session: Session, lock: Lock, now: float) -> Words:
    at = next((each.since.at for each in lock.waiters if each.session == session.id and each.since), None)
    waited = f" for {since(at, now)}" if at is not None else ""
    holder = scene.who(lock.workspace, lock.holder)
    return say(link(lock.resource, lock.scope, "wait"), (f"{waited}  of ", "dim"), *holder)


def _owned(task: Task, now: float) -> Words:
    taken = since(task.since.at if task.since else None, now)
    return say(link(task_name(task), f"{task.list}#{task.id}"), f" {task.summary}", (f"  {taken}", "dim"))


def _issue(issue: Issue) -> Piece:
    return link(f"#{issue.id}", issue.scope, "link")
