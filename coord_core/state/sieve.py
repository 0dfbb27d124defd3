"""Sieve: which of the journal's lines somebody wants to see: pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from coord_core.documents import Line
from coord_core.scopes import parse
from coord_core.state.deeds import session_of, supervisor_of
from coord_core.state.rewinding import needles

FIELDS = ("session", "action", "record")


class _Term(NamedTuple):
    """One word of a filter: in which field (``""``: in any), and whether it must not be there."""

    field: str
    word: str
    unwanted: bool


class Sieve:
    """The lines that go through a filter: `session:claude_3 action:claim_issue record:issue:15 !words`."""

    def __init__(self, wanted: str = "") -> None:
        self._terms = [_term(word) for word in wanted.casefold().split()]
        sought = [term.word for term in self._terms if not term.unwanted]
        self.words: Sequence[bytes] = tuple(needle for word in sought for needle in needles(word))
        """What must stand in a line as it is written: a quick first look."""

    def __bool__(self) -> bool:
        return bool(self._terms)

    def lets_through(self, line: Line) -> bool:
        """Say whether a line is wanted."""
        return all(_holds(term, line) is not term.unwanted for term in self._terms)


def _term(word: str) -> _Term:
    unwanted = word.startswith("!") and len(word) > 1
    word = word[1:] if unwanted else word
    name, colon, rest = word.partition(":")
    return _Term(name, rest, unwanted) if colon and rest and name in FIELDS else _Term("", word, unwanted)


def _holds(term: _Term, line: Line) -> bool:
    if term.field == "session":
        return term.word in _who(line)
    if term.field == "action":
        return term.word in line.action.casefold()
    records = [*line.changes, *(str(source) for source in (line.moved or {}).values())]
    if term.field == "record":
        return any(_names(record.casefold(), term.word) for record in records)
    return any(term.word in said.casefold() for said in (_who(line), line.action, line.reason, *records))


def _who(line: Line) -> str:
    session = session_of(line)
    return (parse(session).id if session else supervisor_of(line) or "").casefold()


def _names(record: str, word: str) -> bool:
    """Say whether a record's full or short name, or its id, begins with a word; a number ends where it ends."""
    scope = parse(record)
    for name in (record, scope.short, scope.id):
        if name.startswith(word) and not (word[-1:].isdigit() and name[len(word) : len(word) + 1].isdigit()):
            return True
    return False
