"""What needs a human, and the remedies."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from coord_core.documents import Unreadable
from coord_core.state.index import Cleaned
from coord_core.state.liveness import Limits
from coord_core.state.reading import Mention, Part
from coord_core.state.records import Finding, Holdings, Session, Signs, Verdict


class View(NamedTuple):
    """What findings are sought in: a board not yet finished."""

    now: float
    limits: Limits
    parts: Mapping[str, Part]
    mentions: Mapping[str, Mapping[str, Mention]]
    workers: Mapping[str, tuple[str, ...]]
    unreadable: Mapping[str, Unreadable]
    cleaned: Mapping[str, Cleaned]
    sessions: Mapping[str, Session]
    verdicts: Mapping[str, Verdict]
    holdings: Mapping[str, Holdings]
    signs: Mapping[str, Signs]


def find(view: View, subject: str) -> tuple[tuple[Finding, ...], float]:
    """Return what is wrong with one subject, and when time alone may change that."""
    return (), math.inf


def ranked(found: Iterable[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """Return all findings, worst first."""
    return tuple(one for some in found for one in some)
