"""A work list or release plan as a table: how much is left, who has what."""

from __future__ import annotations

from typing import Final

from coord_core import text
from coord_core.scopes import parse
from coord_core.state.records import Task, TaskState, WorkList
from coord_tui.ages import since
from coord_tui.describe.parts import hung, section
from coord_tui.display import Piece, Words, clip, link, say, width
from coord_tui.rows.scene import Scene
from coord_tui.rows.work import MARKS

SHOWN: Final = 1000
LEFT: Final = 5
"""So many of the tasks that are left are named."""
ID, OWNER, STATUS, AGE = 12, 16, 12, 4
"""Cells that a column may take at most."""
COUNTED: Final = {
    TaskState.PENDING: "wait",
    TaskState.RUNNING: "run",
    TaskState.DONE: "done",
    TaskState.FAILED: "failed",
}


def work_list(scene: Scene, found: WorkList, now: float, room: int) -> list[Words]:
    """Return a work list as a table in `room` cells."""
    lines = [say(_counts(found))]
    if found.status or found.coordinator:
        plan = [say(("status ", "dim"), found.status or "–")]
        if found.coordinator:
            plan.append(say(("coordinator ", "dim"), *scene.who(found.workspace, found.coordinator, "name")))
        lines += plan
    left = [task for task in found.tasks if task.state is not TaskState.DONE]
    if found.coordinator or found.status:
        names = ", ".join(task.summary or task.id for task in left[:LEFT]) + (" …" if len(left) > LEFT else "")
        said = f"{len(left)} of {len(found.tasks)}{': ' + names if left else ''}" if left else "nothing: all is done"
        lines += hung(say(("left ", "dim")), say(said), room)
    lines.append(say(("stored in ", "dim"), link(parse(found.scope).short, found.scope)))
    rows = _table(scene, found, now, room)
    more = len(found.tasks) - SHOWN
    return lines + section(rows) + ([say((f"{more} more; y shows all", "dim"))] if more > 0 else [])


def _counts(found: WorkList) -> str:
    states = [task.state for task in found.tasks]
    counts = [(states.count(state), word) for state, word in COUNTED.items()]
    return " · ".join(f"{count} {word}" for count, word in counts if count or word != "failed")


def _table(scene: Scene, found: WorkList, now: float, room: int) -> list[Words]:
    tasks = found.tasks[:SHOWN]
    ids = _widest([task.id for task in tasks], "ID", ID)
    owners = _widest([task.owner or "–" for task in tasks], "OWNER", OWNER)
    status = _widest([task.status for task in tasks], "STATUS", STATUS)
    what = room - (2 + ids + 1 + 1 + owners + 1 + status + 1 + AGE)
    if what < 12:  # the mark says nearly as much
        what, status = what + status + 1, 0
    cells = (ids, max(4, what), owners, status)
    head = [
        _cell(say((word, "dim")), width_) for word, width_ in zip(("ID", "WHAT", "OWNER", "STATUS"), cells, strict=True)
    ]
    return [_row(say("  "), head, say(("AGE", "dim"))), *(_task(scene, found, task, cells, now) for task in tasks)]


def _task(scene: Scene, found: WorkList, task: Task, cells: tuple[int, int, int, int], now: float) -> Words:
    quiet = "dim" if task.state is TaskState.DONE else ""
    columns = [
        say(link(task.id, f"{found.key}#{task.id}", quiet or "link")),
        say((task.summary, quiet)),
        scene.who(found.workspace, task.owner, quiet),
        say((task.status, "dim")),
    ]
    laid = [_cell(words, width_) for words, width_ in zip(columns, cells, strict=True)]
    return _row(say(MARKS[task.state], " "), laid, say((since(task.since.at if task.since else None, now), "dim")))


def _row(mark: Words, columns: list[Words], age: Words) -> Words:
    cells = [piece for words in columns if words for piece in (*words, Piece(" "))]
    return (*mark, *cells, Piece(" " * (AGE - width(age))), *age)


def _cell(words: Words, cells: int) -> Words:
    laid = clip(words, cells)
    return (*laid, Piece(" " * (cells - width(laid)))) if cells else ()


def _widest(names: list[str], title: str, most: int) -> int:
    return min(most, max([len(title), *(text.width(text.line(name)) for name in names)]))
