"""Draft: a plan in the making. Documents are changed on copies; their difference becomes the plan's changes."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from coord_core.actions.plan import Effect
from coord_core.documents import Change, Edit
from coord_core.errors import Refused
from coord_core.scopes import in_workspace, parse
from coord_core.state.board import Board
from coord_core.state.records import Task
from coord_core.storage.changes import diff

WHAT: Final = ("type", "file", "name", "title", "summary", "task", "description", "target")
"""Members of a task that say what it is: a queue that was made anew may use its ids again."""


@dataclass(slots=True)
class Draft:
    """What is to become of the documents of a board, with the effects in words."""

    board: Board
    effects: list[Effect] = field(default_factory=list)
    deletes: set[str] = field(default_factory=set)
    touched: list[dict[str, Any]] = field(default_factory=list)
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
        strike(self.data(scope), *keys)

    def item(self, task: Task) -> dict[str, Any]:
        """Return a task's item to change in place."""
        work_list = self.board.lists[task.list]
        found: Any = self.data(work_list.scope)
        for step in work_list.path:
            found = found[step]
        item = found[task.index]
        if not isinstance(item, dict):
            raise Refused(f"{task.label} is no task: nothing in it can be changed")
        if task.raw_id is not None:
            what = {key: item[key] for key in WHAT if isinstance(item.get(key), str)}
            short = parse(work_list.scope).short
            self.touched.append({"scope": short, "path": [*work_list.path], "id": task.raw_id, "is": what})
        return item

    def tell(self, scope: str, key: str, becomes: str) -> None:
        """Add an effect in words."""
        self.effects.append(Effect(parse(scope).short, key, becomes))

    def told(self) -> dict[str, Any]:
        """Return which tasks were changed and what they are, for the event's metadata: an undo looks there."""
        return {"tasks": self.touched} if self.touched else {}

    def changes(self) -> dict[str, tuple[Edit, ...]]:
        """Return the exact changes, by scope."""
        edits = {scope: tuple(diff(self._before(scope), data)) for scope, data in self._data.items()}
        return {scope: each for scope, each in edits.items() if each}

    def _before(self, scope: str) -> dict[str, Any]:
        document = self.board.documents.get(scope)
        return dict(document.data) if document else {}


def strike(data: dict[str, Any], *keys: str) -> None:
    """Take keys away, but never the last one of all: without any, the whole document would go."""
    for key in keys:
        if key in data and len(data) > 1:
            del data[key]
        elif key in data:
            data[key] = None


def holds(workspace: str, told: Any) -> dict[str, list[Change]]:
    """Return what must hold for the tasks that a plan or an event tells of; what tells nothing is passed over."""
    found: dict[str, list[Change]] = {}
    for each in told if isinstance(told, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("is"), dict) or not isinstance(each.get("path"), list):
            continue
        path: tuple[Any, ...] = (*each["path"], {"id": each.get("id")})
        changes = [Change((*path, key), value, value) for key, value in each["is"].items()]
        found.setdefault(in_workspace(workspace, str(each.get("scope"))), []).extend(changes)
    return found
