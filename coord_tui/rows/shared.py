"""Shared state as rows: every other document, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from coord_core.documents import Document, Unreadable
from coord_core.scopes import natural, parse, reference_name
from coord_tui.ages import since
from coord_tui.columns import Column
from coord_tui.display import Cell, Name, say
from coord_tui.rows.scene import Scene
from coord_tui.rows.source import Fields
from coord_tui.rows.values import elapsed

COLUMNS: Final = (
    Column("", 1),
    Column("DOCUMENT", 16, share=0.35, by="name"),
    Column("HOLDS", 10, share=0.65, by="holds"),
    Column("AGE", 4, right=True, by="age", quiet=True),
)
SHOWN: Final = 200


class SharedRows:
    """The unreadable files, then the documents that are no session, issue, lock or list."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.columns = scene.widened(COLUMNS, 1)
        bad = [each for each in scene.board.unreadable.values() if scene.here(parse(each.scope or "").workspace)
               or scene.workspace is None or not each.scope]  # fmt: skip
        documents = [scope for scope in scene.board.shared if scene.here(parse(scope).workspace)]
        self.keys = sorted((each.source for each in bad), key=natural) + sorted(documents, key=natural)
        self.fields: Fields = {
            "name": lambda key: parse(key).short if key in scene.board.documents else key,
            "document": lambda key: parse(key).short if key in scene.board.documents else key,
            "holds": lambda key: _summary(scene.board.documents.get(key)),
            "age": lambda key: elapsed(scene, self._written(key)),
            "workspace": lambda key: parse(key).workspace if key in scene.board.documents else None,
        }

    def _written(self, key: str) -> float | None:
        found = self.scene.board.documents.get(key) or self.scene.board.unreadable.get(key)
        return found.written_at or None if found else None

    def words(self, key: str) -> str:
        """Return what a filter looks for."""
        document = self.scene.board.documents.get(key)
        return f"{key} {_summary(document)}" if document else f"{key} unreadable file"

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one document's cells."""
        bad = self.scene.board.unreadable.get(key)
        if bad:
            return (
                say(("!", "stale bold")),
                self._file(bad),
                say(f"unreadable file: {bad.reason}"),
                say((since(bad.written_at or None, now), "dim")),
            )
        document = self.scene.board.documents.get(key)
        return (
            say(("·", "dim")),
            self.scene.where(parse(key).workspace) + say((parse(key).short, "name")),
            say(_summary(document)),
            say((since(document.written_at or None, now) if document else "", "dim")),
        )

    def _file(self, bad: Unreadable) -> Cell:
        """Return a file's name without the workspace that it begins with: that is the same for all of them."""
        workspace = parse(bad.scope or "").workspace
        known = reference_name(workspace) + "__" if workspace in self.scene.workspaces and workspace else ""
        return Name(bad.source.removeprefix(known), "stale", self.scene.where(workspace))


def _summary(document: Document | None) -> str:
    if document is None:
        return ""
    said = (f"{key}: {_brief(value)}" for key, value in list(document.data.items())[:8])
    return "  ".join(said)[:SHOWN]


def _brief(value: Any) -> str:
    if isinstance(value, dict | list):
        return f"{len(value)} {'keys' if isinstance(value, dict) else 'items'}"
    return value[:SHOWN] if isinstance(value, str) else json.dumps(value)[:SHOWN]
