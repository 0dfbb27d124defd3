"""waiters of a lock: a list of sessions or of {session, since}, or an object of them; by us or by another program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from coord_core.state.reading import items, text

SINCE: Final = ("since", "at", "waiting_since")


def waiters(lock: Mapping[str, Any]) -> dict[str, Any]:
    """Return who waits for a lock, in order, and since when as it is written (None: it is not)."""
    value = lock.get("waiters")
    found: dict[str, Any] = {}
    entries = [{"session": who, "since": at} for who, at in value.items()] if isinstance(value, dict) else items(value)
    for each in entries:
        who = _who(each)
        if who is not None:
            found.setdefault(who, _since(each))
    return found


def without(value: Any, session: str) -> Any:
    """Return the waiters, as a writer has them, but for one session."""
    if isinstance(value, dict):
        return {who: since for who, since in value.items() if who != session}
    return [each for each in items(value) if _who(each) != session]


def _who(entry: Any) -> str | None:
    if not isinstance(entry, dict):
        return text(entry)
    return text(entry.get("session")) or text(entry.get("session_id"))


def _since(entry: Any) -> Any:
    known = entry if isinstance(entry, dict) else {}
    return next((known[key] for key in SINCE if known.get(key) is not None), None)
