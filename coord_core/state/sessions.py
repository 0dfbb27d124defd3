"""session:{id} and instances: documents -> records."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final

from coord_core.documents import Document
from coord_core.frozen import frozen
from coord_core.moments import moment
from coord_core.state.issues import read_progress
from coord_core.state.reading import Context, Mention, Part, clamp, items, mapping, odd, sign, text, words
from coord_core.state.records import Progress, Session, TaskState, Todo
from coord_core.state.worklists import task_state
from coord_core.times import utc, written

_WORDS: Final = ("notes", "host", "boot_id", "client", "cwd", "branch", "tmux_pane", "tty")
_TODO_KEYS: Final = ("content", "text", "title", "name")
_DONE_WORDS: Final = {"pending": None, "in_progress": False, "completed": True}
_DONE: Final = {TaskState.PENDING: None, TaskState.RUNNING: False}


@frozen(eq=False)
class _StoredSession(Session):
    """A session with a document, from which what few ask for is read when somebody first does."""

    document: Document = field(kw_only=True, repr=False)
    todos: tuple[Todo, ...] = field(init=False)
    notes: str = field(init=False)
    host: str = field(init=False)
    boot_id: str = field(init=False)
    pid: int | None = field(init=False)
    pid_started: float | None = field(init=False)
    client: str = field(init=False)
    cwd: str = field(init=False)
    branch: str = field(init=False)
    tmux_pane: str = field(init=False)
    tty: str = field(init=False)
    progress: Progress | None = field(init=False)

    def __getattr__(self, name: str) -> Any:
        # Only a slot that is still empty leads here.
        if name not in _LATE:
            raise AttributeError(name)
        value = _LATE[name](self.document)
        object.__setattr__(self, name, value)
        return value


def read_session(document: Document, workspace: str, name: str, context: Context) -> Part:
    """Read a session's own document; its entry in the registry is added by the board."""
    data, metadata = document.data, document.metadata
    beat = written(metadata, "last_heartbeat")
    heartbeat = moment(data.get("last_heartbeat"), beat)
    started = moment(data["started_at"], written(metadata, "started_at")) if "started_at" in data else None
    session = _StoredSession(
        document.scope,
        workspace,
        name,
        True,
        text(data.get("current_issue")),
        text(data.get("status")),
        heartbeat,
        started,
        context.registered,
        document=document,
    )
    mention = _mention(document, session, beat, context)
    said = odd(context, ("last_heartbeat", heartbeat), ("started_at", started))
    return Part(document, workspace, "session", name, session, {document.scope: mention}, said)


def _mention(document: Document, session: Session, beat: float | None, context: Context) -> Mention:
    did, key, times = _changes(document, context)
    if beat is None and session.heartbeat is not None:
        beat = session.heartbeat.at
    if beat is not None:
        beat = None if context.supervised and context.supervised.get("last_heartbeat", 0.0) >= beat else beat
        beat = clamp(beat, document) if beat is not None else None
    if did is None and session.started is not None and session.started.trusted and not document.metadata:
        did, key = session.started.at, "started_at"
    seen = did if beat is None else beat if did is None else max(beat, did)
    return Mention(seen, did, f"wrote its {key}" if key else "", times, (), (), (), (), 0)


def _changes(document: Document, context: Context) -> tuple[float | None, str, tuple[float, ...]]:
    """Return when a key that is no heartbeat was last written, which, and all such times of the last half hour."""
    metadata, since = document.metadata, context.recent
    if context.supervised:
        metadata = {key: entry for key, entry in metadata.items() if sign(document, context, key) is not None}
    keys: dict[str, str] = {}
    last: object = ""
    for key, entry in metadata.items():
        stamp = entry.get("updated_at") if type(entry) is dict else None
        # A transaction stamps all its keys alike: the first one stands for them.
        if stamp != last and type(stamp) is str and key != "last_heartbeat":
            last = stamp
            keys.setdefault(stamp, key)
    keys.pop("", None)
    if not keys:
        return None, "", ()
    newest = max(keys)
    did = utc(newest)
    times = tuple([at for stamp in keys if stamp >= since and (at := utc(stamp)) is not None])
    return (clamp(did, document) if did is not None else None), keys[newest], times


def _todos(value: object) -> tuple[Todo, ...]:
    return tuple([todo for item in items(value) if (todo := _todo(item)).text])


def _todo(item: object) -> Todo:
    if type(item) is not dict:
        return Todo(words(item), None)
    said = item.get("task") or next((item[key] for key in _TODO_KEYS if item.get(key)), "")
    status = item.get("status")
    if type(said) is not str:
        said = words(said)
    if type(status) is str and status in _DONE_WORDS:
        return Todo(said, _DONE_WORDS[status])
    if status is None and isinstance(done := item.get("done", item.get("completed")), bool):
        return Todo(said, True if done else None)
    return Todo(said, _DONE.get(task_state(words(status), owned=False), True))


def _words(key: str) -> Callable[[Document], str]:
    return lambda document: words(document.data.get(key))


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return None if math.isnan(value) else float(value)
    return None


_LATE: Final[Mapping[str, Callable[[Document], Any]]] = {
    **{key: _words(key) for key in _WORDS},
    "todos": lambda document: _todos(document.data.get("todos")),
    "pid": lambda document: pid if type(pid := document.data.get("pid")) is int else None,
    "pid_started": lambda document: _number(document.data.get("pid_started")),
    "progress": read_progress,
}


def read_registry(document: Document, workspace: str, name: str, context: Context) -> Part:
    """Read `instances`: who is taken and who is available."""
    registry: Mapping[str, Any] = mapping(document.data.get("registry"))
    known = {who: said for who, said in registry.items() if type(said) is str and who}
    return Part(document, workspace, "instances", name, registry=known)
