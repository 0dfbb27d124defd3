"""A task's detail: how far it is, whose it is, which list it is in, and all that its item says."""

from __future__ import annotations

from coord_core.state.records import Task, WorkList
from coord_tui.ages import past
from coord_tui.describe.parts import section, stated
from coord_tui.describe.ties import also
from coord_tui.describe.values import tree
from coord_tui.display import Words, link, say
from coord_tui.rows.scene import Scene
from coord_tui.rows.work import MARKS
from coord_tui.targets import Target


def task(scene: Scene, target: Target, now: float, room: int) -> list[Words]:
    """Return a task; nothing for one that is gone."""
    found = found_at(scene, target.key)
    if found is None:
        return []
    work, one = found
    when = past(one.since.at if one.since else None, now)
    place = f"  number {one.index + 1} of {len(work.tasks)}"
    lines = [
        say(MARKS[one.state], " ", one.status, ("  owner ", "dim"), *scene.who(work.workspace, one.owner),
            (f"  {when}", "dim")),
        say(("in ", "dim"), link(work.name, work.key, "link"), (place, "dim")),
        *stated(one.since, now),
    ]  # fmt: skip
    has = also(scene, work.workspace, one.owner, target.key)
    lines += [say(("its owner also has ", "dim"), *has)] if has else []
    return lines + section(tree(one.item, room))


def found_at(scene: Scene, key: str) -> tuple[WorkList, Task] | None:
    """Return a task by its key, and its list."""
    lists = (each for each in scene.board.lists.values() if key.startswith(f"{each.key}#"))
    return next(((work, one) for work in lists for one in work.tasks if f"{work.key}#{one.id}" == key), None)
