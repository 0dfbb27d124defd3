"""What a board remembers besides its records, so that the next one costs only what changed."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar

from coord_core.documents import Document
from coord_core.state.insights import Finding
from coord_core.state.losses import Loss, Written
from coord_core.state.reading import Mention, Part
from coord_core.state.signs import Activity

K = TypeVar("K")
V = TypeVar("V")


class Draft(Generic[K, V]):
    """A mapping about to be changed: copied at the first change, else the very same one."""

    __slots__ = ("_copied", "now")

    def __init__(self, base: Mapping[K, V]) -> None:
        self.now: dict[K, V] = base  # type: ignore[assignment]
        self._copied = False

    def own(self) -> dict[K, V]:
        """Return the mapping to change in place."""
        if not self._copied:
            self.now, self._copied = dict(self.now), True
        return self.now

    def set(self, key: K, value: V) -> None:
        """Put a value in."""
        if not self._copied:
            self.own()
        self.now[key] = value

    def drop(self, key: K) -> V | None:
        """Take a value out, if it is there."""
        if key not in self.now:
            return None
        return self.own().pop(key)


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


@dataclass(frozen=True, slots=True, eq=False)
class Agenda:
    """When time alone changes what is known of a subject: a heap, and the entry of each subject that still counts."""

    heap: tuple[tuple[float, str], ...] | list[tuple[float, str]] = ()
    dues: Mapping[str, float] = field(default_factory=dict)

    @property
    def next(self) -> float:
        """Return the earliest time that anything is due (or was, and is not any more)."""
        return self.heap[0][0] if self.heap else math.inf


class Planner:
    """An agenda about to be changed."""

    __slots__ = ("_agenda", "_dues", "_heap")

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._heap: list[tuple[float, str]] | None = None
        self._dues: dict[str, float] = {}

    def set(self, subject: str, due: float) -> None:
        """Note when a subject must be looked at again; infinity is never."""
        known = (self._dues if self._heap is not None else self._agenda.dues).get(subject, math.inf)
        if known == due:
            return
        heap = self._own()
        if due == math.inf:
            del self._dues[subject]
            return
        self._dues[subject] = due
        heapq.heappush(heap, (due, subject))

    def take(self, now: float) -> Iterator[str]:
        """Yield the subjects that are due, and forget them."""
        if self._agenda.next > now:
            return
        heap = self._own()
        while heap and heap[0][0] <= now:
            due, subject = heapq.heappop(heap)
            if self._dues.get(subject) == due:
                del self._dues[subject]
                yield subject

    def done(self) -> Agenda:
        """Return the changed agenda."""
        if self._heap is None:
            return self._agenda
        if len(self._heap) > 2 * len(self._dues) + 1000:
            self._heap = [(due, subject) for subject, due in self._dues.items()]
            heapq.heapify(self._heap)
        return Agenda(self._heap, self._dues)

    def _own(self) -> list[tuple[float, str]]:
        if self._heap is None:
            self._heap, self._dues = list(self._agenda.heap), dict(self._agenda.dues)
        return self._heap


class Cleaned(NamedTuple):
    """A session that a supervisor cleaned up: when, by which line, and what it thinks that it still has."""

    at: float
    seq: int
    had: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
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
