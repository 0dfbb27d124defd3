"""How the panels share the terminal; pure arithmetic."""

from __future__ import annotations

from typing import Final

from coord_core.frozen import frozen

TABS_BELOW: Final = (100, 30)
DETAIL_FROM: Final = 160
LOWER_LEAST: Final = 8
AROUND: Final = 2
"""Lines of the header and the key line."""


@frozen
class Counts:
    """How many rows each panel has."""

    findings: int = 0
    sessions: int = 0
    locks: int = 0
    tasks: int = 0
    issues: int = 0


@frozen
class Room:
    """The lines that each panel gets, its title not counted; 0 hides it. tabs: one panel at a time, with tabs.

    why: lines for the evidence below what needs somebody. quiet: that nothing does is one line, without a title.
    """

    tabs: bool = False
    detail: bool = False
    needs: int = 0
    sessions: int = 0
    locks: int = 0
    work: int = 0
    issues: int = 0
    why: int = 0
    quiet: bool = False


def arrange(
    width: int,
    height: int,
    counts: Counts,
    *,
    all_needs: bool = False,
    why: int = 0,
    around: int = AROUND,
    wall: bool = False,
) -> Room:
    """Return the room for each panel in a terminal of that size.

    all_needs: every finding that fits is shown, and `why` lines of evidence. around: lines that are no panel's. wall:
    nobody acts here, so that what has nothing to say takes as little as it can.
    """
    quiet = wall and not counts.findings
    if width < TABS_BELOW[0] or height < TABS_BELOW[1]:
        return Room(tabs=True, quiet=quiet)
    why = why if all_needs and counts.findings else 0
    inner = height - around - why + quiet
    cap = inner - LOWER_LEAST - 6 if all_needs else max(4, (height - 20) // 4)
    needs = max(1, min(counts.findings, cap))
    most = inner - (1 + needs) - 1 - LOWER_LEAST
    sessions = max(2, min(1 + max(1, counts.sessions), most))
    locks, work, issues = _left(inner - (1 + needs) - (1 + sessions), counts)
    return Room(False, width >= DETAIL_FROM, needs, sessions, locks, work, issues, why, quiet)


def _left(lower: int, counts: Counts) -> tuple[int, int, int]:
    """Return the lines of locks, work and issues, one below the other in `lower` lines with their titles."""
    locks = max(1, min(counts.locks, lower // 3))
    rest = lower - (1 + locks)
    tasks, issues = max(1, counts.tasks), max(1, counts.issues)
    if rest < (1 + min(tasks, 6)) + (1 + min(issues, 3)):
        return locks, rest - 1, 0
    if (1 + tasks) + (1 + issues) <= rest:
        return locks, tasks, rest - (1 + tasks) - 1
    lower_issues = min(1 + issues, max(4, round(rest * 0.4)))
    return locks, rest - lower_issues - 1, lower_issues - 1
