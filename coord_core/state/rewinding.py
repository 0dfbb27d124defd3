"""Documents wound back and forth along the journal's lines: pure.

A line's edits are their own inverse. What other programs wrote stands in no line: it shows in the `base` of the next
line that changes the same document, and is counted as part of that line's step.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias

from coord_core.documents import ABSENT, Change, Edit, Line, Step

Data: TypeAlias = Mapping[str, Any] | None
"""What a document holds, None where there is none."""
MANY: Final = 8
"""From so many documents on, it is quicker to read every line than to look for those that name one."""


class Lines(Protocol):
    """A run of lines that stands alone: the first line of a document in it tells, as `base`, what stood there."""

    def __len__(self) -> int: ...

    def line(self, place: int) -> Line | None:
        """Return the line in a place, None if it cannot be read."""

    def has_base(self, place: int) -> bool:
        """Say whether a line may have a `base`."""

    def mentions(self, place: int, words: Iterable[bytes]) -> bool:
        """Say whether all these words, in lower case, stand in a line."""


class Reel:
    """What it takes to step over each line of a run in either direction, and to leave it at either end.

    start: data before the first line, of the documents that the run changes. end: data after the last line, of those
    that are otherwise in what comes `after` it, because another program wrote in between. folds: by place and scope,
    data before a line whose `base` says otherwise, for the same reason.
    """

    def __init__(self, lines: Lines, after: Callable[[str], Data], settled: Container[str] = ()) -> None:
        """After: data of a scope behind the last line. settled: scopes that nobody else wrote since their last line."""
        self.start: dict[str, Data] = {}
        self.end: dict[str, Data] = {}
        self.folds: dict[int, dict[str, Data]] = {}
        again = self._find_starts(lines)
        unsure = again | {scope for scope in self.start if scope not in settled}
        self._play_all(lines, unsure, after)

    def _find_starts(self, lines: Lines) -> set[str]:
        """Note what each document was to begin with; return those of which another line tells it as well."""
        again = set()
        for place in range(len(lines)):
            line = lines.line(place) if lines.has_base(place) else None
            for scope, data in line.base.items() if line is not None else ():
                if scope in self.start:
                    again.add(scope)
                else:
                    self.start[scope] = _data(data)
        return again

    def _play_all(self, lines: Lines, scopes: set[str], after: Callable[[str], Data]) -> None:
        """Follow these documents through all lines, and note where other programs wrote in between."""
        known: dict[str, Data] = {}
        names = [needles(scope) for scope in scopes] if len(scopes) < MANY else [()]
        for place in range(len(lines)):
            line = lines.line(place) if any(lines.mentions(place, name) for name in names) else None
            for scope in _scopes(line) & scopes if line is not None else ():
                assert line is not None
                if scope in line.base and scope in known and known[scope] != _data(line.base[scope]):
                    self.folds.setdefault(place, {})[scope] = known[scope]
                if scope in line.base or scope in known:
                    known[scope] = _after(line, scope, known.get(scope))
        self.end = {scope: data for scope, data in known.items() if data != after(scope)}

    def back(self, place: int, line: Line, data: Callable[[str], Data]) -> dict[str, Data]:
        """Return what a line's documents held before it; data: what they hold after it."""
        folds = self.folds.get(place, {})
        return {scope: folds[scope] if scope in folds else _before(line, scope, data(scope)) for scope in _scopes(line)}


def forth(line: Line, data: Callable[[str], Data]) -> dict[str, Data]:
    """Return what a line's documents held after it; data: what they held before it."""
    return {scope: _after(line, scope, data(scope)) for scope in _scopes(line)}


def needles(word: str) -> tuple[bytes, ...]:
    """Return what to look for in a line as it is written, so that none is missed in which this word stands."""
    escaped = not word.isprintable() or not {'"', "\\"}.isdisjoint(word)
    return () if escaped or not word.isascii() else (word.lower().encode(),)


def _scopes(line: Line) -> set[str]:
    return {*line.changes, *line.base}


def _before(line: Line, scope: str, data: Data) -> Data:
    if scope in line.base:
        return _data(line.base[scope])
    return play(data, line.changes.get(scope, ()), back=True)


def _after(line: Line, scope: str, data: Data) -> Data:
    return play(_data(line.base[scope]) if scope in line.base else data, line.changes.get(scope, ()))


def _data(value: Any) -> Data:
    return value if isinstance(value, dict) else None


def play(data: Data, edits: Sequence[Edit], *, back: bool = False) -> Data:
    """Return data with edits made, or taken back; what they do not touch is shared, and an emptied document is none.

    What an edit says stood there is not asked for: it did when the line was written.
    """
    found: Any = data or {}
    for edit in reversed(edits) if back else edits:
        if isinstance(edit, Change):
            found = _put(found, edit.path, _replaced(edit.old if back else edit.new))
        else:
            out, into = (edit.inserted, edit.removed) if back else (edit.removed, edit.inserted)
            found = _put(found, edit.path, _spliced(edit.at, list(out), list(into)))
    return found or None if edits else data


def _replaced(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _spliced(at: int, out: list[Any], into: list[Any]) -> Callable[[Any], Any]:
    def splice(items: Any) -> Any:
        if not isinstance(items, list):
            return items
        place = at if items[at : at + len(out)] == out else _only_run(items, out)
        return items if place is None else [*items[:place], *into, *items[place + len(out) :]]

    return splice


def _only_run(items: list[Any], run: list[Any]) -> int | None:
    """Return where the only run of such items is: another program may have moved it."""
    places = [at for at in range(len(items) - len(run) + 1) if items[at : at + len(run)] == run]
    return places[0] if len(places) == 1 else None


def _put(value: Any, path: Sequence[Step], make: Callable[[Any], Any]) -> Any:
    """Return a value with what `make` makes of what is at `path`; the same value if there is no such place."""
    if not path:
        return make(value)
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if not isinstance(value, dict):
            return value
        inside = _put(value.get(step, ABSENT), rest, make)
        if inside is ABSENT:
            return {key: each for key, each in value.items() if key != step}
        return {**value, step: inside}
    places = [at for at, item in enumerate(value) if _has_id(item, step["id"])] if isinstance(value, list) else []
    if len(places) != 1:
        return value
    at = places[0]
    return [*value[:at], _put(value[at], rest, make), *value[at + 1 :]]


def _has_id(item: Any, ident: Any) -> bool:
    return isinstance(item, dict) and type(item.get("id")) is type(ident) and item["id"] == ident
