"""Journal lines in words: who did it, what it was, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from coord_core.documents import ABSENT, Change, Changes, Edit, Line, Splice
from coord_core.scopes import parse
from coord_core.state.reading import mapping, session_scope, text, words
from coord_core.state.worklists import OWNER_KEYS

_VERBS: Final = {
    "claim_issue": "claimed",
    "release_issue": "released",
    "renew_lock": "renewed",
    "release_lock": "released",
    "enqueue_task": "added",
    "claim_next_task": "claimed",
    "claim_task": "claimed",
    "claim_release_task": "claimed",
    "complete_task": "completed",
    "complete_release_task": "completed",
    "fail_task": "failed",
    "complete_issue": "completed",
    "update_progress": "progress",
    "offer_handoff": "handed off",
    "accept_handoff": "took over",
    "reassign_issue": "reassigned",
    "reassign_task": "reassigned",
    "requeue_task": "put back",
    "quarantine": "set aside",
}
_PLAIN: Final = {
    "sign_on": "signed on",
    "sign_off": "signed off",
    "sign_off_session": "was signed off",
    "clean_up_session": "was cleaned up",
    "reassign_session": "gave its work away",
    "send_message": "got a message",
    "hold": "put everything on hold",
    "lift_hold": "lifted the hold",
    "undo": "undid a change",
    "redo": "did a change again",
}
_ON: Final = {
    "claim_issue": ("issue",), "release_issue": ("issue",), "complete_issue": ("issue",), "update_progress": ("issue",),
    "offer_handoff": ("issue",), "accept_handoff": ("issue",), "reassign_issue": ("issue",),
    "acquire_lock": ("locks",), "renew_lock": ("locks",),
    "release_lock": ("locks",),
}  # fmt: skip
_NAMES: Final = frozenset({"claimed_by", "current_session", "locked_by", *OWNER_KEYS})


def session_of(line: Line) -> str | None:
    """Return the full scope of the session that wrote a line, None if a supervisor did."""
    name = text(line.actor.get("session"))
    return session_scope(words(line.actor.get("workspace")), name) if name else None


def supervisor_of(line: Line) -> str | None:
    """Return the supervisor who wrote a line, None if an agent did."""
    return text(line.actor.get("supervisor"))


def is_heartbeat(line: Line, session: str) -> bool:
    """Say whether a line is only a heartbeat of the session that wrote it."""
    if line.action in ("heartbeat", "read_messages"):
        return True
    return bool(line.changes) and all(
        scope == session and all(edit.path[:1] == ("last_heartbeat",) for edit in edits)
        for scope, edits in line.changes.items()
    )


def logged(line: Line) -> tuple[str, str] | None:
    """Return type and message of the last event that a line put into a log."""
    found = None
    for scope, edits in line.changes.items():
        if not scope.endswith(":events") and scope != "project:events":
            continue
        for edit in edits:
            for item in _put_in(edit):
                if isinstance(item, dict):
                    found = (words(item.get("type")), words(item.get("message")))
    return found


def describe(line: Line) -> str:
    """Return what a line did, in words (`progress #15 75%`)."""
    action = line.action
    if action == "log_event":
        kind, message = logged(line) or ("", "")
        return message or kind or "logged an event"
    if action in _PLAIN:
        return _PLAIN[action]
    verb = _asked(line) if action == "acquire_lock" else _VERBS.get(action)
    if verb is not None:
        return " ".join((verb, *_objects(line, _ON.get(action, ())), *_percent(line)))
    return next(_stored(line), "") or action.replace("_", " ")


def _asked(line: Line) -> str:
    """Return what came of asking for a lock: who was refused may only have been noted as one who waits."""
    keys = [edit.path[0] for edits in line.changes.values() for edit in edits if edit.path]
    if "locked_by" in keys:
        return "acquired"
    return "waited for" if "waiters" in keys else "renewed"


def _stored(line: Line) -> Iterator[str]:
    """Yield what a line of the seed's primitives, or of an action not known here, means for each document."""
    for full, edits in line.changes.items():
        scope = parse(full)
        if scope.kind == "project" and scope.id == "events":
            event = logged(line)
            if event is not None:
                yield event[1] or event[0]
            continue
        lead = f"#{scope.id}" if scope.kind == "issue" else scope.id or scope.kind
        keys = {edit.path[0]: edit for edit in edits if edit.path}
        owner = next((keys[key] for key in ("claimed_by", "current_session", "locked_by") if key in keys), None)
        if isinstance(owner, Change):
            taken = "acquired" if scope.kind == "locks" else "claimed"
            yield f"{'released' if owner.new is ABSENT else taken} {lead}"
        elif scope.kind == "issue" and "progress" in keys:
            yield " ".join(("progress", lead, *_percent(line)))
        elif tasks := list(dict.fromkeys(_tasks(scope.id, edits))):
            yield f"changed {', '.join(tasks[:3])}"
        elif keys:
            gone = all(isinstance(edit, Change) and edit.new is ABSENT for edit in keys.values())
            of = "" if full == session_of(line) else f" of {lead}"
            yield f"{'deleted' if gone else 'wrote'} {', '.join(str(key) for key in list(keys)[:3])}{of}"


def _objects(line: Line, kinds: tuple[str, ...]) -> Iterator[str]:
    for full, edits in line.changes.items():
        scope = parse(full)
        if kinds and scope.kind not in kinds:
            continue
        if scope.kind == "issue":
            yield f"#{scope.id}"
        elif scope.kind == "locks":
            yield scope.id
        elif scope.id != "events":
            yield from dict.fromkeys(_tasks(scope.id or scope.kind, edits)) or [scope.short]


def _tasks(name: str, edits: Any) -> Iterator[str]:
    for edit in edits:
        path = edit.path
        where = str(path[0]) if name == "release" and len(path) > 1 and isinstance(path[0], str) else name
        ids = [step["id"] for step in path if isinstance(step, Mapping) and "id" in step]
        ids += [item["id"] for item in _put_in(edit) if isinstance(item, dict) and "id" in item]
        yield from (f"{where}#{one}" for one in ids)


def _put_in(edit: Edit) -> tuple[Any, ...]:
    """Return the list items that an edit puts in."""
    if isinstance(edit, Splice):
        return tuple(edit.inserted)
    return tuple(edit.new) if isinstance(edit.new, list) else ()


def _percent(line: Line) -> Iterator[str]:
    for edits in line.changes.values():
        for edit in edits:
            if not isinstance(edit, Change):
                continue
            if edit.path == ("progress", "percent"):
                yield f"{words(edit.new)}%"
            elif edit.path == ("progress",) and text(mapping(edit.new).get("percent")) is not None:
                yield f"{words(mapping(edit.new)['percent'])}%"


def concerned(changes: Changes) -> set[str]:
    """Return the scopes of the sessions that changes take from, give to, or are about."""
    found = set()
    for full, edits in changes.items():
        scope = parse(full)
        names = [scope.id] if scope.kind in ("session", "inbox") else []
        for edit in edits:
            if isinstance(edit, Change) and edit.path and edit.path[-1] in _NAMES:
                names += [who for who in map(text, (edit.old, edit.new)) if who]
            elif scope.kind == "instances" and edit.path[:1] == ("registry",):
                names += [str(step) for step in edit.path[1:2]]
        found |= {session_scope(scope.workspace, name) for name in names if name}
    return found


def deleted_sessions(line: Line) -> set[str]:
    """Return the scopes of the sessions whose documents a clean-up took away."""
    if line.action not in ("clean_up_session", "clean_up_stale", "several"):
        return set()
    # Where several things were done, only what is told of documents that are gone says which of them are.
    scopes = line.rest if line.action == "several" else line.changes
    return {full for full in scopes if parse(full).kind == "session"}


def had(line: Line) -> tuple[str, ...]:
    """Return what a clean-up took away, in words."""
    found = []
    for full, edits in line.changes.items():
        scope = parse(full)
        if scope.kind in ("issue", "locks"):
            found.append(f"#{scope.id}" if scope.kind == "issue" else scope.id)
        elif scope.kind == "project" and scope.id != "events":
            found += dict.fromkeys(_tasks(scope.id, edits))
    return tuple(found)
