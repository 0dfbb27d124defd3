"""What details are made of: sections, labels, lines that hang, lines side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from coord_core.moments import Moment
from coord_core.state.records import Progress
from coord_tui.ages import past
from coord_tui.display import NOTHING, Piece, Words, clip, say, width, wrap

GAP: Final = 3
"""Cells between two columns."""
BESIDE: Final = 44
"""Cells that a column needs to stand beside another."""


def section(lines: Sequence[Words]) -> list[Words]:
    """Return lines with a blank one before them; nothing for none."""
    return [NOTHING, *lines] if lines else []


def labelled(found: Iterable[tuple[str, Words]]) -> list[Words]:
    """Return lines with their labels before them, one that repeats only once."""
    lines, before = [], ""
    for word, line in found:
        label = "" if word in ("", before) else word
        before = word or before
        lines.append(say((f"{label:<6}", "dim"), *line))
    return lines


def hung(lead: Words, words: Words, room: int) -> list[Words]:
    """Return words in lines of `room` cells that hang behind their lead: all but the first are as far in as it is."""
    inner = wrap(words, max(2, room - width(lead))) if words else [NOTHING]
    pad = (Piece(" " * width(lead)),)
    return [(*(lead if place == 0 else pad), *line) for place, line in enumerate(inner)]


def beside(blocks: Sequence[Sequence[Words]], room: int) -> list[Words]:
    """Return blocks of lines in two columns where there is room, else one below the other, a blank line between."""
    columns = 2 if room >= 2 * BESIDE + GAP and len(blocks) > 1 else 1
    cells = column(room, len(blocks))
    found: list[Words] = []
    for start in range(0, len(blocks), columns):
        found += [NOTHING] if found else []
        row = blocks[start : start + columns]
        for place in range(max(map(len, row))):
            found.append(_row([block[place] if place < len(block) else NOTHING for block in row], cells))
    return found


def column(room: int, blocks: int) -> int:
    """Return how many cells each of several blocks has, which `beside` lays out in `room`."""
    return (room - GAP) // 2 if room >= 2 * BESIDE + GAP and blocks > 1 else room


def _row(parts: Sequence[Words], cells: int) -> Words:
    found: list[Piece] = []
    for place, part in enumerate(parts):
        part = clip(part, cells)
        found += part
        if place < len(parts) - 1:
            found.append(Piece(" " * (cells - width(part) + GAP)))
    return tuple(found)


def stated(moment: Moment | None, now: float) -> list[Words]:
    """Return what a document states where that is not believed."""
    if moment is None or moment.trusted:
        return []
    written = f"written {past(moment.at, now)}" if moment.at is not None else "nobody knows when that was written"
    return [say((f"it says {moment.stated}; {written}", "dim"))]


def progress(found: Progress | None) -> Words:
    """Return progress in words: `testing 75% Writing tests`."""
    if found is None:
        return NOTHING
    percent = f" {found.percent:.0f}%" if found.percent is not None else ""
    return say(f"{found.phase}{percent} {found.message}".strip())
