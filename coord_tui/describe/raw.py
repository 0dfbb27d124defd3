"""A record as JSON: its document, its task, its key; what a terminal must not see as \\uXXXX."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from coord_core import text
from coord_core.documents import ABSENT, Document
from coord_tui.describe.task import found_at
from coord_tui.display import Words, say
from coord_tui.rows.scene import Scene
from coord_tui.shared_tree import value_at
from coord_tui.targets import Target


def raw(scene: Scene, target: Target | None) -> list[Words]:
    """Return a record as it is stored, under where that is."""
    document, shown = stored(scene, target)
    if document is None:
        return [say(("No document is stored for this.", "dim"))]
    return [say(("stored in ", "dim"), document.source), *map(say, as_json(shown).split("\n"))]


def stored(scene: Scene, target: Target | None) -> tuple[Document | None, Any]:
    """Return a record's document, and what of it the record is; None for what is in no document."""
    document = scene.board.documents.get(target.scope) if target and target.scope else None
    if document is None or target is None:
        return None, None
    if path := tuple(target.facts.get("path", ())):
        value = value_at(document.data, path)
        return (None, None) if value is ABSENT else (document, value)
    if target.kind == "task" and (found := found_at(scene, target.key)):
        return document, found[1].item
    return document, _members(document)


def as_json(value: Any) -> str:
    """Return a value as JSON in lines, safe for a terminal."""
    return text.escape_json(json.dumps(value, ensure_ascii=False, indent=2, default=dict))


def _members(document: Document) -> Mapping[str, Any]:
    """Return a document as its file has it: scope and revision only where we wrote it."""
    ours = {"scope": document.scope, "revision": document.revision} if document.revision is not None else {}
    return {**ours, "data": document.data, "metadata": document.metadata, **document.extra}
