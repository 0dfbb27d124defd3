"""Short names of workspaces, to stand before the names of records where several workspaces are shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from coord_core import text

CELLS: Final = 8
CUTS: Final[Sequence[Callable[[str], str]]] = (
    lambda name: text.truncate(name, CELLS),
    lambda name: text.shorten(name, CELLS),
    str,
)
"""Ways to make a name short, the later ones for where an earlier one makes two alike."""


def short_names(workspaces: Sequence[str]) -> dict[str, str]:
    """Return each workspace's short name: the shortest tail that is its own, in few cells if that keeps them apart."""
    tails = {workspace: _tails(text.line(workspace)) for workspace in workspaces}
    counts = Counter(tail for each in tails.values() for tail in each)
    own = {workspace: next((t for t in each if counts[t] == 1), each[-1]) for workspace, each in tails.items()}
    tries = ({workspace: cut(tail) for workspace, tail in own.items()} for cut in CUTS)
    return next((names for names in tries if len(set(names.values())) == len(names)), own)


def _tails(workspace: str) -> list[str]:
    """Return a name's ends, shortest first: `shop`, `acme/shop`, `laptop:acme/shop`."""
    pieces = re.split("([:/])", workspace)
    return ["".join(pieces[start:]) for start in range(len(pieces) - 1, -1, -2)]
