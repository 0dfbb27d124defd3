"""A handoff: who left what, the next steps as a list, the context as a tree."""

from __future__ import annotations

from coord_core.state.records import Handoff, Issue
from coord_tui.ages import past
from coord_tui.describe.parts import hung, section
from coord_tui.describe.values import tree
from coord_tui.display import Words, say
from coord_tui.rows.scene import Scene


def handoff(scene: Scene, issue: Issue, found: Handoff, now: float, room: int, of: str = "") -> list[Words]:
    """Return a handoff on an issue; of: what stands before it where the issue is not said anyway."""
    when = past(found.at.at if found.at else None, now)
    who = scene.who(issue.workspace, found.from_session, "name")
    lines = [say((f"{of}handoff from ", "name"), *who, (f"  {when}  {found.phase}", "dim"))]
    for step in found.next_steps:
        lines += hung(say("· "), say(step), room)
    return section(lines + tree(found.context, room))
