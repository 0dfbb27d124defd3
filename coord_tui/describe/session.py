"""A session's detail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coord_core.state.records import Session, Todo
from coord_tui.ages import clock
from coord_tui.describe.handoff import handoff
from coord_tui.describe.parts import hung, section
from coord_tui.describe.ties import holdings
from coord_tui.display import Words, paragraphs, say
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.rows.sessions import issue_of
from coord_tui.whereabouts import letters, whereabouts

TODOS: Final = {True: ("✓ ", "dim"), False: ("▸ ", "link"), None: ("○ ", "")}


def session(scene: Scene, found: Session, now: float, room: int) -> list[Words]:
    """Return who a session is, why it counts as alive or not, what it has, is told, left and is about to do."""
    verdict, signs = scene.verdict(found.scope), scene.signs(found.scope)
    head, colon, rest = verdict.evidence.partition(":")
    evidence = rest if colon and head == verdict.life.value else verdict.evidence
    lines = [
        say((f"{verdict.life.value}: ", SHAPES[verdict.life][1]), evidence.strip()),
        say(("seen ", "dim"), clock(signs.seen), ("   last: ", "dim"), signs.what, (f" at {clock(signs.did)}", "dim")),
        *filter(None, whereabouts(found)),
    ]
    lines += section(holdings(scene, found, now))
    lines += section(letters(scene, found))
    issue = issue_of(scene, found)
    if issue is not None and issue.handoff is not None:
        lines += handoff(scene, issue, issue.handoff, now, room, f"#{issue.id} ")
    lines += section(todos(found.todos, room))
    if found.notes:
        lines += section([say(("notes", "name")), *map(say, paragraphs(found.notes))])
    return lines


def todos(found: Sequence[Todo], room: int) -> list[Words]:
    """Return a session's own todos as a checklist."""
    if not found:
        return []
    done = sum(todo.done is True for todo in found)
    lines = [say((f"todos {done} of {len(found)}", "name"))]
    for todo in found:
        tone = {True: "dim", False: "link", None: ""}[todo.done]
        lines += hung(say(TODOS[todo.done]), say((todo.text, tone)), room)
    return lines
