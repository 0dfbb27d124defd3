"""Shared state as a tree: documents by the parts of their names, and in each its keys and the values in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, Final

from coord_core.documents import ABSENT, Document
from coord_core.frozen import frozen
from coord_core.scopes import natural

MARK: Final = "\0"
"""What no name of a document holds."""
SHOWN: Final = 200
"""So many members of one value have rows; its detail has all."""


@frozen
class Node:
    """One row: documents whose names begin alike (no scope), a document (no path), or a value in one.

    depth: how far in it stands. branch: something is inside. open: and can be seen. count: how many documents are in a
    group, or how many members have no rows. parent: the key of the row that it is in, "" for none.
    """

    key: str
    label: str
    depth: int
    scope: str = ""
    path: tuple[str | int, ...] = ()
    branch: bool = False
    open: bool = False
    count: int = 0
    parent: str = ""


def value_key(scope: str, path: Sequence[str | int]) -> str:
    """Return the key of a value in a document."""
    return f"{scope}{MARK}{json.dumps(path)}" if path else scope


def value_path(key: str) -> tuple[str, tuple[str | int, ...]]:
    """Return the document and the path that a value's key names; ("", ()) for what is none."""
    scope, _, path = key.partition(MARK)
    try:
        return (scope, tuple(json.loads(path))) if path.startswith("[") else ("", ())
    except ValueError:
        return "", ()  # an event's key, with whatever its message begins with


def value_at(data: Any, path: Sequence[str | int]) -> Any:
    """Return the value at a path, ABSENT if there is none."""
    for step in path:
        inside = isinstance(data, Mapping) if isinstance(step, str) else isinstance(data, list) and step < len(data)
        if not inside or (isinstance(step, str) and step not in data):
            return ABSENT
        data = data[step]
    return data


class SharedTree:
    """The rows of a tree.

    toggled: the branches that are not as they begin, which is groups open and documents closed.
    """

    def __init__(
        self,
        scopes: Iterable[str],
        shorts: Mapping[str, str],
        documents: Mapping[str, Document],
        toggled: frozenset[str],
    ) -> None:
        """Shorts: each document's name as it is shown."""
        self._documents, self._toggled = documents, toggled
        names = [(re.split("(?<=[:/])", shorts[scope]), scope) for scope in scopes]
        names.sort(key=lambda name: [(natural(part), part) for part in name[0]])
        self.nodes: dict[str, Node] = {node.key: node for node in self._group(names, 0, 0, "")}

    def _group(self, names: list[tuple[list[str], str]], at: int, depth: int, parent: str) -> Iterator[Node]:
        for _, alike in groupby(names, key=lambda name: name[0][at]):
            inside = list(alike)
            first = inside[0][0]
            if len(inside) == 1 or len(first) == at + 1:  # in several workspaces a name may be the same
                for _, scope in inside:
                    yield from self._document("".join(first[at:]), scope, depth, parent)
                continue
            end = at + 1
            while all(len(parts) > end + 1 and parts[end] == first[end] for parts, _ in inside):
                end += 1
            key = MARK + "".join(first[:end])
            shown = key not in self._toggled
            yield Node(key, "".join(first[at:end]), depth, "", (), True, shown, len(inside), parent)
            if shown:
                yield from self._group(inside, end, depth + 1, key)

    def _document(self, label: str, scope: str, depth: int, parent: str) -> Iterator[Node]:
        document = self._documents.get(scope)
        node = Node(scope, label, depth, scope, parent=parent)
        yield from self._value(label, document.data if document else {}, node)

    def _value(self, label: str, value: Any, node: Node) -> Iterator[Node]:
        inside = _members(value)
        shown = bool(inside) and node.key in self._toggled
        more = max(0, len(inside) - SHOWN) if shown else 0
        yield Node(node.key, label, node.depth, node.scope, node.path, bool(inside), shown, more, node.parent)
        for step, inner in islice(_steps(value), SHOWN) if shown else ():
            path = (*node.path, step)
            under = Node(value_key(node.scope, path), "", node.depth + 1, node.scope, path, parent=node.key)
            yield from self._value(str(step), inner, under)


def _members(value: Any) -> Any:
    return value if isinstance(value, Mapping | list) else ()


def _steps(value: Any) -> Iterable[tuple[str | int, Any]]:
    return value.items() if isinstance(value, Mapping) else enumerate(_members(value))
