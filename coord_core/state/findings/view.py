"""View: what findings are sought in; and the words that they are said in."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from coord_core.documents import Unreadable
from coord_core.scopes import in_workspace
from coord_core.state.index import Cleaned
from coord_core.state.insights import Finding, Holdings, Life, Remedy, Severity, Signs, Verdict
from coord_core.state.liveness import Limits
from coord_core.state.losses import Loss
from coord_core.state.reading import Mention, Part
from coord_core.state.records import Session
from coord_core.state.signs import Activity
from coord_core.times import DAY, HOUR, MINUTE

CELLS: Final = 90
NAME_CELLS: Final = 28
NEVER: Final = math.inf
FRESH: Final = 10.0

KINDS: Final[Mapping[str, tuple[Severity, str]]] = {
    "dead_session": (Severity.HIGH, "a session whose process is gone still has something"),
    "two_on_issue": (Severity.HIGH, "two sessions work on one issue"),
    "waiting_circle": (Severity.HIGH, "sessions wait for each other's locks: none of them ever goes on by itself"),
    "overwritten": (Severity.HIGH, "another program's write took back part of ours, or ours did not hold"),
    "unreadable_file": (Severity.HIGH, "a file that cannot be read"),
    "idle_session": (Severity.MEDIUM, "a session has something and beats, but does nothing or repeats itself"),
    "tasks_waiting": (Severity.MEDIUM, "tasks wait and none is taken"),
    "stale_session": (Severity.MEDIUM, "a session that has something is silent"),
    "signed_off_session": (Severity.MEDIUM, "a session signed off and still has something"),
    "unknown_owner": (Severity.MEDIUM, "something is owned by a name that no session has"),
    "came_back": (Severity.MEDIUM, "a session came back after it was cleaned up"),
    "lock_waited_for": (Severity.MEDIUM, "a lock is waited for too long"),
    "failed_tasks": (Severity.MEDIUM, "tasks of a work list failed, and nobody put them back"),
    "lock_expired": (Severity.LOW, "a lock is held past its time"),
    "issue_mismatch": (Severity.LOW, "a session works on an issue that nobody claims"),
    "long_task": (Severity.LOW, "a task was taken long ago"),
    "handoff_waiting": (Severity.LOW, "a handoff that nobody picked up"),
    "future_time": (Severity.LOW, "a time stamp from the future"),
    "unreadable_time": (Severity.LOW, "a time stamp that is no time"),
}
"""Every kind of finding, worst first: its severity, and what it is."""


class View(NamedTuple):
    """What findings are sought in: a board not yet finished."""

    now: float
    limits: Limits
    parts: Mapping[str, Part]
    mentions: Mapping[str, Mapping[str, Mention]]
    workers: Mapping[str, tuple[str, ...]]
    unreadable: Mapping[str, Unreadable]
    activity: Mapping[str, Activity]
    cleaned: Mapping[str, Cleaned]
    losses: Mapping[str, Loss]
    sessions: Mapping[str, Session]
    verdicts: Mapping[str, Verdict]
    holdings: Mapping[str, Holdings]
    signs: Mapping[str, Signs]

    def life(self, workspace: str, name: str | None) -> Life | None:
        """Return the life of a session by its id, None if there is no such session."""
        verdict = self.verdicts.get(in_workspace(workspace, f"session:{name}")) if name else None
        return verdict.life if verdict is not None else None


class Found:
    """The findings of one subject, and when time alone may change them."""

    __slots__ = ("due", "findings", "view")

    def __init__(self, view: View) -> None:
        self.view = view
        self.findings: list[Finding] = []
        self.due = NEVER

    def add(
        self,
        kind: str,
        subject: str,
        workspace: str,
        lead: str,
        text: str,
        since: float | None,
        *remedies: Remedy,
    ) -> None:
        """Add a finding; its text begins with its lead."""
        lead = cut(lead, NAME_CELLS)
        said = cut(f"{lead} {text}", CELLS)
        self.findings.append(Finding(kind, KINDS[kind][0], subject, workspace, lead, said, since, remedies))

    def again(self, at: float) -> None:
        """Look again at that time, if it lies ahead."""
        if self.view.now < at < self.due:
            self.due = at

    def ages(self, since: float | None) -> None:
        """Look again when the age since then reads differently."""
        if since is None:
            return
        spent = self.view.now - since
        if spent < FRESH:
            self.again(since + FRESH)
            return
        step = 1.0 if spent < MINUTE else MINUTE if spent < 10 * HOUR else HOUR if spent < DAY else DAY
        self.again(since + (spent // step + 1) * step)


def cells(text: str) -> int:
    """Return about how many cells a text takes, never too few."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, room: int) -> str:
    """Return a text that fits into so many cells, with an ellipsis where it was cut."""
    if cells(text) <= room:
        return text
    text = text[:room]
    while text and cells(text) > room - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def listed(things: Sequence[str], room: int) -> str:
    """Return things with commas between them, as many as fit, the first always; then how many more there are."""
    said = cut(things[0], max(8, room if len(things) == 1 else room - 9)) if things else ""
    for place, thing in enumerate(things[1:], 1):
        left = len(things) - place - 1
        longer = f"{said}, {thing}"
        if cells(longer) + (len(f", {left} more") if left else 0) > room:
            return f"{said}, {left + 1} more"
        said = longer
    return said


def counted(number: int, noun: str, verb: str = "") -> str:
    """Return `1 task waits`, `6 tasks wait`."""
    text = f"{number} {noun}{'' if number == 1 else 's'}"
    return f"{text} {verb}{'s' if number == 1 else ''}" if verb else text


def lifeword(life: Life | None) -> str:
    """Return a life in the words that stand in brackets behind a name."""
    return "unknown to all" if life is None else "signed off" if life is Life.OFF else life.value


def ordered(found: Iterable[Finding]) -> list[Finding]:
    """Return findings worst first, of one kind the oldest first."""
    ranks = {kind: rank for rank, kind in enumerate(KINDS)}
    return sorted(found, key=lambda f: (ranks[f.kind], f.since if f.since is not None else math.inf, f.subject))
