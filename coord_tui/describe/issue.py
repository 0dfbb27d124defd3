"""An issue's detail: who has it, how far it is, and what was left for whoever takes it over."""

from __future__ import annotations

from coord_core.state.records import Issue
from coord_tui.ages import past
from coord_tui.describe import rivals
from coord_tui.describe.handoff import handoff
from coord_tui.describe.parts import progress, section, stated
from coord_tui.describe.ties import also
from coord_tui.display import Words, join, say
from coord_tui.rows.scene import Scene


def issue(scene: Scene, found: Issue, now: float, room: int) -> list[Words]:
    """Return who has an issue and how far it is; where two have it, both side by side."""
    owners = scene.owners(found)
    who = [scene.who(found.workspace, name) for name in owners] or [say(("nobody", "dim"))]
    lines = [say(("owner ", "dim"), *join(who, "  "))]
    if found.claimed:
        lines += [say(("claimed ", "dim"), past(found.claimed.at, now) or "?"), *stated(found.claimed, now)]
    lines += [say(("status ", "dim"), found.status)] if found.status else []
    if found.progress:
        by = found.progress.updated_by
        said = (*say(("  by ", "dim")), *scene.who(found.workspace, by)) if by and len(owners) > 1 else ()
        when = past(found.progress.updated.at, now) if found.progress.updated else ""
        lines.append(say(("progress ", "dim"), *progress(found.progress), *said, (f"  {when}", "dim")))
    if len(owners) > 1:
        lines += section(rivals.of_issue(scene, found, now, room))
    elif has := also(scene, found.workspace, found.owner, found.scope):
        lines.append(say(("its owner also has ", "dim"), *has))
    return lines + (handoff(scene, found, found.handoff, now, room) if found.handoff else [])
