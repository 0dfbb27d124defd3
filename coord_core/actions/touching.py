"""Whom changes by hand touch: the sessions that have what is in the documents before they change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from coord_core.documents import Changes, Edit
from coord_core.scopes import parse
from coord_core.state.board import Board
from coord_core.state.reading import session_scope
from coord_core.state.records import TaskState, WorkList
from coord_core.storage.changes import apply


def touched(board: Board, changes: Changes) -> set[str]:
    """Return the scopes of the sessions whose own documents, issues, locks, running tasks or names change."""
    found = set()
    for full, edits in changes.items():
        workspace = parse(full).workspace
        found |= {session_scope(workspace, name) for name in _owners(board, full, edits) if name}
    return found


def _owners(board: Board, full: str, edits: Sequence[Edit]) -> Iterator[str | None]:
    scope = parse(full)
    if scope.kind in ("session", "inbox"):
        yield scope.id
    elif full in board.issues:
        yield from (board.issues[full].current_session, board.issues[full].claimed_by)
    elif full in board.locks:
        yield board.locks[full].holder
    elif scope.kind == "instances":
        yield from (str(edit.path[1]) for edit in edits if edit.path[:1] == ("registry",) and len(edit.path) > 1)
    else:
        yield from _of_tasks(board, full, edits)


def _of_tasks(board: Board, full: str, edits: Sequence[Edit]) -> Iterator[str | None]:
    """Yield the owners of the running tasks that are not afterwards what they were."""
    lists = [each for each in board.lists.values() if each.scope == full]
    if not lists:
        return
    after = deepcopy(dict(board.documents[full].data))
    apply(after, list(edits))
    for each in lists:
        items = _items(each, after)
        for task in each.tasks:
            kept = task.index < len(items) and items[task.index] == task.item
            if task.state is TaskState.RUNNING and not kept and task.item not in items:
                yield task.owner


def _items(work_list: WorkList, data: Mapping[str, Any]) -> list[Any]:
    found: Any = data
    for step in work_list.path:
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, list) else []
