"""Values of fields: what rows are sorted by where that is not what they show."""

from __future__ import annotations

from typing import Final

from coord_core.moments import Moment
from coord_core.state.insights import Life
from coord_core.state.records import Progress
from coord_tui.rows.scene import Scene
from coord_tui.rows.source import Value

WORST: Final = (Life.DEAD, Life.STALE, Life.LATE, Life.UNKNOWN, Life.LIVE, Life.OFF)


def ranked(life: Life | None) -> Value:
    """Return a life, the worst first; nothing for nobody's."""
    return (WORST.index(life), life.value) if life else None


def at(moment: Moment | None) -> float | None:
    """Return the instant of a moment, in seconds since 1970."""
    return moment.at if moment else None


def elapsed(scene: Scene, instant: float | None) -> Value:
    """Return how many seconds ago an instant was."""
    return None if instant is None else float(scene.board.now - instant)


def percent_of(progress: Progress | None) -> Value:
    """Return how far something is."""
    return None if progress is None or progress.percent is None else float(progress.percent)


def phase_of(progress: Progress | None) -> str:
    """Return what is being done to something."""
    return progress.phase if progress else ""
