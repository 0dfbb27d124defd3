"""Source: what a table shows, as keys and, for those in sight, cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from coord_tui.columns import Column
from coord_tui.display import Cell

Value: TypeAlias = str | float | tuple[int, str] | None
"""What a row has in a field: words, a number, words with a rank of their own, or nothing."""
Fields: TypeAlias = Mapping[str, Callable[[str], Value]]
"""By name, what a row's key has there: rows are sorted by it, and a filter may ask for it."""


class Source(Protocol):
    """The rows of a table: each has a key that stays its own, and cells that depend on the time."""

    @property
    def ages(self) -> bool:
        """Whether cells read otherwise merely because time passes."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns that `cells` fills."""

    @property
    def keys(self) -> Sequence[str]:
        """The rows' keys, in order."""

    @property
    def fields(self) -> Fields:
        """What rows are sorted by and filtered on."""

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one row's cells at `now`, seconds since 1970."""

    def words(self, key: str) -> str:
        """Return what a filter looks for a row's sake."""
