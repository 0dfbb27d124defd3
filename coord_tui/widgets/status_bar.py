"""StatusBar: where we are, what needs a human, who is alive, how fresh this is."""

from __future__ import annotations

from coord_core.frozen import frozen
from coord_core.state.holds import Hold
from coord_core.state.insights import Life
from coord_core.text import line, truncate
from coord_tui.ages import age, ago, clock
from coord_tui.display import NOTHING, Words, link, say, width
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.widgets.one_line import OneLine, spread

ROOM = 16
"""Cells from which a hold's message begins to say something."""
ORDER = (Life.DEAD, Life.STALE, Life.LATE, Life.LIVE, Life.OFF, Life.UNKNOWN)


@frozen
class Mode:
    """What is special about this view.

    read_only: nothing can be changed. stuck_since: not updating since, seconds since 1970. keys: what shows the keys,
    where there is no line for them. paused: for how many seconds. past: the moment of the past that is shown, in words.
    """

    read_only: bool = False
    stuck_since: float | None = None
    keys: str = ""
    paused: float | None = None
    past: str = ""


class StatusBar(OneLine, inherit_bindings=False):
    """The first line of the screen."""

    def tell(self, scene: Scene, mode: Mode, now: float) -> None:
        """Show a scene's state at `now`, seconds since 1970."""
        brief = self.size.width < 100
        held = _held(scene)
        # What is special is worth more than the words behind the counts.
        badges = _badges(mode)
        counts = _counts(scene, brief=brief or (bool(held or badges) and self.size.width < 160))
        parts = [
            place(scene, brief=brief),
            _needs(scene),
            *badges,
            *counts,
            say(link(mode.keys, mode.keys.partition(" ")[0], "dim")),
        ]
        changed = scene.board.changed_at
        fresh = f"changed {ago(changed, now)}  " if changed is not None and not brief else ""
        gap = 2 if brief else 3
        # What needs somebody is worth more than the time, and than where we are.
        least = sum(width(part) + gap for part in parts[:2])
        right = say((f"{fresh}{clock(now)}", "dim")) if least <= self.size.width - 12 else NOTHING
        room = self.size.width - width(right) - (4 if right else 1)
        if scene.findings and least - gap > room:
            parts[0] = NOTHING
        if held:
            left = room - sum(width(part) + gap for part in parts if part)
            parts.insert(2, _badge(f"HELD: {held[0].message}" if left > ROOM and held[0].message else "HELD", left))
        self.show(spread([part for part in parts if part], room, gap=gap), right)


def place(scene: Scene, *, brief: bool = False) -> Words:
    """Return the workspace's name: `acme/shop on laptop`, brief `shop`."""
    names, workspace = scene.workspaces, scene.only
    if workspace is None:
        return say((f"{len(names)} workspaces" if names else "coord", "name"))
    machine, _, project = workspace.partition(":")
    if brief or not machine:
        return say((project.rpartition("/")[2] or workspace or "no workspace", "name"))
    return say((project, "name"), (f" on {machine}", "dim"))


def _needs(scene: Scene) -> Words:
    count = len(scene.findings)
    if count:
        return say(link(f" ! {count} need{'s' if count == 1 else ''} you ", "screen.panel('needs')", "badge alarm"))
    return say(("nothing needs you", "dim")) if scene.board.sessions else ()


def _held(scene: Scene) -> list[Hold]:
    """Return the holds that stand in what is shown."""
    found = (scene.board.hold(name) for name in scene.board.workspaces if scene.here(name))
    return [hold for hold in found if hold]


def _badge(said: str, cells: int) -> Words:
    return say((f" {truncate(line(said), max(4, cells - 2))} ", "badge wait"))


def _badges(mode: Mode) -> list[Words]:
    found = []
    if mode.paused is not None:
        found.append(say((f" PAUSED {age(mode.paused)} ", "badge wait")))
    if mode.past:
        found.append(say((f" AT {mode.past} ", "badge link")))
    if mode.stuck_since is not None:
        found.append(say((f" NOT UPDATING since {clock(mode.stuck_since, seconds=False)} ", "badge wait")))
    if mode.read_only:
        found.append(say((" READ-ONLY ", "badge link")))
    return found


def _counts(scene: Scene, *, brief: bool) -> list[Words]:
    found = []
    for life in ORDER:
        if count := scene.lives[life]:
            shape, tone = SHAPES[life]
            found.append(say((f"{shape}{count}" if brief else f"{shape} {count} {life.value}", tone)))
    return found
