"""What of a moment of the past is otherwise now: which rows, and what their records hold now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from coord_core.state.board import Board
from coord_core.state.records import Task
from coord_tui.display import NOTHING, Words, say
from coord_tui.rows.scene import Scene
from coord_tui.targets import Target

MARK: Final = "≠"
BEATS: Final = "last_heartbeat"
SHOWN: Final = 6
"""How many members are told at most."""


def differing(then: Board, now: Board) -> frozenset[str]:
    """Return the keys of the records that are otherwise now, or gone; a mere sign of life is no difference."""
    scopes = {scope for scope, each in then.documents.items() if _is_otherwise(each.data, _data(now, scope))}
    sessions = {scope for scope in then.sessions if _acts_otherwise(scope, then, now)}
    return frozenset({*scopes, *sessions, *_tasks(then, now, scopes)})


def _data(board: Board, scope: str) -> Mapping[str, Any] | None:
    document = board.documents.get(scope)
    return document.data if document is not None else None


def _is_otherwise(then: Mapping[str, Any], now: Mapping[str, Any] | None) -> bool:
    return then is not now and (now is None or any(_members(then, now)))


def _members(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield the members that are not the same."""
    for key in {**then, **now}:
        if key != BEATS and ((key in then) is not (key in now) or then.get(key) != now.get(key)):
            yield key


def _acts_otherwise(scope: str, then: Board, now: Board) -> bool:
    """Whether a session is otherwise in what its row shows of other documents."""
    verdicts = then.verdicts.get(scope), now.verdicts.get(scope)
    lives = [each.life if each else None for each in verdicts]
    return (
        lives[0] is not lives[1] or then.progress(scope) != now.progress(scope) or _has(then, scope) != _has(now, scope)
    )


def _has(board: Board, scope: str) -> list[str]:
    held = board.holdings.get(scope)
    return [] if held is None else [
        *(lock.scope for lock in held.locks), *(issue.scope for issue in held.issues),
        *(f"{task.list}#{task.id}" for task in held.tasks),
    ]  # fmt: skip


def _tasks(then: Board, now: Board, scopes: set[str]) -> Iterator[str]:
    for key, work in then.lists.items():
        if work.scope in scopes:
            others = {task.id: task for task in now.lists[key].tasks} if key in now.lists else {}
            for task in work.tasks:
                if task.id not in others or _facts(others[task.id]) != _facts(task):
                    yield f"{task.list}#{task.id}"


def _facts(task: Task) -> Any:
    return task.status, task.owner, task.item


def said(scene: Scene, target: Target | None) -> list[Words]:
    """Return what a record holds now, as far as that is not what it held at the moment of the scene."""
    if scene.present is None or target is None or target.key not in scene.differing:
        return []
    told = _told(scene.board, scene.present, target)
    return [NOTHING, say((f"{MARK} now", "wait bold")), *(told or [say(("what hangs on it is otherwise", "dim"))])]


def _told(then: Board, now: Board, target: Target) -> list[Words]:
    scope = target.scope or ""
    before, after = _data(then, scope) or {}, _data(now, scope)
    if target.kind == "task":
        before, after = _task(then, target) or {}, _task(now, target)
    if after is None:
        return [say("gone")]
    keys = [*_members(before, after)]
    lines = [say((f"{key} ", "dim"), _value(after.get(key)) if key in after else "–") for key in keys[:SHOWN]]
    lives = [board.verdicts.get(target.key) for board in (then, now)]
    if lives[0] and lives[1] and lives[0].life is not lives[1].life:
        lines.insert(0, say(lives[1].evidence))
    return lines + [say((f"and {len(keys) - SHOWN} more", "dim"))] * (len(keys) > SHOWN)


def _task(board: Board, target: Target) -> Mapping[str, Any] | None:
    work = board.lists.get(target.list)
    ident = target.key.removeprefix(f"{target.list}#")
    return next((task.item for task in work.tasks if task.id == ident), None) if work is not None else None


def _value(value: Any) -> str:
    from coord_core.actions.words import value as words

    return words(value)
