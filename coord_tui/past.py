"""What happened to a record, from the journal, in short sentences: when, what, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from coord_core.documents import Line, Splice
from coord_core.state import deeds, edits
from coord_core.times import day_clock
from coord_tui.display import NOTHING, Words, say
from coord_tui.rows.scene import Scene
from coord_tui.targets import Target

BY_ANOTHER: Final = {
    "was cleaned up": "cleaned up",
    "was signed off": "signed off",
    "gave its work away": "work given away",
    "got a message": "message",
    "undid a change": "change undone",
    "did a change again": "change done again",
}
"""What reads otherwise before `by kim`."""
SAID: Final = frozenset(
    {"claimed_by", "claimed_at", "current_session", "locked_by", "locked_at", "fence", "lease", "last_heartbeat",
     "updated_at", "updated_by", "handoff_at", "completed_at", "started_at", "assigned_at", "started_by", "assignee"}
)  # fmt: skip
"""Keys of which the sentence says enough."""
KEYS: Final = 3
"""So many keys of one change are shown."""


class _Past(NamedTuple):
    """One thing that happened, as line `seq` tells at `at`, seconds since 1970."""

    seq: int
    at: float
    by: str
    what: str
    why: str
    how: str = ""


def history(scene: Scene, target: Target | None, lines: Sequence[Line] | None) -> list[Words]:
    """Return what happened to a record, newest first; lines: of its document, None while they are being read."""
    if target is None or target.scope is None:
        return []
    head = [NOTHING, say(("history", "name"))]
    if not scene.board.journaled:
        return [*head, say(("No journal here yet. It begins with your first action.", "dim"))]
    told = [line for line in lines or () if scene.present is None or line.at <= scene.board.now]
    found = sorted(_all(scene, target, told), key=lambda each: -each.seq)
    if not found:
        return [*head, say(("…" if lines is None else "none kept", "dim"))]
    own = target.name if target.kind == "session" else None
    folded = [list(same) for _, same in groupby(found, key=lambda each: each[2:5])]
    now = scene.board.now
    return [*head, *(words for each in folded for words in _said(each, target.name, own, now))]


def _said(same: Sequence[_Past], name: str, own: str | None, now: float) -> Iterator[Words]:
    """Yield what happened, once or again and again, and below it what became of which key."""
    yield _sentence(same[0], name, own, len(same), now)
    if same[0].how:
        yield say((f"      {same[0].how}", "dim"))


def _all(scene: Scene, target: Target, lines: Sequence[Line]) -> Iterator[_Past]:
    why = {line.seq: line.reason for line in lines}
    how = {line.seq: _changed(line, target) for line in lines}
    told = scene.board.history(target.key) if target.kind == "session" else ()
    for deed in told:
        yield _Past(deed.seq, deed.at, deed.by, deed.what, why.get(deed.seq, ""), how.get(deed.seq, ""))
    known = {deed.seq for deed in told}
    for line in lines:
        if line.seq not in known and _tells(line, target):
            by = str(line.actor.get("session") or line.actor.get("supervisor") or "?")
            yield _Past(line.seq, line.at, by, deeds.describe(line), line.reason, how[line.seq])


def _changed(line: Line, target: Target) -> str:
    """Return what became of the record's keys (`status pending → in_progress`), without what is said anyway."""
    found = [edit for edit in line.changes.get(target.scope or "", ()) if _own(edit, target)]
    telling = [edit for edit in found if edit.path[-1] not in SAID and not _whole(edit, target)]
    said = [f"{edits.place(edit)} {edits.becomes(edit)}" for edit in telling[:KEYS]]
    more = len(telling) - KEYS
    return "; ".join([*said, f"{more} more"] if more > 0 else said)


def _whole(edit: Any, target: Target) -> bool:
    """Whether an edit is of a task's whole list, and so says little of the task."""
    return target.kind == "task" and not any(isinstance(step, Mapping) for step in edit.path)


def _own(edit: Any, target: Target) -> bool:
    """Whether an edit is about a record, of all those in its document."""
    path: tuple[Any, ...] = tuple(target.facts.get("path", ()))
    if target.kind == "task":
        return target.key.removeprefix(f"{target.list}#") in _ids(edit)
    return all(one == other for one, other in zip(edit.path, path, strict=False))


def _tells(line: Line, target: Target) -> bool:
    """Whether a line of a record's document is about the record, and no mere sign of life."""
    scope = target.scope or ""
    if target.kind == "task":
        return any(_own(edit, target) for edit in line.changes.get(scope, ()))
    if target.kind == "value" and not any(_own(edit, target) for edit in line.changes.get(scope, ())):
        return False
    return not deeds.is_heartbeat(line, scope)


def _ids(edit: Any) -> set[str]:
    """Return the ids of the list items that an edit is about."""
    steps = [step for step in edit.path if isinstance(step, Mapping)]
    items = (*edit.removed, *edit.inserted) if isinstance(edit, Splice) else (edit.old, edit.new)
    several = [item for each in items for item in (each if isinstance(each, list) else [each])]
    return {str(each["id"]) for each in [*steps, *several] if isinstance(each, Mapping) and "id" in each}


def _sentence(past: _Past, name: str, own: str | None, times: int, now: float) -> Words:
    what, by = past.what, ""
    if past.by != own:
        what = BY_ANOTHER.get(what, what).removesuffix(f" {name}").removesuffix(" of")
        by = f" by {past.by.partition('@')[0]}"
    why = f": {past.why}" if past.why else ""
    return say(
        (f"{day_clock(past.at, now, seconds=False)} ", "dim"),
        what,
        (f"  x{times}" if times > 1 else "", "wait"),
        (by + why, "dim"),
    )
