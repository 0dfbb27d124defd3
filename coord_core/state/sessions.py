"""session:{id} and instances: documents -> records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from coord_core.documents import Document
from coord_core.moments import moment
from coord_core.state.issues import read_progress
from coord_core.state.reading import Context, Mention, Part, clamp, items, mapping, sign, stamps, text, words
from coord_core.state.records import Session, TaskState, Todo
from coord_core.state.worklists import task_state
from coord_core.times import utc, written

BEATS: Final = frozenset({"last_heartbeat"})
_DONE: Final = {TaskState.PENDING: None, TaskState.RUNNING: False}


def read_session(document: Document, workspace: str, name: str, context: Context) -> Part:
    """Read a session's own document; its entry in the registry is added by the board."""
    data, metadata = document.data, document.metadata
    get = data.get
    beat = written(metadata, "last_heartbeat")
    heartbeat = moment(get("last_heartbeat"), beat)
    started = moment(get("started_at"), written(metadata, "started_at"))
    issue = text(get("current_issue"))
    progress = read_progress(document) if "progress" in data else None
    pid, pid_started = get("pid"), get("pid_started")
    session = Session(
        scope=document.scope,
        workspace=workspace,
        id=name,
        issue=issue,
        status=text(get("status")),
        heartbeat=heartbeat,
        started=started,
        registry=context.registered,
        todos=_todos(get("todos")) if "todos" in data else (),
        notes=words(get("notes")),
        host=words(get("host")),
        boot_id=words(get("boot_id")),
        pid=pid if type(pid) is int else None,
        pid_started=_number(pid_started),
        client=words(get("client")),
        cwd=words(get("cwd")),
        branch=words(get("branch")),
        tmux_pane=words(get("tmux_pane")),
        tty=words(get("tty")),
        issue_since=sign(document, context, "current_issue") if issue else None,
        progress=progress,
    )
    return Part(
        document, workspace, "session", name, session,
        mentions={document.scope: _mention(document, session, beat, context)},
        stamps=stamps(("last_heartbeat", heartbeat), ("started_at", started)),
    )  # fmt: skip


def _mention(document: Document, session: Session, beat: float | None, context: Context) -> Mention:
    did, key, times = _changes(document, context)
    beat = beat if beat is not None else session.heartbeat.at if session.heartbeat else None
    if beat is not None:
        beat = None if context.supervised.get("last_heartbeat", 0.0) >= beat else clamp(beat, document)
    if did is None and session.started is not None and session.started.trusted and not document.metadata:
        did, key = session.started.at, "started_at"
    seen = did if beat is None else beat if did is None else max(beat, did)
    return Mention(seen, did, f"wrote its {key}" if key else "", times)


def _changes(document: Document, context: Context) -> tuple[float | None, str, tuple[float, ...]]:
    """Return when a key that is no heartbeat was last written, which, and all times of the last half hour."""
    newest, key, recent = "", "", []
    for name, entry in document.metadata.items():
        if name in BEATS or type(entry) is not dict:
            continue
        stamp = entry.get("updated_at")
        if type(stamp) is not str or (context.supervised and sign(document, context, name) is None):
            continue
        if stamp > newest:
            newest, key = stamp, name
        if stamp >= context.recent:
            recent.append(stamp)
    did = utc(newest) if newest else None
    times = [at for at in map(utc, recent) if at is not None]
    return (clamp(did, document) if did is not None else None), key, tuple(times)


def _todos(value: object) -> tuple[Todo, ...]:
    return tuple([todo for todo in map(_todo, items(value)) if todo.text])


def _todo(item: object) -> Todo:
    if not isinstance(item, dict):
        return Todo(words(item), None)
    said = next((words(item[key]) for key in ("task", "content", "text", "title", "name") if item.get(key)), "")
    done = item.get("done", item.get("completed"))
    if "status" not in item and isinstance(done, bool):
        return Todo(said, True if done else None)
    return Todo(said, _DONE.get(task_state(words(item.get("status")), owned=False), True))


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return None if math.isnan(value) else float(value)
    return None


def read_registry(document: Document, workspace: str, name: str, context: Context) -> Part:
    """Read `instances`: who is taken and who is available."""
    registry: Mapping[str, Any] = mapping(document.data.get("registry"))
    known = {who: said for who, said in registry.items() if type(said) is str and who}
    return Part(document, workspace, "instances", name, registry=known)
