"""Agenda: when time alone changes what is known, so that a tick costs only what is due."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final

from coord_core.frozen import frozen
from coord_core.state.patched import Draft

LATE_MAX: Final = 250
"""So many entries may stand beside the sorted ones before all are sorted again."""

Entry = tuple[float, str]


@frozen(eq=False)
class Agenda:
    """When time alone changes what is known of a subject.

    dues: what counts, by subject. sorted: entries by time, of which those before `start` have passed; shared with the
    agendas before and after. late: entries that came later, by time too. An entry that `dues` does not confirm is void.
    """

    dues: Mapping[str, float] = field(default_factory=dict)
    sorted: list[Entry] = field(default_factory=list)
    start: int = 0
    late: list[Entry] = field(default_factory=list)

    @property
    def next(self) -> float:
        """Return the earliest time that anything is due (or was, and is not any more)."""
        first = self.sorted[self.start][0] if self.start < len(self.sorted) else math.inf
        return min(first, self.late[0][0]) if self.late else first


class Planner:
    """An agenda about to be changed."""

    __slots__ = ("_added", "_agenda", "_dues", "_passed", "_start")

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._dues = Draft(agenda.dues)
        self._start, self._passed = agenda.start, 0
        self._added: list[Entry] = []

    def take(self, now: float) -> Iterator[str]:
        """Yield the subjects that are due, and forget them; to be called before any is set."""
        agenda = self._agenda
        if agenda.next > now:
            return
        while self._start < len(agenda.sorted) and agenda.sorted[self._start][0] <= now:
            yield from self._due(agenda.sorted[self._start])
            self._start += 1
        while self._passed < len(agenda.late) and agenda.late[self._passed][0] <= now:
            yield from self._due(agenda.late[self._passed])
            self._passed += 1

    def _due(self, entry: Entry) -> Iterator[str]:
        due, subject = entry
        if self._dues.now.get(subject) == due:
            self._dues.drop(subject)
            yield subject

    def set(self, subject: str, due: float) -> None:
        """Note when a subject must be looked at again; infinity is never."""
        if self._dues.now.get(subject, math.inf) == due:
            return
        if due == math.inf:
            self._dues.drop(subject)
        else:
            self._dues.set(subject, due)
            self._added.append((due, subject))

    def done(self) -> Agenda:
        """Return the changed agenda."""
        agenda, dues = self._agenda, self._dues.now
        if dues is agenda.dues and self._start == agenda.start and not self._passed:
            return agenda
        late = agenda.late[self._passed :]
        if len(late) + len(self._added) > LATE_MAX:
            return Agenda(dues, sorted([(due, subject) for subject, due in dues.items()]))
        for entry in self._added:
            insort(late, entry)
        return Agenda(dues, agenda.sorted, self._start, late)
