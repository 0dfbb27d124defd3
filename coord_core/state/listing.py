"""Listing: records in the order that people sort names, and what is said of each in a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from coord_core.scopes import natural
from coord_core.state.records import Lock


class _Placed(Protocol):
    @property
    def workspace(self) -> str: ...


P = TypeVar("P", bound=_Placed)


def in_view(records: Mapping[str, P], workspace: str | None) -> list[tuple[str, P]]:
    """Return a workspace's records (all without one) by name, as people sort: claude_2 before claude_10."""
    found = [(key, each) for key, each in records.items() if workspace in (None, each.workspace)]
    return sorted(found, key=lambda pair: natural(pair[0]))


def lock_state(lock: Lock, now: float) -> str:
    """Return `held`, `expired` or `free`; now: seconds since 1970."""
    if not lock.holder:
        return "free"
    ended = lock.expires is not None and lock.expires.at is not None and lock.expires.at <= now
    return "expired" if ended else "held"
