"""Source: what a table shows, as keys and, for those in sight, cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from coord_tui.columns import Column
from coord_tui.display import Cell


class Source(Protocol):
    """The rows of a table: each has a key that stays its own, and cells that depend on the time."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns that `cells` fills."""

    @property
    def keys(self) -> Sequence[str]:
        """The rows' keys, in order."""

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one row's cells at `now`, seconds since 1970."""

    def words(self, key: str) -> str:
        """Return what a filter looks for a row's sake."""


class Filtered:
    """The rows of a source whose words contain all of a filter's words."""

    def __init__(self, source: Source, wanted: str) -> None:
        self.source = source
        self.columns = source.columns
        each = wanted.casefold().split()
        self.keys = [key for key in source.keys if all(word in source.words(key).casefold() for word in each)]

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return the source's cells."""
        return self.source.cells(key, now)

    def words(self, key: str) -> str:
        """Return the source's words."""
        return self.source.words(key)
