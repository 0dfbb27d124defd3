"""Edits in words: which key, what it was and what it becomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from coord_core.documents import ABSENT, Edit, Splice

BRIEF: Final = 60
"""Characters of a value at most."""


def place(edit: Edit) -> str:
    """Return where in its document an edit is (`progress.percent`, `tasks 7 status`)."""
    said = ""
    for step in edit.path:
        if isinstance(step, Mapping):
            said += f" {next(iter(step.values()), '')} "
        else:
            said += step if not said or said.endswith(" ") else f".{step}"
    return said.strip()


def becomes(edit: Edit) -> str:
    """Return what an edit does there (`60 → 75`, `"a" → nothing`, `+1 item`)."""
    if isinstance(edit, Splice):
        parts = [_items("−", edit.removed), _items("+", edit.inserted)]
        return " ".join(filter(None, parts))
    return f"{brief(edit.old)} → {brief(edit.new)}"


def brief(value: Any, most: int = BRIEF) -> str:
    """Return a value as JSON in a few characters, `nothing` for none; what is long only as how much there is."""
    if value is ABSENT:
        return "nothing"
    if isinstance(value, str):
        # Only what is shown is quoted: a value may have a megabyte.
        value = value if len(value) <= most else value[: most - 1] + "…"
    elif isinstance(value, dict | list | tuple):
        kind = "key" if isinstance(value, dict) else "item"
        size = f"{len(value)} {kind}{'s' if len(value) != 1 else ''}"
        said = json.dumps(value, ensure_ascii=False, default=str) if len(value) <= BRIEF // 4 else size
        return said if len(said) <= most else size
    return json.dumps(value, ensure_ascii=False, default=str)


def _items(sign: str, items: tuple[Any, ...]) -> str:
    if not items:
        return ""
    if len(items) == 1:
        return f"{sign}{brief(items[0])}"
    return f"{sign}{len(items)} items"
