"""Work lists: every list of {…, status}, wherever a document keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from coord_core.documents import Document
from coord_core.moments import Era, Moment, era, item_moment
from coord_core.state.reading import Context, Mention, Part, clamp, odd, session_scope, text, words
from coord_core.state.records import Task, TaskState, WorkList

OWNER_KEYS: Final = ("claimed_by", "assignee", "started_by")
TAKEN_KEYS: Final = ("claimed_at", "started_at", "assigned_at", "taken_at")
ENDED_KEYS: Final = ("completed_at", "failed_at", "finished_at", "done_at", "ended_at")
ADDED_KEYS: Final = ("created_at", "added_at", "enqueued_at", "queued_at")
_WORDS: Final = {
    TaskState.PENDING: "pending todo open new queued ready waiting available unassigned backlog blocked paused",
    TaskState.RUNNING: "claimed in_progress inprogress running started active assigned working doing wip processing "
    "taken reviewing review in_review testing",
    TaskState.DONE: "completed complete done finished closed success succeeded passed merged released skipped "
    "cancelled canceled ok resolved",
    TaskState.FAILED: "failed fail failure error errored aborted crashed timeout timed_out rejected broken",
}
_STATES: Final = {word: state for state, said in _WORDS.items() for word in said.split()}
NOT_PENDING: Final = frozenset(word for word, state in _STATES.items() if state is not TaskState.PENDING)
"""The words that say that a task is not pending, whoever owns it."""
_TIMES: Final = {
    TaskState.PENDING: ADDED_KEYS,
    TaskState.RUNNING: TAKEN_KEYS,
    TaskState.DONE: ENDED_KEYS,
    TaskState.FAILED: ENDED_KEYS,
}


def task_state(status: str, *, owned: bool) -> TaskState:
    """Return how far a task is by its status word; an unknown word counts as running if somebody owns the task."""
    state = _STATES.get(status) or _STATES.get(status.strip().casefold().replace("-", "_").replace(" ", "_"))
    if state is not None:
        return state
    return TaskState.RUNNING if owned and status else TaskState.PENDING


def read_lists(document: Document, workspace: str, kind: str, name: str, context: Context) -> Part:
    """Read any document of shared state: its work lists, if it has some."""
    paths = list(paths_of(document.data, bare=kind == "project" and name == "queue"))
    if not paths:
        return Part(document, workspace, kind, name)
    old = {known.key: known for known in context.before.lists} if context.before else {}
    lists = tuple([_read(document, workspace, path, _name(name or kind, path, paths), old) for path in paths])
    said = odd(context, *[(f"{task.label} time", task.since) for work in lists for task in work.tasks if task.since])
    return Part(document, workspace, kind, name, lists=lists, mentions=_mentions(document, lists, context), stamps=said)


def paths_of(data: Mapping[str, Any], bare: bool) -> Iterator[tuple[str, ...]]:
    """Yield the way from a document's data to each work list in it; bare: an empty `tasks` is one too."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from ((key, under) for under, inner in value.items() if _is_work(inner))
        elif _is_work(value) or (bare and key == "tasks" and value == []):
            yield (key,)


def _is_work(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) and "status" in item for item in value)


def _name(name: str, path: tuple[str, ...], paths: list[tuple[str, ...]]) -> str:
    """Name a list as people say it: by its document, its release's version, or its keys where there are several."""
    if name == "release" and len(path) == 2:
        alone = sum(other[0] == path[0] for other in paths) == 1
        return path[0] if alone else ".".join(path)
    return name if len(paths) == 1 else ".".join((name, *path))


def _read(
    document: Document, workspace: str, path: tuple[str, ...], name: str, old: Mapping[str, WorkList]
) -> WorkList:
    outer: Mapping[str, Any] = document.data[path[0]] if len(path) == 2 else {}
    items: list[Any] = outer[path[1]] if len(path) == 2 else document.data[path[0]]
    key = f"{document.scope}#{'.'.join(path)}"
    owner_key, when = owner_key_of(items), era(_newest(items), document.metadata, path[0])
    before = old.get(key)
    alike = before is not None and before.owner_key == owner_key and before.name == name and before.era == when
    known = before.tasks if alike and before is not None else ()
    tasks, place = [], 0
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        same = known[place] if place < len(known) else None
        place += 1
        if same is not None and same.index == index and same.item == item:
            tasks.append(same)
        else:
            tasks.append(_task(item, index, key, name, owner_key, when))
    return WorkList(
        key=key, scope=document.scope, workspace=workspace, name=name, path=path, tasks=tuple(tasks),
        owner_key=owner_key, coordinator=text(outer.get("coordinator")), status=text(outer.get("status")), era=when,
    )  # fmt: skip


def owner_key_of(items: list[Any]) -> str:
    """Return which key names the owner in this list: the one that most items have."""
    known = [item for item in items if isinstance(item, dict)]
    return max(OWNER_KEYS, key=lambda key: [key in item for item in known].count(True))


def _newest(items: list[Any]) -> object:
    """Return the newest naive stamp of the list, which decides how all of them are read."""
    newest = ""
    for item in items:
        if isinstance(item, dict):
            for key in (*TAKEN_KEYS[:2], ENDED_KEYS[0], ADDED_KEYS[0]):
                stamp = item.get(key)
                if type(stamp) is str and stamp > newest and stamp[-1] != "Z":
                    newest = stamp
    return newest or None


def _task(item: Mapping[str, Any], index: int, key: str, name: str, owner_key: str, when: Era) -> Task:
    get = item.get
    owner = text(get(owner_key))
    if owner is None:
        owner_key, owner = next(((k, text(get(k))) for k in OWNER_KEYS if text(get(k))), (owner_key, None))
    status = words(get("status"))
    state = task_state(status, owned=owner is not None)
    raw = get("id")
    said = text(raw)
    ident = said if said is not None else str(index + 1)
    return Task(
        list=key,
        label=f"{name}#{ident}",
        id=ident,
        raw_id=raw if said is not None else None,
        index=index,
        status=status,
        state=state,
        owner=owner,
        owner_key=owner_key,
        since=_since(item, _TIMES[state], when),
        summary=_summary(item),
        item=item,
    )


def _since(item: Mapping[str, Any], keys: tuple[str, ...], when: Era) -> Moment | None:
    return next((item_moment(item[key], when) for key in keys if item.get(key) is not None), None)


def _summary(item: Mapping[str, Any]) -> str:
    for key in ("name", "title", "summary", "task", "description"):
        if item.get(key):
            return words(item[key])
    return " ".join(filter(None, (words(item.get("type")), words(item.get("file") or item.get("target")))))


def _mentions(document: Document, lists: tuple[WorkList, ...], context: Context) -> Mapping[str, Mention]:
    found: dict[str, list[Task]] = {}
    for one in lists:
        for task in one.tasks:
            if task.owner is not None and task.state is not TaskState.PENDING:
                found.setdefault(task.owner, []).append(task)
    workspace = lists[0].workspace
    return {session_scope(workspace, who): _mention(document, tasks, context) for who, tasks in found.items()}


def _mention(document: Document, tasks: list[Task], context: Context) -> Mention:
    running = tuple([task for task in tasks if task.state is TaskState.RUNNING])
    signs = []
    for task in tasks:
        at = task.since.at if task.since is not None else None
        if at is not None and not _supervised(task, at, context):
            verb = {TaskState.RUNNING: "claimed", TaskState.FAILED: "failed"}.get(task.state, "completed")
            signs.append((clamp(at, document), f"{verb} {task.label}"))
    did, what = max(signs) if signs else (None, "")
    return Mention(did, did, what, tuple([at for at, _ in signs if did is not None and at > did - 1800]), tasks=running)


def _supervised(task: Task, at: float, context: Context) -> bool:
    """Say whether a supervisor gave the task away just then: no sign of its new owner's life."""
    return any(abs(at - given) < 2 for given in context.supervised.values())
