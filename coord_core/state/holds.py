"""project:hold: while it stands, no claim, lock or task is granted in its workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from coord_core.frozen import frozen
from coord_core.state.reading import words
from coord_core.times import instant

HOLD: Final = "project:hold"
"""The short name of its document."""


@frozen
class Hold:
    """A hold on everybody.

    message: why, in the supervisor's words. by: who. at: since when, seconds since 1970, None if nobody can say.
    """

    message: str
    by: str
    at: float | None


def read_hold(data: Mapping[str, Any]) -> Hold | None:
    """Return the hold that a document's data is, whatever it holds; None for an empty one."""
    return Hold(words(data.get("message")), words(data.get("by")), instant(data.get("at"))) if data else None
