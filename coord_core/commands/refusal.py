"""A refusal in JSON (the error's name, its sentence, what else it knows), and in a few words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coord_core.documents import ABSENT
from coord_core.errors import CoordError, Held, LockLost, NotYours, OnHold


def briefly(error: CoordError) -> str:
    """Return what was refused in a few words, without advice: for those who only watch."""
    if isinstance(error, Held):
        return f"{error.holder} has it, {error.life}"
    if isinstance(error, NotYours):
        return f"{error.owner or 'nobody'} has it"
    if isinstance(error, LockLost):
        return f"lost to {error.by}"
    if isinstance(error, OnHold):
        return f"on hold by {error.by}"
    return str(error).partition(";")[0].partition(". ")[0]


def refusal_json(error: CoordError) -> dict[str, Any]:
    """Return an error with its typed attributes (`holder`, `age`, `life`, ...); absent values are left out."""
    return {"error": type(error).__name__, "message": str(error)} | {
        name: [_moved(*each) for each in value] if name == "moved" else value for name, value in vars(error).items()
    }


def _moved(scope: str, path: Iterable[Any], expected: Any, found: Any) -> dict[str, Any]:
    values = {"expected": expected, "found": found}
    return {"scope": scope, "path": list(path)} | {name: each for name, each in values.items() if each is not ABSENT}
