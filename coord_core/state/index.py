"""What a board remembers besides its records, so that the next one costs only what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final, NamedTuple

from coord_core.documents import Document
from coord_core.frozen import frozen
from coord_core.state.agenda import Agenda
from coord_core.state.insights import Finding
from coord_core.state.losses import Loss, Written
from coord_core.state.reading import Mention, Part
from coord_core.state.signs import Activity


class Documents(Mapping[str, Document]):
    """The documents behind the parts, without a copy of them all."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = parts

    def __getitem__(self, scope: str) -> Document:
        return self._parts[scope].document

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __contains__(self, scope: object) -> bool:
        return scope in self._parts


class Cleaned(NamedTuple):
    """A session that a supervisor cleaned up: when, by which line, and what it thinks that it still has."""

    at: float
    seq: int
    had: tuple[str, ...] = ()


@frozen(eq=False)
class Index:
    """Everything behind a board.

    parts: documents read, by scope. mentions: by session, then by the scope of the document that names it. workers: by
    issue, the sessions whose `current_issue` it is. registry: by session scope. activity: what the journal tells, by
    session. supervised: when a supervisor last wrote a key, by scope. cleaned: sessions that were cleaned up.
    written: our last line, by scope. losses: what of our lines did not hold, by scope. processes: as last given.
    found: findings by subject. seen_due, found_due: when verdicts and findings change by themselves. offset: the wall
    clock minus the monotonic one. seq: of the last line taken in. places: how many documents a workspace has.
    """

    parts: Mapping[str, Part] = field(default_factory=dict)
    mentions: Mapping[str, Mapping[str, Mention]] = field(default_factory=dict)
    workers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    registry: Mapping[str, str] = field(default_factory=dict)
    activity: Mapping[str, Activity] = field(default_factory=dict)
    supervised: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    cleaned: Mapping[str, Cleaned] = field(default_factory=dict)
    written: Mapping[str, Written] = field(default_factory=dict)
    losses: Mapping[str, Loss] = field(default_factory=dict)
    processes: Mapping[str, str | None] = field(default_factory=dict)
    found: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    seen_due: Agenda = field(default_factory=Agenda)
    found_due: Agenda = field(default_factory=Agenda)
    offset: float | None = None
    boot: str = ""
    seq: int = 0
    places: Mapping[str, int] = field(default_factory=dict)


EMPTY: Final = Index()
