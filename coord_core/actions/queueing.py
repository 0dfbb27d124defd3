"""Tasks of any work list: added, taken, finished, failed. Release plans are work lists with a coordinator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from coord_core.actions.arguments import name
from coord_core.actions.giving import RUNNING, TAKEN_AT
from coord_core.actions.turn import Turn
from coord_core.errors import Finished, InvalidArgument, NotFound, NotYours, Refused
from coord_core.state.reading import text
from coord_core.state.records import TaskState
from coord_core.state.worklists import (
    ENDED_KEYS,
    NOT_PENDING,
    OWNER_KEYS,
    TAKEN_KEYS,
    owner_key_of,
    paths_of,
    task_state,
)

QUEUE: Final = "queue"
LONGEST_LIST: Final = 10_000
RELEASE: Final = "project:release"
NEXT: Final = "Take another one (coordctl next-task)"
NO_LISTS: Final = frozenset({"events", "hold", "release"})
"""Documents of the project that mean something else."""


def enqueue_task(turn: Turn, task: Mapping[str, Any], list_: str, new: bool) -> dict[str, Any]:
    """Add a pending task to a list; it gets the next free id without one.

    new: the list may come into being, as the queue always may. Raises InvalidArgument, NotFound, and Refused if the id
    is there already.
    """
    turn.require_signed_on()
    if not isinstance(task, Mapping) or not task:
        raise InvalidArgument("task", 'an object with what is to be done is needed, such as {"type": "test"}')
    items = _list(turn, list_, make=new or list_ == QUEUE)
    if len(items) >= LONGEST_LIST:
        raise Refused(f"{list_} has {LONGEST_LIST} tasks: take finished ones out first; nothing was added")
    ids = _ids(items)
    ident = task.get("id", _next_id(ids))
    if text(ident) is None:
        raise InvalidArgument("task", "its id must be text or a number")
    if text(ident) in ids:
        raise Refused(f"{list_}#{ident} is there already; nothing was added. Leave the id out to get a free one")
    items.append({"id": ident, **task, "status": "pending"})
    return {"where": f"{list_}#{ident}", "what": "pending"}


def claim_next_task(turn: Turn, list_: str, filter_: Mapping[str, Any]) -> dict[str, Any] | None:
    """Take the first pending task of a list that nobody has and that fits; None if there is none.

    filter_: members that the task must have with these values. A task without an id gets one, those that share one are
    passed over. Raises OnHold, NotFound.
    """
    turn.require_signed_on()
    turn.require_no_hold()
    items = _list(turn, list_)
    key = owner_key_of(items)
    for item in _perhaps_pending(items):
        if _pending(item, key, turn.session) and _fits(item, filter_):
            item = _own(items, item)
            # Whoever takes a task must be able to say which one is done.
            if text(item.get("id")) is None:
                item["id"] = _next_id(_ids(items))
            if _is_alone(items, item["id"]):
                return _take(turn, list_, item, key)
    return None


def claim_task(turn: Turn, list_: str, ident: str) -> dict[str, Any]:
    """Take one task of a list; raises NotYours if somebody has it, Finished, OnHold, NotFound."""
    turn.require_signed_on()
    turn.require_no_hold()
    items = _list(turn, list_)
    item, key = _task(items, list_, ident), owner_key_of(items)
    state, owner = _state(item, key), text(item.get(key))
    if owner == turn.session and state is TaskState.RUNNING:
        return {"list": list_, "id": ident, "task": item}
    if owner not in (None, turn.session) and state not in (TaskState.DONE, TaskState.FAILED):
        raise NotYours(f"{list_}#{ident}", owner, NEXT, _age(turn, item))
    if state is not TaskState.PENDING:
        ended = next((turn.age(item[each]) for each in ENDED_KEYS if item.get(each)), "")
        raise Finished(f"{list_}#{ident}", str(item.get("status")), owner, ended, NEXT)
    return _take(turn, list_, _own(items, item), key)


def end_task(turn: Turn, list_: str, ident: str, *, failed: bool, note: str) -> dict[str, Any]:
    """Finish a task of the caller's, well or not; one that is finished so already stays. Raises NotYours, NotFound."""
    turn.require_signed_on()
    items = _list(turn, list_)
    item, key = _task(items, list_, ident), owner_key_of(items)
    owner = text(item.get(key))
    if owner != turn.session:
        raise NotYours(f"{list_}#{ident}", owner, "Claim it first" if owner is None else NEXT, _age(turn, item))
    status = "failed" if failed else "completed"
    if item.get("status") != status:
        item = _own(items, item)
        item["status"] = status
        for each in ENDED_KEYS:
            item.pop(each, None)
        item[f"{status}_at"] = turn.stamp
        if note:
            item["error" if failed else "result"] = note
    return {"where": f"{list_}#{ident}", "what": status}


def plan_release(turn: Turn, version: str, tasks: Iterable[Any]) -> dict[str, Any]:
    """Lay out a release as a list of tasks, with the caller as its coordinator; raises Refused if it is there."""
    turn.require_signed_on()
    version = name("version", version)
    releases = turn.edit(RELEASE)
    if version in releases:
        shown = f"`coordctl get {RELEASE} {version}` shows it"
        raise Refused(f"release {version} is planned already; nothing was changed. {shown}")
    planned = []
    for number, each in enumerate(tasks, 1):
        task = {"name": each} if isinstance(each, str) else dict(each) if isinstance(each, Mapping) else None
        if not task or not each:
            raise InvalidArgument("tasks", f"task {number} is neither a name nor an object")
        planned.append({"id": number, **task, "assignee": None, "status": "pending"})
    if not planned:
        raise InvalidArgument("tasks", "at least one is needed")
    releases[version] = {"status": "in_progress", "coordinator": turn.session, "tasks": planned}
    return {"where": f"{RELEASE}", "what": f"{version}: {len(planned)} tasks"}


def complete_release_task(turn: Turn, version: str, ident: str, note: str) -> dict[str, Any]:
    """Finish a task of a release; with the last one the release is completed too. Raises as `end_task` does."""
    done = end_task(turn, version, ident, failed=False, note=note)
    release = turn.edit(RELEASE).get(version)
    if isinstance(release, dict) and all(
        task_state(text(each.get("status")) or "", owned=True) is TaskState.DONE
        for each in release.get("tasks", ())
        if isinstance(each, dict)
    ):
        release["status"] = "completed"
    return done


def _list(turn: Turn, list_: str, *, make: bool = False) -> list[Any]:
    """Return a work list's items, to replace in place; raises NotFound."""
    list_ = name("list", list_)
    for data, path in _places(turn, list_):
        if len(path) == 2:
            inner = dict(data[path[0]])
            data[path[0]] = inner
            data = inner
        items: list[Any] = list(data[path[-1]])
        data[path[-1]] = items
        return items
    if make and "." not in list_ and list_ not in NO_LISTS:
        document = turn.edit(f"project:{list_}")
        if document and (list_ != QUEUE or "tasks" in document):
            raise Refused(f"project:{list_} holds no work list: mend it by hand, or choose another name")
        items = document["tasks"] = []
        return items
    raise NotFound(
        f"work list {list_}",
        "`coordctl status` shows those there are; `coordctl add-task --new` makes one, "
        "`coordctl plan-release` one for a release",
    )


def _places(turn: Turn, list_: str) -> Iterable[tuple[dict[str, Any], tuple[str, ...]]]:
    """Yield where a list may be by its name: the queue, a document of its own, a release's version."""
    head, _, rest = list_.partition(".")
    for ident in dict.fromkeys((list_, head)):
        data = turn.edit(f"project:{ident}") if ident else {}
        paths = list(paths_of(data, bare=ident == QUEUE))
        if ident == list_ and len(paths) == 1:
            yield data, paths[0]
        elif ident == head and rest:
            yield from ((data, path) for path in paths if ".".join(path) == rest)
    releases = turn.edit(RELEASE)
    if isinstance(releases.get(list_), dict):
        yield from ((releases, path) for path in paths_of(releases, bare=False) if path[0] == list_)


def _own(items: list[Any], item: dict[str, Any]) -> dict[str, Any]:
    """Return an item's copy in its place: where nothing that was read is changed, comparing costs next to nothing."""
    place = next(place for place, each in enumerate(items) if each is item)
    items[place] = own = dict(item)
    return own


def _task(items: list[Any], list_: str, ident: str) -> dict[str, Any]:
    ident = name("task", ident)
    found = [each for each in items if isinstance(each, dict) and text(each.get("id")) == ident]
    if len(found) > 1:
        raise Refused(
            f"{list_} has {len(found)} tasks with the id {ident}: nobody can say which; nothing was changed. "
            "Give them ids of their own (coordctl set)"
        )
    if not found:
        raise NotFound(f"task {list_}#{ident}", f"it has {len(items)} tasks; `coordctl status` shows them")
    return found[0]


def _take(turn: Turn, list_: str, item: dict[str, Any], key: str) -> dict[str, Any]:
    item["status"] = RUNNING.get(key, "claimed")
    item[key] = turn.session
    for each in (*ENDED_KEYS, *TAKEN_KEYS):
        item.pop(each, None)
    if key != "assignee":
        item[TAKEN_AT[key]] = turn.stamp
    return {"list": list_, "id": text(item.get("id")) or "", "task": dict(item)}


def _perhaps_pending(items: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the items whose word for how far they are does not already say that nobody can take them."""
    for item in items:
        if isinstance(item, dict) and ((word := item.get("status")).__class__ is not str or word not in NOT_PENDING):
            yield item


def _is_alone(items: list[Any], ident: Any) -> bool:
    """Say whether only one item has this id, as people write it: 7 and "7" are one."""
    kind, written = type(ident), str(ident)
    ids = [each.get("id") for each in items if isinstance(each, dict)]
    return [str(each) for each in ids if each is ident or each == ident or type(each) is not kind].count(written) == 1


def _pending(item: Mapping[str, Any], key: str, me: str) -> bool:
    return _state(item, key) is TaskState.PENDING and all(text(item.get(each)) in (None, me) for each in OWNER_KEYS)


def _state(item: Mapping[str, Any], key: str) -> TaskState:
    return task_state(text(item.get("status")) or "", owned=text(item.get(key)) is not None)


def _fits(item: Mapping[str, Any], filter_: Mapping[str, Any]) -> bool:
    # To Python 1 is true, to JSON it is not.
    return all(type(item.get(key)) is type(value) and item.get(key) == value for key, value in filter_.items())


def _age(turn: Turn, item: Mapping[str, Any]) -> str:
    return next((turn.age(item[key]) for key in TAKEN_KEYS if item.get(key)), "")


def _ids(items: list[Any]) -> list[str | None]:
    return [text(each.get("id")) for each in items if isinstance(each, dict)]


def _next_id(ids: Iterable[str | None]) -> int:
    return max((int(each) for each in ids if each and each.isascii() and each.isdecimal()), default=0) + 1
