"""Sieve: what the words of a filter ask of a row: `word`, `!not`, `field:value`, `field:>10m`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Final, TypeAlias

from coord_tui.rows.source import Fields, Source, Value

Test: TypeAlias = Callable[[str], bool]
"""Whether the row with a key passes."""

TERM: Final = re.compile(r"(!?)(?:([a-z%]+):)?(.*)", re.DOTALL)
NUMBER: Final = re.compile(r"([<>]?)(\d+(?:\.\d+)?)([smhd%]?)")
UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
COMPARES: Final = {"<": operator.lt, ">": operator.gt, "": operator.eq}


class Sieve:
    """The words of a filter, understood for one source. unknown: the fields named that it has not."""

    def __init__(self, wanted: str, source: Source, seen: dict[str, str]) -> None:
        """Wanted: as typed. seen: rows' words as far as they were looked at, to be added to."""
        self.source, self.seen = source, seen
        self.unknown: list[str] = []
        self.tests = [test for term in wanted.casefold().split() if (test := self._test(term))]

    def keys(self) -> list[str]:
        """Return the keys of the rows that pass all tests, in the source's order."""
        found = list(self.source.keys)
        for test in self.tests:
            found = [key for key in found if test(key)]
        return found

    def _test(self, term: str) -> Test | None:
        matched = TERM.fullmatch(term)
        assert matched
        no, field, value = matched.groups()
        if field is not None and field not in self.source.fields:
            self.unknown.append(field)
            value, field = term.removeprefix("!"), None
        if not value:
            return None  # it is still being typed
        passes = self._word(value) if field is None else _field(self.source.fields, field, value)
        return (lambda key: not passes(key)) if no else passes

    def _word(self, word: str) -> Test:
        words, seen = self.source.words, self.seen

        def passes(key: str) -> bool:
            found = seen.get(key)
            if found is None:
                found = seen[key] = words(key).casefold()
            return word in found

        return passes


def _field(fields: Fields, field: str, wanted: str) -> Test:
    number = NUMBER.fullmatch(wanted)
    least = float(number[2]) * UNITS.get(number[3], 1) if number else 0.0
    compare = COMPARES[number[1]] if number else operator.eq
    value_of = fields[field]

    def right(value: Value) -> bool:
        if isinstance(value, float):
            return number is not None and compare(value, least)
        return wanted in said(value)

    known: dict[Value, bool] = {}  # of thousands of rows most say the same as one before

    def passes(key: str) -> bool:
        value = value_of(key)
        found = known.get(value)
        if found is None:
            found = known[value] = right(value)
        return found

    return passes


def said(value: Value) -> str:
    """Return a value as a filter looks at it."""
    if isinstance(value, tuple):
        value = value[1]
    return "" if value is None else str(value).casefold()
