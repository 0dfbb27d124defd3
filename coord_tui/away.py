"""Away: what happened while nobody was at the keyboard, in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from coord_core import text
from coord_core.state.insights import Life
from coord_core.state.records import Task, TaskState
from coord_core.state.worklists import task_state
from coord_core.times import age
from coord_tui.display import Piece, Words, clip, say, width
from coord_tui.ignored import identity
from coord_tui.rows.scene import Scene
from coord_tui.rows.sessions import task_name

NAMED: Final = 2
"""How many names a part has at most; the others are counted."""
BETWEEN: Final = " · "


def told(then: Scene, now: Scene, seconds: float, cells: int) -> Words:
    """Return what happened between two scenes, `seconds` apart, in at most so many cells: what matters most first."""
    head = say((f"While you were away {age(seconds)}: ", "name"))
    parts = [part for part in _parts(then, now) if part]
    if not parts:
        return clip((*head, *say("nothing happened.")), cells)
    found: list[Piece] = [*head]
    for place, part in enumerate(parts):
        gap = say((BETWEEN, "dim")) if place else ()
        left = len(parts) - place - 1
        if place and width(found) + width(gap) + width(part) + (2 if left else 0) > cells:
            return clip((*found, *say((" …", "dim"))), cells)
        found += [*gap, *part]
    return clip(found, cells)


class Deed(NamedTuple):
    """Who did something, and to what."""

    who: str
    what: str


def _parts(then: Scene, now: Scene) -> Iterator[Words]:
    """Yield what happened, what matters most first."""
    known = {identity(finding) for finding in then.findings}
    new = [finding for finding in now.findings if identity(finding) not in known]
    yield say((f"{len(new)} more need{'s' if len(new) == 1 else ''} you", "dead bold")) if new else ()
    yield _people("died", _became(then, now, Life.DEAD), "dead")
    ended = list(_ended(then, now))
    yield _deeds("failed", [deed for state, deed in ended if state is TaskState.FAILED], "wait")
    yield _deeds("finished", [deed for state, deed in ended if state is TaskState.DONE])
    yield _deeds("claimed", list(_claimed(then, now)))
    yield _deeds("took", list(_locks(now, then)))
    released = [deed.what for deed in _locks(then, now)]
    yield say((f"released: {_names(released)}", "")) if released else ()
    yield _people("came", _came(then, now))
    yield _people("signed off", _became(then, now, Life.OFF), "dim")


def _people(verb: str, who: Sequence[str], tone: str = "") -> Words:
    return say((f"{_names(who)} {verb}", tone)) if who else ()


def _deeds(verb: str, deeds: Sequence[Deed], tone: str = "") -> Words:
    """Say who did what; where several did, how much."""
    if not deeds:
        return ()
    who = list(dict.fromkeys(deed.who for deed in deeds if deed.who))
    what = _names([deed.what for deed in deeds]) if len(who) < 2 else str(len(deeds))
    return say((f"{_names(who) or 'somebody'} {verb} {what}", tone))


def _names(names: Sequence[str]) -> str:
    shown = [text.truncate(text.line(name), 24) for name in names[:NAMED]]
    more = len(names) - NAMED
    return ", ".join(shown) + (f" +{more}" if more > 0 else "")


def _became(then: Scene, now: Scene, life: Life) -> list[str]:
    known = then.board.sessions
    return [
        session.id
        for session in now.sessions
        if now.verdict(session.scope).life is life
        and (session.scope not in known or then.verdict(session.scope).life is not life)
    ]


def _came(then: Scene, now: Scene) -> list[str]:
    gone = (Life.DEAD, Life.OFF)
    there = {each.scope for each in then.sessions if then.verdict(each.scope).life not in gone}
    return [each.id for each in now.sessions if each.scope not in there and now.verdict(each.scope).life not in gone]


def _tasks(scene: Scene) -> dict[str, Task]:
    return {
        f"{task.list}#{task.id}": task
        for work in scene.board.lists.values()
        if scene.here(work.workspace)
        for task in work.tasks
    }


def _ended(then: Scene, now: Scene) -> Iterator[tuple[TaskState, Deed]]:
    """Yield the tasks and issues that came to an end, well or not."""
    before = _tasks(then)
    for key, task in _tasks(now).items():
        old = before.get(key)
        if task.state in (TaskState.DONE, TaskState.FAILED) and (old is None or old.state is not task.state):
            yield task.state, Deed(task.owner or (old.owner if old else "") or "", task_name(task))
    for scope, issue in now.board.issues.items():
        known = then.board.issues.get(scope)
        if now.here(issue.workspace) and _done(issue.status) and not (known and _done(known.status)):
            owner = issue.owner or (known.owner if known else "") or ""
            yield TaskState.DONE, Deed(owner, f"#{issue.id}")


def _done(status: str | None) -> bool:
    return status is not None and task_state(status, owned=True) is TaskState.DONE


def _claimed(then: Scene, now: Scene) -> Iterator[Deed]:
    """Yield the issues and tasks that somebody took."""
    for scope, issue in now.board.issues.items():
        known = then.board.issues.get(scope)
        if now.here(issue.workspace) and issue.owner and issue.owner != (known.owner if known else None):
            yield Deed(issue.owner, f"#{issue.id}")
    before = _tasks(then)
    for key, task in _tasks(now).items():
        old = before.get(key)
        if task.state is TaskState.RUNNING and task.owner and task.owner != (old.owner if old else None):
            yield Deed(task.owner, task_name(task))


def _locks(there: Scene, not_there: Scene) -> Iterator[Deed]:
    """Yield the locks that somebody has in the one scene, and did not have in the other."""
    for scope, lock in there.board.locks.items():
        other = not_there.board.locks.get(scope)
        if there.here(lock.workspace) and lock.holder and (other is None or other.holder != lock.holder):
            yield Deed(lock.holder, lock.resource)
