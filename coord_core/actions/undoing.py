"""Plans that take an action back, or do it again: new forward changes that invert a journal line (the design, §4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from coord_core.actions import addressing, words
from coord_core.actions.draft import holds
from coord_core.actions.plan import Effect, Plan
from coord_core.documents import Change, Changes, Edit, Line, Splice
from coord_core.errors import NotFound, NothingToUndo, Refused, StaleView
from coord_core.scopes import from_reference_name, in_workspace, parse
from coord_core.state.board import Board
from coord_core.storage import Storage
from coord_core.storage.changes import apply, invert

BACK: Final = frozenset({"undo", "redo"})
"""Actions that only take back or do again."""


def plan_undo(
    storage: Storage, board: Board, seq: int | None = None, *, who: str, workspace: str | None = None
) -> Plan:
    """Plan to take back line `seq`, or this user's newest line in the workspace that still stands.

    who: the user as the journal names supervisors (`kim@laptop`). workspace: None for any. Raises NothingToUndo,
    NotFound for a line that is not kept, StaleView if somebody changed the same keys since, Refused if the line was
    taken back already.
    """
    line = _newest_standing(storage, board, who, workspace) if seq is None else _named(storage, seq)
    message = message_of(line)
    session = _agent(board, line) if line.actor.get("supervisor") != who else None
    return _invert(
        storage,
        board,
        line,
        action="undo",
        title=f"Undo: {message}?",
        verb="Undo",
        event=("action_undone", f"Undid: {message}", {"undoes": line.seq, **_told(line)}),
        evidence=words.evidence(board, board.sessions.get(session)) if session else (),
        takes_from=parse(session).id if session and words.alive(board, board.sessions.get(session)) else None,
    )


def plan_redo(storage: Storage, board: Board, *, who: str, workspace: str | None = None) -> Plan:
    """Plan to do again what this user took back last; raises NothingToUndo once the user did anything else since."""
    line = _last_undo(storage, board, who, workspace)
    message = message_of(line).removeprefix("Undid: ")
    return _invert(
        storage,
        board,
        line,
        action="redo",
        title=f"Redo: {message}?",
        verb="Redo",
        event=("action_redone", f"Did again: {message}", {"undoes": line.seq, **_told(line)}),
    )


def message_of(line: Line) -> str:
    """Return what a line did, in the words of the event that it logged, else by its action's name."""
    if isinstance(message := _event(line).get("message"), str):
        return message
    if line.moved:
        return f"Set aside {_moved_file(line)}"
    return f"{line.action} of {line.actor.get('session') or line.actor.get('supervisor') or 'somebody'}"


def _event(line: Line) -> Mapping[str, Any]:
    """Return the entry that a line appended to the event log, empty if it appended none."""
    for scope, edits in line.changes.items():
        for edit in reversed(edits if parse(scope).short == "project:events" else ()):
            if isinstance(logged := _logged(edit), dict):
                return logged
    return {}


def _told(line: Line) -> dict[str, Any]:
    """Return which tasks a line changed and what they were, as its event tells."""
    metadata = _event(line).get("metadata")
    tasks = metadata.get("tasks") if isinstance(metadata, dict) else None
    return {"tasks": tasks} if tasks else {}


def _logged(edit: Edit) -> Any:
    if isinstance(edit, Splice):
        return edit.inserted[-1] if edit.inserted else None
    return edit.new[-1] if isinstance(edit.new, list) and edit.new else None


def _newest_standing(storage: Storage, board: Board, who: str, workspace: str | None) -> Line:
    for line, stands in _standing(storage.lines_back()):
        if stands and _mine(line, board, who, workspace) and line.action not in BACK:
            return line
    raise NothingToUndo(f"no action of yours{_in(workspace, board)} is left to take back")


def _last_undo(storage: Storage, board: Board, who: str, workspace: str | None) -> Line:
    for line, stands in _standing(storage.lines_back()):
        if not _mine(line, board, who, workspace) or line.action == "redo":
            continue
        if line.action != "undo":
            break
        if stands:
            return line
    raise NothingToUndo(f"nothing that you took back{_in(workspace, board)} is left to do again")


def _in(workspace: str | None, board: Board) -> str:
    return f" in {workspace}" if workspace and len(board.workspaces) > 1 else ""


def _standing(lines: Iterable[Line]) -> Iterator[tuple[Line, bool]]:
    """Yield lines, newest first, each with whether it still stands: a line taken back by one that stands does not."""
    taken_back: set[int] = set()
    for line in lines:
        stands = line.seq not in taken_back
        if stands and line.undoes is not None:
            taken_back.add(line.undoes)
        yield line, stands


def _named(storage: Storage, seq: int) -> Line:
    for line, stands in _standing(storage.lines_back()):
        if line.seq == seq:
            if not stands:
                raise Refused(f"line {seq} ({message_of(line)}) was taken back already")
            if not line.moved and not _to_invert(line.changes):
                raise Refused(f"line {seq} ({message_of(line)}) changed nothing that can be taken back")
            return line
        if line.seq < seq:
            break
    raise NotFound(f"line {seq} in the journal", "`coordctl log` shows the lines that are kept")


def _mine(line: Line, board: Board, who: str, workspace: str | None) -> bool:
    if not who or line.actor.get("supervisor") != who:
        return False
    if line.moved:
        return workspace is None or _moved_workspace(line, board) in (None, workspace)
    return any(workspace in (None, parse(scope).workspace) for scope in _to_invert(line.changes))


def _moved_workspace(line: Line, board: Board) -> str | None:
    scope = from_reference_name(_moved_file(line).removesuffix(".json"), board.workspaces)
    return addressing.file_workspace(board, scope)


def _moved_file(line: Line) -> str:
    """Return the name that a file set aside, or brought back, has in the store."""
    return next((name for name in (line.moved or {}).values() if "/" not in name), "")


def _agent(board: Board, line: Line) -> str | None:
    name = line.actor.get("session")
    workspace = line.actor.get("workspace") or _workspace(line.changes)
    return in_workspace(str(workspace), f"session:{name}") if name else None


def _workspace(changes: Changes) -> str:
    return next((parse(scope).workspace for scope in changes), "")


def _to_invert(changes: Changes) -> dict[str, Sequence[Edit]]:
    """Leave out what was told: the event that an action logged stays, and so does what sessions were told."""
    return {
        scope: edits
        for scope, edits in changes.items()
        if parse(scope).short != "project:events" and parse(scope).kind != "inbox"
    }


def _invert(
    storage: Storage,
    board: Board,
    line: Line,
    *,
    action: str,
    title: str,
    verb: str,
    event: tuple[str, str, Mapping[str, Any]],
    evidence: tuple[str, ...] = (),
    takes_from: str | None = None,
) -> Plan:
    changes: dict[str, Sequence[Edit]] = {scope: _inverse(edits) for scope, edits in _to_invert(line.changes).items()}
    effects, moved = [], []
    workspace = _workspace(changes) or (_moved_workspace(line, board) or "")
    kept = holds(workspace, _told(line).get("tasks"))
    for scope, edits in changes.items():
        # From storage, not from the board: the board may not yet show the very change that is taken back.
        document = storage.read(scope)
        before = dict(document.data) if document else {}
        after = deepcopy(before)
        failed = apply(after, [*kept.get(scope, ()), *edits])
        moved += [(scope, edit.path, _expected(edit), found) for edit, found in failed]
        effects += _effects(scope, edits, before, after)
    if moved:
        raise StaleView(moved)
    source = _moved_file(line) or None
    if source:
        effects.append(Effect(source, "brought back" if action == "undo" else "moved aside", ""))
    return Plan(
        action=action,
        subject=next(iter(changes), source or ""),
        workspace=workspace,
        title=title,
        verb=verb,
        changes=changes,
        effects=tuple(effects),
        evidence=evidence,
        takes_from=takes_from,
        event=event,
        undoes=line.seq,
        source=source,
        arguments={"seq": line.seq},
        holds={scope: each for scope, each in kept.items() if scope in changes},
    )


def _inverse(edits: Sequence[Edit]) -> Sequence[Edit]:
    # Changes of members do not meet, so they keep their order, and a document that comes back has its own again.
    alone = all(isinstance(edit, Change) for edit in edits)
    return invert(edits)[::-1] if alone else invert(edits)


def _expected(edit: Edit) -> Any:
    return edit.old if isinstance(edit, Change) else list(edit.removed)


def _effects(scope: str, edits: Sequence[Edit], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Effect]:
    where = parse(scope).short
    if not before and after:
        owner = next((str(after[key]) for key in ("locked_by", "current_session", "claimed_by") if after.get(key)), "")
        return [Effect(where, "comes back", f"of {owner}" if owner else "")]
    if before and not after:
        return [Effect(where, "deleted", "")]
    return [Effect(where, _key(edit), _becomes(edit)) for edit in edits]


def _key(edit: Edit) -> str:
    ids = [f"task {step['id']}" for step in edit.path if not isinstance(step, str)]
    last = edit.path[-1]
    return " ".join([*ids, *([last] if isinstance(last, str) else [])])


def _becomes(edit: Edit) -> str:
    if isinstance(edit, Change):
        return f"{words.value(edit.old)} → {words.value(edit.new)}"
    if edit.removed and edit.inserted:
        return f"{words.value(edit.removed)} replaced"
    return f"{words.value(edit.removed)} go" if edit.removed else f"{words.value(edit.inserted)} come back"
