"""A refusal as `--json` prints it: the error's name, its sentence, and what else it knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coord_core.documents import ABSENT
from coord_core.errors import CoordError


def refusal_json(error: CoordError) -> dict[str, Any]:
    """Return an error with its typed attributes (`holder`, `age`, `life`, ...); absent values are left out."""
    return {"error": type(error).__name__, "message": str(error)} | {
        name: [_moved(*each) for each in value] if name == "moved" else value for name, value in vars(error).items()
    }


def _moved(scope: str, path: Iterable[Any], expected: Any, found: Any) -> dict[str, Any]:
    values = {"expected": expected, "found": found}
    return {"scope": scope, "path": list(path)} | {name: each for name, each in values.items() if each is not ABSENT}
