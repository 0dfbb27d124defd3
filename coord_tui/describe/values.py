"""Values as an indented tree: members by their names, items with a dot, long text in full."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from coord_tui.describe.parts import hung
from coord_tui.display import Words, paragraphs, say, width

LINES: Final = 500
"""So many lines are shown; `y` shows all."""
STEP: Final = 2
SHORT: Final = 60
"""A list whose items take no more cells than this stands on one line."""


def tree(value: Any, room: int) -> list[Words]:
    """Return a value in lines of `room` cells."""
    lines = list(islice(_inside(value, 0, room), LINES + 1))
    if len(lines) > LINES:
        return [*lines[:LINES], say(("… more than can be read here; y shows all of it", "dim"))]
    return lines


def _inside(value: Any, indent: int, room: int) -> Iterator[Words]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _member(say((str(key), "dim")), inner, indent, room)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _item(inner, indent, room)
    else:
        for line in paragraphs(scalar(value)):
            yield from hung(_pad(indent, room), say(line), room)


def _item(value: Any, indent: int, room: int) -> Iterator[Words]:
    """Yield an item of a list: its first line begins with a dot."""
    pad = _pad(indent, room)
    for place, line in enumerate(_inside(value, 0, max(room // 2, room - width(pad) - STEP))):
        yield pad + say(("· " if place == 0 else "  ", "dim")) + line


def _member(name: Words, value: Any, indent: int, room: int) -> Iterator[Words]:
    pad = _pad(indent, room)
    said = scalar(value) if not isinstance(value, Mapping | list | tuple) else "none" if not value else _short(value)
    lines = paragraphs(said) if said is not None else []
    if len(lines) == 1:
        narrow = width(pad + name) > room // 3
        lead, rest = (pad, name + say(" ", lines[0])) if narrow else (pad + name + say(" "), say(lines[0]))
        yield from hung(lead, rest, room)
        return
    yield from hung(pad, name, room)
    for line in lines:
        yield from hung(_pad(indent + STEP, room), say(line), room)
    if said is None:
        yield from _inside(value, indent + STEP, room)


def _short(value: Mapping[str, Any] | Sequence[Any]) -> str | None:
    """Return a short list of plain values as words, None for anything else."""
    if isinstance(value, Mapping) or any(isinstance(each, Mapping | list | tuple) for each in value):
        return None
    if len(value) > SHORT // 2 or any(isinstance(each, str) and len(each) > SHORT // 2 for each in value):
        return None
    said = ", ".join(map(scalar, value))
    return said if len(said) <= SHORT else None


def scalar(value: Any) -> str:
    """Return a plain value as people read it."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _pad(indent: int, room: int) -> Words:
    # What is nested deeper than there is room for stays at half of it.
    return say(" " * min(indent, room // 2)) if indent else ()
