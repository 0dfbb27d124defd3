"""What is common to reading documents: values of any type as text, and Part, one document read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from coord_core.documents import Document
from coord_core.moments import Moment
from coord_core.state.records import Event, Issue, Lock, Session, Task, WorkList
from coord_core.times import written

NOTHING: Final[Mapping[str, Any]] = {}
NO_STAMPS: Final[tuple[tuple[str, Moment], ...]] = ()
FILE: Final = "file:"
"""What the subject of an unreadable file's findings begins with."""
ECHO: Final = 5.0
"""Seconds within which a key or an event is taken to tell of one and the same act."""


class Mention(NamedTuple):
    """What one document says of one session: its signs of life there, and what it has.

    seen, did: seconds since 1970. times: of changes in the last half hour. weight: how much `what` tells: 0 a key of
    the session's own, 1 an event, 2 the act itself. repeats: how often the session logged its last event in a row;
    repeated: its words; since: when it first did.
    """

    seen: float | None = None
    did: float | None = None
    what: str = ""
    times: tuple[float, ...] = ()
    locks: tuple[Lock, ...] = ()
    issues: tuple[Issue, ...] = ()
    tasks: tuple[Task, ...] = ()
    wants: tuple[Lock, ...] = ()
    weight: int = 2
    repeats: int = 1
    repeated: str = ""
    since: float | None = None


class Part(NamedTuple):
    """One document read: its records, and what it says of sessions (by full session scope).

    stamps: the moments that are no times or lay ahead when it was read, each with what to call it.
    """

    document: Document
    workspace: str
    kind: str
    id: str
    record: Session | Issue | Lock | None = None
    mentions: Mapping[str, Mention] = NOTHING
    stamps: tuple[tuple[str, Moment], ...] = ()
    lists: tuple[WorkList, ...] = ()
    events: tuple[Event, ...] = ()
    registry: Mapping[str, str] = NOTHING


class Context(NamedTuple):
    """What reading a document needs to know besides it.

    recent: the instant half an hour ago, as metadata writes it. limit: what lies after it lies ahead. supervised: when
    a supervisor last wrote the document's keys, seconds since 1970: no sign of its subjects' life. before: the same
    document as it was read last. registered: the registry's word on the session whose document it is. clock: the
    id of this boot, and the wall clock minus its monotonic one, None if nobody can say.
    """

    recent: str
    limit: float
    supervised: Mapping[str, float] = NOTHING
    before: Part | None = None
    registered: str | None = None
    clock: tuple[str, float | None] = ("", None)


def text(value: object) -> str | None:
    """Return a name or an id as text; None for nothing, and for what is no name."""
    if type(value) is str:
        return value or None
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value.bit_length() < 128 else None
    if isinstance(value, float):
        return str(value)
    return None


def words(value: object) -> str:
    """Return a value meant to be read as text, "" if it is none."""
    return value if type(value) is str else text(value) or ""


def mapping(value: object) -> Mapping[str, Any]:
    """Return a value that should be an object, an empty one if it is none."""
    return value if isinstance(value, dict) else NOTHING


def items(value: object) -> Iterable[Any]:
    """Return the items of a value that should be a list, none if it is no list."""
    return value if isinstance(value, list) else ()


def session_scope(workspace: str, name: str) -> str:
    """Return the full scope of a session's document."""
    return f"{workspace}:session:{name}" if workspace else f"session:{name}"


def sign(document: Document, context: Context, key: str) -> float | None:
    """Return when a session that `key` names was alive, as its metadata tells; None if a supervisor wrote it."""
    at = written(document.metadata, key)
    if at is None or (context.supervised and at <= context.supervised.get(key, 0.0) + ECHO):
        return None
    stored = document.written_at
    return at if at <= stored or not stored else stored


def clamp(at: float, document: Document) -> float:
    """Return a time of writing, no later than the document was stored."""
    return at if at <= document.written_at or not document.written_at else document.written_at


def odd(context: Context, *named: tuple[str, Moment | None]) -> tuple[tuple[str, Moment], ...]:
    """Return the moments that are no times or lie ahead; what lies behind now never will."""
    found = NO_STAMPS
    for key, moment in named:
        if moment is not None and (not moment.readable or (moment.at is not None and moment.at > context.limit)):
            found = (*found, (key, moment))
    return found
