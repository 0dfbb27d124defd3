"""inbox:{id}: what a session is to be told at its next call, and whether it has been."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coord_core.frozen import frozen
from coord_core.state.reading import items, words
from coord_core.times import instant


@frozen
class Letter:
    """Something that a session is told.

    seq: the line that it came with, 0 if it does not say. by: who says it, a session's name or a supervisor's.
    at, told_at: seconds since 1970, None if nobody can say. told: it has reached the session, for that called again.
    """

    seq: int
    by: str
    text: str
    at: float | None
    told: bool
    told_at: float | None = None


def read_inbox(data: Mapping[str, Any]) -> tuple[Letter, ...]:
    """Return the letters in an inbox's data, oldest first, whatever a writer put into it."""
    return tuple(_letter(each) for each in items(data.get("messages")) if isinstance(each, dict))


def unread(data: Mapping[str, Any]) -> tuple[Letter, ...]:
    """Return the letters in an inbox's data that its session has not been told yet, and can be told of."""
    new = (each for each in items(data.get("messages")) if isinstance(each, dict) and not each.get("told"))
    return tuple(letter for letter in map(_letter, new) if letter.seq)


def _letter(entry: Mapping[str, Any]) -> Letter:
    told, seq = entry.get("told"), entry.get("seq")
    return Letter(
        seq if type(seq) is int else 0, words(entry.get("from")), words(entry.get("text")), instant(entry.get("at")),
        bool(told), instant(told) if told and not isinstance(told, bool) else None,
    )  # fmt: skip
