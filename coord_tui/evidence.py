"""On what evidence something needs a human: since when, and what is known of everybody whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coord_core.scopes import in_workspace, parse
from coord_core.state.insights import Finding, Remedy
from coord_core.state.records import TaskState
from coord_tui.ages import clock, past
from coord_tui.display import NOTHING, Words, join, say
from coord_tui.keymap import Keymap
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.screens.key_words import key
from coord_tui.targets import GIVES, WORDS, Target
from coord_tui.widgets.one_line import spread

MOST: Final = 4
"""How many sessions are told of at most."""


def evidence(scene: Scene, finding: Finding, now: float) -> list[Words]:
    """Return on what evidence a finding stands, in paragraphs: since when first, then who is concerned."""
    found = [_since(finding, now)]
    bad = scene.board.unreadable.get(finding.subject)
    if bad:
        found.append(say(bad.reason, (f"; {bad.size:,} bytes, written {past(bad.written_at, now)}", "dim")))
    people = list(dict.fromkeys(_concerned(scene, finding)))
    found += [_known(scene, name, scope) for name, scope in people[:MOST]]
    if len(people) > MOST:
        found.append(say((f"and {len(people) - MOST} more", "dim")))
    return [words for words in found if words]


def brief(scene: Scene, finding: Finding, now: float) -> Words:
    """Return the same in one paragraph."""
    return join(evidence(scene, finding, now), "; ")


def remedies(target: Target | None, keymap: Keymap, cells: int, *, read_only: bool, ignored: bool = False) -> Words:
    """Return what can be done about a finding, as keys."""
    let_go, give = (target.word, target.give) if target else ("", None)
    offered = [
        (bool(let_go) and not read_only, "{act.let_go}", let_go),
        (give is not None and not read_only, "{act.give}", "give to"),
        (True, "{look.ignore}", "show it again" if ignored else "ignore"),
        (True, "enter", "all of it"),
        (True, "{go.next}", "next"),
    ]
    return spread([key(keymap.spell(keys, first=True), word) for there, keys, word in offered if there], cells)


def cures(scene: Scene, finding: Finding) -> list[Words]:
    """Return all that can be done about a finding, in words that name what it is done to."""
    return [say("· ", _cure(each, _what(scene, each))) for each in finding.remedies]


def _cure(remedy: Remedy, what: str) -> str:
    if remedy.action not in GIVES:
        return f"{WORDS.get(remedy.action, remedy.action.replace('_', ' '))} {what}".rstrip()
    if "to" in remedy.arguments and remedy.arguments["to"] is None:
        return f"unassign {what}"
    of = "what it has" if remedy.action == "reassign_session" else what
    return f"give {of} to {remedy.arguments.get('to') or 'somebody else'}"


def _what(scene: Scene, remedy: Remedy) -> str:
    told = remedy.arguments
    if "task" in told:
        work = scene.board.lists.get(str(told.get("list")))
        return f"{work.name if work else 'task'}#{told['task']}"
    name = parse(str(told["scope"])) if "scope" in told else None
    return (f"#{name.id}" if name.kind == "issue" else name.id) if name else str(told.get("source", ""))


def _since(finding: Finding, now: float) -> Words:
    if finding.since is None:
        return NOTHING
    return say(("since ", "dim"), clock(finding.since, seconds=False), (f", {past(finding.since, now)}", "dim"))


def _concerned(scene: Scene, finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield the sessions that a finding is about, each with its scope."""
    board, workspace = scene.board, finding.workspace
    for name in _names(scene, finding):
        yield name, in_workspace(workspace, f"session:{name}")
    session = board.sessions.get(finding.subject)
    if session is not None:
        yield session.id, session.scope


def _names(scene: Scene, finding: Finding) -> Iterator[str]:
    board = scene.board
    lock, issue = board.locks.get(finding.subject), board.issues.get(finding.subject)
    if lock is not None:
        yield from filter(None, [lock.holder, *(waiter.session for waiter in lock.waiters)])
    if issue is not None:
        yield from scene.owners(issue)
        if issue.handoff is not None and issue.handoff.from_session:
            yield issue.handoff.from_session
    named = {str(remedy.arguments.get("task")) for remedy in finding.remedies}
    for work in board.lists.values():
        if finding.subject == work.key or finding.subject.startswith(f"{work.key}#"):
            for task in work.tasks:
                whole = finding.subject in (work.key, f"{work.key}#{task.id}")
                if whole and task.owner and (task.id in named or task.state is TaskState.RUNNING):
                    yield task.owner


def _known(scene: Scene, name: str, scope: str) -> Words:
    """Return what is known of a session: the verdict on it, and when it was last seen and did something."""
    if scope not in scene.board.sessions:
        return say((name, "name"), (": no such session", "dim"))
    verdict, signs = scene.verdict(scope), scene.signs(scope)
    shape, tone = SHAPES[verdict.life]
    did = f", last: {signs.what} {clock(signs.did, seconds=False)}" if signs.did and signs.what else ""
    seen = f", seen {clock(signs.seen)}" if signs.seen else ""
    return say((f"{shape} ", tone), (name, tone), " ", verdict.evidence, (seen + did, "dim"))
