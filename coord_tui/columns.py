"""Columns of a table, and how they share a width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coord_core.frozen import frozen

MARGIN: Final = 1


@frozen
class Column:
    """One column: `width` cells, or at least that and a `share` of what is left.

    right: aligned right. comfort: what a sharing column must have before an extra may come. extra: its turn, from 1,
    among the columns that come only where there is room; 0 for always. drop: its turn, from 1, among those that go
    where there is none; 0 for never. by: the field that it sorts by, "" for none. quiet: what changes in it is only
    that time passed.
    """

    title: str
    width: int
    share: float = 0.0
    right: bool = False
    comfort: int = 0
    extra: int = 0
    drop: int = 0
    by: str = ""
    quiet: bool = False


def fit(columns: Sequence[Column], cells: int) -> list[int]:
    """Return each column's width in `cells`, 0 for one that is left out."""
    shown = {place for place, column in enumerate(columns) if not column.extra}
    for place in sorted((p for p, c in enumerate(columns) if c.drop), key=lambda p: columns[p].drop):
        if _left(columns, shown, cells) >= _least(columns, shown):
            break
        shown.discard(place)
    for place in sorted((p for p, c in enumerate(columns) if c.extra), key=lambda p: columns[p].extra):
        if _left(columns, shown | {place}, cells) < _comfort(columns, shown):
            break
        shown.add(place)
    return _share(columns, shown, cells)


def _left(columns: Sequence[Column], shown: set[int], cells: int) -> int:
    fixed = sum(columns[place].width for place in shown if not columns[place].share)
    return cells - 2 * MARGIN - fixed - (len(shown) - 1)


def _least(columns: Sequence[Column], shown: set[int]) -> int:
    return sum(columns[place].width for place in shown if columns[place].share)


def _comfort(columns: Sequence[Column], shown: set[int]) -> int:
    return sum(max(columns[place].comfort, columns[place].width) for place in shown if columns[place].share)


def _share(columns: Sequence[Column], shown: set[int], cells: int) -> list[int]:
    widths = [0 if column.share or place not in shown else column.width for place, column in enumerate(columns)]
    sharing = [place for place in sorted(shown) if columns[place].share]
    left = max(0, _left(columns, shown, cells))
    whole = sum(columns[place].share for place in sharing)
    for turn, place in enumerate(sharing):
        last = turn == len(sharing) - 1
        part = left if last else max(columns[place].width, round(left * columns[place].share / whole))
        needed = sum(columns[other].width for other in sharing[turn + 1 :])
        widths[place] = max(0, min(part, left - needed))
        left -= widths[place]
        whole -= columns[place].share
    return widths
