"""Shared state as rows: what cannot be read, then every other document as a tree."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from coord_core.documents import ABSENT, Document, Unreadable
from coord_core.scopes import natural, parse, reference_name
from coord_core.times import written
from coord_tui.ages import since
from coord_tui.columns import Column
from coord_tui.display import NOTHING, Cell, Name, say
from coord_tui.rows.scene import Scene
from coord_tui.rows.source import Fields
from coord_tui.rows.values import elapsed
from coord_tui.shared_tree import Node, SharedTree, value_at

COLUMNS: Final = (
    Column("", 1),
    Column("DOCUMENT", 16, share=0.35),
    Column("HOLDS", 10, share=0.65),
    Column("AGE", 4, right=True, quiet=True),
)
SHOWN: Final = 200
BRANCHES: Final = {True: "▾ ", False: "▸ "}


class SharedRows:
    """The unreadable files, then the documents that are no session, issue, lock or list."""

    ages = True

    def __init__(self, scene: Scene, toggled: frozenset[str] = frozenset()) -> None:
        """Toggled: the branches of the tree that are not as they begin."""
        self.scene = scene
        self.columns = scene.widened(COLUMNS, 1)
        self._bad = [each for each in scene.board.unreadable.values() if scene.here(parse(each.scope or "").workspace)
                     or scene.workspace is None or not each.scope]  # fmt: skip
        self._documents = [scope for scope in scene.board.shared if scene.here(parse(scope).workspace)]
        self._toggled = toggled
        self.total = len(self._bad) + len(self._documents)

    @property
    def fields(self) -> Fields:
        """What rows are sorted by and filtered on; made anew each time: kept, it would keep its rows, and they it."""
        scene = self.scene
        return {
            "name": lambda key: self.nodes[key].label if key in self.nodes else key,
            "document": lambda key: parse(self.nodes[key].scope).short if key in self.nodes else key,
            "age": lambda key: elapsed(scene, self._at(self.nodes[key]) if key in self.nodes else None),
            "workspace": lambda key: parse(self.nodes[key].scope).workspace if key in self.nodes else None,
        }

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """The tree's lines, by key; worked out for whoever looks at it."""
        names = {scope: _name(self.scene, scope) for scope in self._documents}
        return SharedTree(self._documents, names, self.scene.board.documents, self._toggled).nodes

    @cached_property
    def keys(self) -> Sequence[str]:
        """The rows' keys, in order."""
        return [*sorted((each.source for each in self._bad), key=natural), *self.nodes]

    def words(self, key: str) -> str:
        """Return what a filter looks for: of documents in a group, what any of them has."""
        node = self.nodes.get(key)
        if node is None:
            return f"{key} unreadable file"
        if not node.scope:
            inside = [each for each in self.nodes.values() if each.parent == key]
            return " ".join([node.label, *(self.words(each.key) for each in inside)])
        if node.path:
            return f"{node.label} {_brief(self._value(node))}"
        return f"{node.key} {_summary(self.scene.board.documents.get(node.scope))}"

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one row's cells."""
        bad = self.scene.board.unreadable.get(key)
        if bad:
            age = since(bad.written_at or None, now)
            return (
                say(("!", "stale bold")),
                self._file(bad),
                say(f"unreadable file: {bad.reason}"),
                say((age, "dim")),
            )
        node = self.nodes[key]
        mark = BRANCHES[node.open] if node.branch else "  "
        tone = "dim" if node.path else "name"
        label = say("  " * node.depth, (mark, "dim"), (node.label, tone))
        return NOTHING, label, self._holds(node), say((since(self._at(node), now), "dim"))

    def _holds(self, node: Node) -> Cell:
        if not node.scope:
            return say((f"{node.count} documents", "dim"))
        if node.open:
            return say((f"{node.count} more in the detail", "dim")) if node.count else NOTHING
        return say(_brief(self._value(node)) if node.path else _summary(self.scene.board.documents.get(node.scope)))

    def _value(self, node: Node) -> Any:
        document = self.scene.board.documents.get(node.scope)
        return value_at(document.data, node.path) if document else ABSENT

    def _at(self, node: Node) -> float | None:
        """Return when a document, or the key that a value is under, was written."""
        document = self.scene.board.documents.get(node.scope)
        if document is None or len(node.path) > 1:
            return None
        return written(document.metadata, str(node.path[0])) if node.path else document.written_at or None

    def _file(self, bad: Unreadable) -> Cell:
        """Return a file's name without the workspace that it begins with: that is the same for all of them."""
        workspace = parse(bad.scope or "").workspace
        known = reference_name(workspace) + "__" if workspace in self.scene.workspaces and workspace else ""
        return Name(bad.source.removeprefix(known), "stale", self.scene.where(workspace))


def _name(scene: Scene, scope: str) -> str:
    """Return a document's name, after its workspace's where several are shown."""
    found = parse(scope)
    return f"{scene.short[found.workspace]}/{found.short}" if found.workspace in scene.short else found.short


def _summary(document: Document | None) -> str:
    if document is None:
        return ""
    said = (f"{key}: {_brief(value)}" for key, value in list(document.data.items())[:8])
    return "  ".join(said)[:SHOWN]


def _brief(value: Any) -> str:
    if value is ABSENT:
        return ""
    if isinstance(value, dict | list):
        kind = "key" if isinstance(value, dict) else "item"
        return f"{len(value)} {kind}{'s' if len(value) != 1 else ''}"
    return value[:SHOWN] if isinstance(value, str) else json.dumps(value)[:SHOWN]
