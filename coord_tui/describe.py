"""A record's detail as lines: what it is and what it holds; or its document as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from coord_core import text
from coord_core.moments import Moment
from coord_core.scopes import in_workspace
from coord_core.state.insights import Finding, Holdings, Life
from coord_core.state.records import Handoff, Issue, Lock, Progress, Session, Task, Todo
from coord_tui.ages import age, clock, past, since
from coord_tui.display import NOTHING, Words, join, link, paragraphs, say
from coord_tui.evidence import cures, evidence
from coord_tui.rows.findings import sentence
from coord_tui.rows.scene import ALARMING, SHAPES, Scene
from coord_tui.rows.sessions import issue_of, progress_of, task_name
from coord_tui.rows.work import MARKS
from coord_tui.targets import Target
from coord_tui.whereabouts import letters, whereabouts

TODOS: Final = {True: ("✓ ", "dim"), False: ("▸ ", "link"), None: ("· ", "")}


def title(scene: Scene, target: Target | None) -> Words:
    """Return a record's name and state."""
    if target is None:
        return say(("Detail", "name"))
    name = say((target.name, "name"))
    if target.kind != "session":
        return name + say((f"  {target.kind}", "dim"))
    life = scene.verdict(target.key).life
    shape, tone = SHAPES[life]
    return name + say((f"  {shape} {life.value}", tone))


def describe(scene: Scene, target: Target | None, now: float) -> list[Words]:
    """Return a record's detail at `now`, seconds since 1970."""
    if target is None:
        return [say(("Nothing is under the cursor.", "dim"))]
    lines = _finding(scene, target.finding, now) if target.finding else []
    board = scene.board
    if target.key in board.sessions:
        return lines + _session(scene, board.sessions[target.key], now)
    if target.key in board.locks:
        return lines + _lock(scene, board.locks[target.key], now)
    if target.key in board.issues:
        return lines + _issue(scene, board.issues[target.key], now)
    if target.kind == "task" and target.scope:
        return lines + _task(scene, target, now)
    if target.key in board.unreadable:
        bad = board.unreadable[target.key]
        return [*lines, say(("unreadable file ", "stale"), bad.source), say(bad.reason), say(),
                say("It is left alone and never overwritten. x sets it aside.")]  # fmt: skip
    return lines


def _finding(scene: Scene, finding: Finding, now: float) -> list[Words]:
    """Return what is wrong, on what evidence, and everything that can be done about it."""
    lines = [sentence(finding, scene), NOTHING, *evidence(scene, finding, now)]
    return [*lines, *_section([say(("can be done", "name")), *cures(scene, finding)]), NOTHING]


def _session(scene: Scene, session: Session, now: float) -> list[Words]:
    verdict, signs = scene.verdict(session.scope), scene.signs(session.scope)
    life, _, evidence = verdict.evidence.partition(":") if ":" in verdict.evidence else (verdict.life.value, "", "")
    evidence = evidence or verdict.evidence
    lines = [
        say((f"{verdict.life.value}: ", SHAPES[verdict.life][1]), evidence.removeprefix(life).strip()),
        say(("seen ", "dim"), clock(signs.seen), ("   did ", "dim"), signs.what, (f" at {clock(signs.did)}", "dim")),
        *whereabouts(session),
    ]
    lines = [line for line in lines if line]
    lines += _section(_holdings(scene, session, now))
    lines += _section(letters(scene, session))
    issue = issue_of(scene, session)
    if issue is not None and issue.handoff is not None:
        lines += _handoff(scene, issue, issue.handoff, now, f"#{issue.id} ")
    lines += _section(_todos(session.todos))
    if session.notes:
        lines += _section([say(("notes", "name")), *map(say, paragraphs(session.notes))])
    return lines


def _holdings(scene: Scene, session: Session, now: float) -> list[Words]:
    has = scene.holdings(session.scope)
    found = [(word, line) for lock in has.locks for word, line in _held(scene, lock, now)]
    found += [("owns", line) for line in _owned(has, now)]
    if session.issue and session.issue not in [issue.id for issue in has.issues]:
        scope = in_workspace(session.workspace, f"issue:{session.issue}")
        name = link(f"#{session.issue}", scope if scope in scene.board.issues else "", "link")
        found.append(("on", say(name, " ", *_progress(progress_of(scene, session)))))
    found += [("wants", _wanted(scene, session, lock, now)) for lock in has.wants]
    return _labelled(found)


def _held(scene: Scene, lock: Lock, now: float) -> Iterable[tuple[str, Words]]:
    facts = [
        since(lock.since.at if lock.since else None, now),
        f"fence {lock.fence}" if lock.fence else "",
        lock.reason,
    ]
    tone = ALARMING.get(scene.life(lock.workspace, lock.holder) or Life.LIVE, "name")
    yield "holds", say(link(lock.resource, lock.scope, tone), "  " + ", ".join(filter(None, facts)))
    for line in _stated(lock.since, now):
        yield "", line
    if lock.waiters:
        yield "", _waiters(scene, lock, now)


def _wanted(scene: Scene, session: Session, lock: Lock, now: float) -> Words:
    at = next((each.since.at for each in lock.waiters if each.session == session.id and each.since), None)
    waited = f" for {since(at, now)}" if at is not None else ""
    return say(
        link(lock.resource, lock.scope, "wait"), (f"{waited}  of ", "dim"), *scene.who(lock.workspace, lock.holder)
    )


def _waiters(scene: Scene, lock: Lock, now: float) -> Words:
    names = [
        (*scene.who(lock.workspace, each.session, "wait"),
         *say((f" ({since(each.since.at if each.since else None, now)})", "wait")))
        for each in lock.waiters
    ]  # fmt: skip
    return join(names, " and ") + say((" wait" if len(names) > 1 else " waits", "wait"))


def _stated(moment: Moment | None, now: float) -> list[Words]:
    """What a document states where that is not believed."""
    if moment is None or moment.trusted:
        return []
    written = f"written {past(moment.at, now)}" if moment.at is not None else "nobody knows when that was written"
    return [say((f"it says {moment.stated}; {written}", "dim"))]


def _owned(has: Holdings, now: float) -> Iterable[Words]:
    for issue in has.issues:
        yield say(link(f"#{issue.id}", issue.scope, "link"), " ", *_progress(issue.progress))
    for task in has.tasks:
        yield say(
            link(task_name(task), f"{task.list}#{task.id}"),
            f" {task.summary}",
            (f"  {since(task.since.at if task.since else None, now)}", "dim"),
        )


def _progress(progress: Progress | None) -> Words:
    if progress is None:
        return NOTHING
    percent = f" {progress.percent:.0f}%" if progress.percent is not None else ""
    return say(f"{progress.phase}{percent} {progress.message}".strip())


def _todos(todos: Sequence[Todo]) -> list[Words]:
    if not todos:
        return []
    done = sum(todo.done is True for todo in todos)
    lines = [say((f"todos {done} of {len(todos)}", "name"))]
    return lines + [say(TODOS[todo.done], (todo.text, "link" if todo.done is False else "")) for todo in todos]


def _lock(scene: Scene, lock: Lock, now: float) -> list[Words]:
    life = scene.life(lock.workspace, lock.holder)
    scope = in_workspace(lock.workspace, f"session:{lock.holder}")
    lines = [
        say(("held by ", "dim"), *scene.who(lock.workspace, lock.holder),
            (f"  {SHAPES[life][0]} {scene.verdict(scope).evidence}" if life else "  no such session", "dim")),
        say(("since ", "dim"), clock(lock.since.at if lock.since else None),
            (f"  {since(lock.since.at if lock.since else None, now)}", "dim")),
        *_stated(lock.since, now),
    ]  # fmt: skip
    if lock.fence is not None:
        lines.append(say(("fence ", "dim"), str(lock.fence)))
    if lock.expires and lock.expires.at is not None:
        left = lock.expires.at - now
        lines.append(
            say((f"expires in {age(left)}", ""))
            if left > 0
            else say((f"expired {past(lock.expires.at, now)}", "stale"))
        )
    lines += [say(("for ", "dim"), lock.reason)] if lock.reason else []
    return lines + ([_waiters(scene, lock, now)] if lock.waiters else [])


def _issue(scene: Scene, issue: Issue, now: float) -> list[Words]:
    owners = scene.owners(issue)
    who = [scene.who(issue.workspace, name) for name in owners] or [say(("nobody", "dim"))]
    lines = [say(("owner ", "dim"), *(piece for words in who for piece in (*words, *say("  "))))]
    if issue.claimed:
        lines += [say(("claimed ", "dim"), past(issue.claimed.at, now) or "?")]
        lines += _stated(issue.claimed, now)
    lines += [say(("status ", "dim"), issue.status)] if issue.status else []
    if issue.progress:
        lines.append(say(("progress ", "dim"), *_progress(issue.progress)))
    return lines + (_handoff(scene, issue, issue.handoff, now) if issue.handoff else [])


def _handoff(scene: Scene, issue: Issue, handoff: Handoff, now: float, of: str = "") -> list[Words]:
    when = past(handoff.at.at if handoff.at else None, now)
    who = scene.who(issue.workspace, handoff.from_session, "name")
    lines = [say((f"{of}handoff from ", "name"), *who, (f"  {when}  {handoff.phase}", "dim"))]
    lines += [say("· ", step) for step in handoff.next_steps]
    return _section(lines + [say((f"{key} ", "dim"), _short(value)) for key, value in handoff.context.items()])


def _task(scene: Scene, target: Target, now: float) -> list[Words]:
    work = next((each for each in scene.board.lists.values() if target.key.startswith(f"{each.key}#")), None)
    task = next((t for t in work.tasks if f"{t.list}#{t.id}" == target.key), None) if work else None
    if work is None or task is None:
        return []
    return [
        say(MARKS[task.state], " ", (task.status, ""), ("  owner ", "dim"), *scene.who(work.workspace, task.owner)),
        *_stated(task.since, now),
        NOTHING,
        *_item(task),
    ]


def _item(task: Task) -> list[Words]:
    return [say((f"{key} ", "dim"), _short(value)) for key, value in task.item.items()]


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)[:500]


def _labelled(found: Iterable[tuple[str, Words]]) -> list[Words]:
    lines, before = [], ""
    for word, line in found:
        label = "" if word in ("", before) else word
        before = word or before
        lines.append(say((f"{label:<6}", "dim"), *line))
    return lines


def _section(lines: Sequence[Words]) -> list[Words]:
    return [NOTHING, *lines] if lines else []


def raw(scene: Scene, target: Target | None) -> list[Words]:
    """Return a record's document as it is stored, with what a terminal must not see as \\uXXXX."""
    document = scene.board.documents.get(target.scope) if target and target.scope else None
    if document is None:
        return [say(("No document is stored for this.", "dim"))]
    stored = {"scope": document.scope, "revision": document.revision, **document.extra,
              "data": document.data, "metadata": document.metadata}  # fmt: skip
    shown = text.escape_json(json.dumps(stored, ensure_ascii=False, indent=2, default=dict))
    return [say(("stored in ", "dim"), document.source), *map(say, shown.split("\n"))]
