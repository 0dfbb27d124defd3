"""A record's detail as lines: what it is, what it is tied to and what it holds; or its document as JSON."""

from __future__ import annotations

from coord_core.state.insights import Finding
from coord_tui.describe.document import document, unreadable
from coord_tui.describe.issue import issue
from coord_tui.describe.lock import lock
from coord_tui.describe.parts import section
from coord_tui.describe.session import session
from coord_tui.describe.task import task
from coord_tui.describe.work_list import work_list
from coord_tui.display import NOTHING, Words, say
from coord_tui.evidence import cures, evidence
from coord_tui.rows.findings import sentence
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.targets import Target

__all__ = ["describe", "title"]


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


def describe(scene: Scene, target: Target | None, now: float, room: int) -> list[Words]:
    """Return a record's detail at `now`, seconds since 1970, in `room` cells."""
    if target is None:
        return [say(("Nothing is under the cursor.", "dim"))]
    lines = _finding(scene, target.finding, now) if target.finding else []
    return lines + _of_kind(scene, target, now, room)


def _finding(scene: Scene, finding: Finding, now: float) -> list[Words]:
    """Return what is wrong, on what evidence, and everything that can be done about it."""
    lines = [sentence(finding, scene), NOTHING, *evidence(scene, finding, now)]
    return [*lines, *section([say(("can be done", "name")), *cures(scene, finding)]), NOTHING]


def _of_kind(scene: Scene, target: Target, now: float, room: int) -> list[Words]:
    board, key = scene.board, target.key
    if key in board.sessions:
        return session(scene, board.sessions[key], now, room)
    if key in board.locks:
        return lock(scene, board.locks[key], now, room)
    if key in board.issues:
        return issue(scene, board.issues[key], now, room)
    if key in board.lists:
        return work_list(scene, board.lists[key], now, room)
    if target.kind == "task":
        return task(scene, target, now, room)
    if key in board.unreadable:
        return unreadable(board.unreadable[key])
    return document(scene, target, now, room)
