"""Writes that did not hold: another program wrote over ours, for it takes no lock (the design, §2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from coord_core.documents import ABSENT, Change, Document, Edit, Splice, Step
from coord_core.scopes import parse
from coord_core.times import clock, utc

_SLACK: Final = 0.001


class Written(NamedTuple):
    """Our last line on a document: its number and time, who wrote it, and its edits."""

    seq: int
    at: float
    by: str
    edits: Sequence[Edit] = ()


class Loss(NamedTuple):
    """A write of ours that another program took back: when that showed, the record, and the rest of the sentence."""

    at: float
    lead: str
    text: str


def taken_back(
    written: Written, data: Mapping[str, Any], metadata: Mapping[str, Any], scope: str, at: float
) -> Loss | None:
    """Return what of our last line another program's write took back; None if all holds or was changed on purpose."""
    for edit in written.edits:
        if edit.path and _reverted(edit, data) and _unmeant(edit, data, metadata, written.at):
            when = clock(at, seconds=False)
            said = f"lost what {written.by} wrote ({_key(edit)}): another program overwrote it at {when}"
            return Loss(at, _lead(scope, edit.path), said)
    return None


def in_document(written: Written, document: Document) -> Loss | None:
    """Return what of our last line a document has lost that another program stored after it."""
    stale = document.revision is None or document.revision > written.seq
    if stale or not document.edited or document.written_at < written.at:
        return None
    return taken_back(written, document.data, document.metadata, document.scope, document.written_at)


def unapplied(entry: Mapping[str, Any], at: float, by: str) -> dict[str, Loss]:
    """Return, by scope, what of an earlier line did not hold because another program wrote in between."""
    found = {}
    changes = entry.get("changes")
    for scope, edits in changes.items() if isinstance(changes, Mapping) else ():
        keys = ", ".join(dict.fromkeys(_unapplied_key(edit) for edit in edits)) if isinstance(edits, Sequence) else ""
        text = f"does not have all that {by} wrote ({keys or 'all'}): another program wrote at the same time"
        found[str(scope)] = Loss(at, _lead(str(scope), ()), text)
    return found


def _unapplied_key(edit: object) -> str:
    path = edit.get("path") if isinstance(edit, Mapping) else getattr(edit, "path", None)
    return str(path[0]) if isinstance(path, Sequence) and path else "all"


def value_at(data: Any, path: Sequence[Step]) -> Any:
    """Return what stands at a path, ABSENT for nothing."""
    for step in path:
        if isinstance(step, str):
            data = data.get(step, ABSENT) if isinstance(data, Mapping) else ABSENT
        else:
            found = data if isinstance(data, list) else ()
            data = next((i for i in found if isinstance(i, dict) and _same(i.get("id", ABSENT), step["id"])), ABSENT)
        if data is ABSENT:
            return ABSENT
    return data


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _reverted(edit: Edit, data: Mapping[str, Any]) -> bool:
    """Say whether what stands there now is exactly what stood there before the edit."""
    now = value_at(data, edit.path)
    if isinstance(edit, Change):
        return not _same(now, edit.new) and _same(now, edit.old)
    return not edit.removed and isinstance(now, list) and any(item not in now for item in edit.inserted)


def _unmeant(edit: Edit, data: Mapping[str, Any], metadata: Mapping[str, Any], at: float) -> bool:
    """Say whether the other program hardly meant it: whoever sets or deletes one key on purpose leaves its traces."""
    key = edit.path[0]
    if isinstance(edit, Splice) or len(edit.path) > 1:
        return True
    if key in data:
        entry = metadata.get(str(key))
        stored = utc(entry.get("updated_at")) if isinstance(entry, dict) else None
        return stored is not None and stored < at - _SLACK
    times = (utc(entry.get("updated_at")) for entry in metadata.values() if isinstance(entry, dict))
    return any(stored is not None and stored > at + _SLACK for stored in times)


def _key(edit: Edit) -> str:
    last = edit.path[-1]
    return last if isinstance(last, str) else str(edit.path[0])


def _lead(scope: str, path: Sequence[Step]) -> str:
    name = parse(scope)
    ids = [step["id"] for step in path if isinstance(step, Mapping)]
    if name.kind == "issue":
        return f"#{name.id}"
    return f"{name.id}#{ids[0]}" if ids else name.id or name.kind
