"""Arranged: the rows of a source that a filter keeps, in an order of the reader's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coord_core.frozen import frozen
from coord_core.scopes import natural
from coord_tui.display import Cell
from coord_tui.rows.sieve import Sieve
from coord_tui.rows.source import Source, Value


@frozen
class Order:
    """By which field rows are sorted, and whether the other way round; rows without it come last either way."""

    by: str
    back: bool = False

    @property
    def sign(self) -> str:
        """An arrow for the way."""
        return "↓" if self.back else "↑"


class Arranged:
    """A source's rows as somebody wants to see them. sieve: what the filter asks for, None without one."""

    def __init__(self, source: Source, wanted: str, order: Order | None, seen: dict[str, str]) -> None:
        """Wanted: a filter's words. seen: rows' words as far as they were looked at, to be added to."""
        self.source, self.ages = source, source.ages
        self.columns, self.fields = source.columns, source.fields
        self.sieve = Sieve(wanted, source, seen) if wanted else None
        keys = self.sieve.keys() if self.sieve else source.keys
        self.keys = ordered(source, keys, order) if order else keys

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return the source's cells."""
        return self.source.cells(key, now)

    def words(self, key: str) -> str:
        """Return the source's words."""
        return self.source.words(key)


def base(source: Source) -> Source:
    """Return the source whose rows are shown, whatever was done to their order."""
    return source.source if isinstance(source, Arranged) else source


def ordered(source: Source, keys: Sequence[str], order: Order) -> list[str]:
    """Return keys sorted by a field; what is alike there stays in the source's order."""
    value_of = source.fields.get(order.by)
    if value_of is None:
        return list(keys)
    values = {key: value_of(key) for key in keys}
    there = [key for key in keys if values[key] not in (None, "")]
    there.sort(key=lambda key: _place(values[key]), reverse=order.back)
    return there + [key for key in keys if values[key] in (None, "")]


def _place(value: Value) -> Any:
    return natural(value) if isinstance(value, str) else value


def orders(source: Source) -> list[Order]:
    """Return the orders there are, a column after the other."""
    fields = source.fields
    return [Order(column.by) for column in source.columns if column.by in fields]
