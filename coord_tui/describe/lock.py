"""A lock's detail: who has it, since when, for what, and who waits."""

from __future__ import annotations

from coord_core.scopes import in_workspace
from coord_core.state.records import Lock
from coord_tui.ages import age, clock, past, since
from coord_tui.describe import rivals
from coord_tui.describe.parts import section, stated
from coord_tui.describe.ties import also, waiters
from coord_tui.display import Words, say
from coord_tui.rows.scene import SHAPES, Scene


def lock(scene: Scene, found: Lock, now: float, room: int) -> list[Words]:
    """Return who has a lock; where somebody waits for it, both of them side by side."""
    life = scene.life(found.workspace, found.holder)
    scope = in_workspace(found.workspace, f"session:{found.holder}")
    verdict = f"  {SHAPES[life][0]} {scene.verdict(scope).evidence}" if life else "  no such session"
    held = since(found.since.at if found.since else None, now)
    lines = [
        say(("held by ", "dim"), *scene.who(found.workspace, found.holder), (verdict, "dim")),
        say(("since ", "dim"), clock(found.since.at if found.since else None), (f"  {held}", "dim")),
        *stated(found.since, now),
    ]
    lines += [say(("fence ", "dim"), str(found.fence))] if found.fence is not None else []
    lines += _expiry(found, now)
    lines += [say(("for ", "dim"), found.reason)] if found.reason else []
    if found.waiters:
        return [*lines, waiters(scene, found, now), *section(rivals.of_lock(scene, found, now, room))]
    has = also(scene, found.workspace, found.holder, found.scope)
    return [*lines, say(("its holder also has ", "dim"), *has)] if has else lines


def _expiry(found: Lock, now: float) -> list[Words]:
    if found.expires is None or found.expires.at is None:
        return []
    left = found.expires.at - now
    return [say(f"expires in {age(left)}") if left > 0 else say((f"expired {past(found.expires.at, now)}", "stale"))]
