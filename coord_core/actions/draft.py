"""Draft: a plan in the making. Documents are changed on copies; their difference becomes the plan's changes."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from coord_core.actions.plan import Effect
from coord_core.documents import Edit
from coord_core.errors import Refused
from coord_core.scopes import parse
from coord_core.state.board import Board
from coord_core.state.records import Task
from coord_core.storage.changes import diff


@dataclass(slots=True)
class Draft:
    """What is to become of the documents of a board, with the effects in words."""

    board: Board
    effects: list[Effect] = field(default_factory=list)
    deletes: set[str] = field(default_factory=set)
    _data: dict[str, dict[str, Any]] = field(default_factory=dict)

    def data(self, scope: str) -> dict[str, Any]:
        """Return a document's data to change in place; empty if there is none."""
        if scope not in self._data:
            self._data[scope] = deepcopy(self._before(scope))
        return self._data[scope]

    def delete(self, scope: str) -> None:
        """Take a document away."""
        self.data(scope).clear()
        self.deletes.add(scope)

    def drop(self, scope: str, *keys: str) -> None:
        """Take keys away, but never a whole document with the last of them: that one becomes null."""
        data = self.data(scope)
        for key in keys:
            if key in data and len(data) > 1:
                del data[key]
            elif key in data:
                data[key] = None

    def item(self, task: Task) -> dict[str, Any]:
        """Return a task's item to change in place."""
        work_list = self.board.lists[task.list]
        found: Any = self.data(work_list.scope)
        for step in work_list.path:
            found = found[step]
        item = found[task.index]
        if not isinstance(item, dict):
            raise Refused(f"{task.label} is no task: nothing in it can be changed")
        return item

    def tell(self, scope: str, key: str, becomes: str) -> None:
        """Add an effect in words."""
        self.effects.append(Effect(parse(scope).short, key, becomes))

    def changes(self) -> dict[str, tuple[Edit, ...]]:
        """Return the exact changes, by scope."""
        edits = {scope: tuple(diff(self._before(scope), data)) for scope, data in self._data.items()}
        return {scope: each for scope, each in edits.items() if each}

    def _before(self, scope: str) -> dict[str, Any]:
        document = self.board.documents.get(scope)
        return dict(document.data) if document else {}
