"""Which line of the journal is taken back or done again, and what a line says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from coord_core.actions import addressing
from coord_core.documents import Changes, Edit, Line, Splice
from coord_core.errors import NotFound, NothingToUndo, Refused
from coord_core.scopes import from_reference_name, in_workspace, parse
from coord_core.state import deeds
from coord_core.state.board import Board
from coord_core.state.records import Session
from coord_core.storage import Storage

BACK: Final = frozenset({"undo", "redo"})
"""Actions that only take back or do again."""
BY_HAND: Final = {"set_data": "set", "delete_data": "deleted", "delete_scope": "deleted", "edit_document": "edited"}
"""Verbs of the actions that change one document by hand; most log no event."""


def newest_standing(storage: Storage, board: Board, who: str, workspace: str | None) -> tuple[Line, list[Line]]:
    """Return this user's newest line in a workspace (None: in any) that still stands, and what was said since.

    Words cannot be taken back. Raises NothingToUndo.
    """
    said: list[Line] = []
    for line, stands in _standing(storage.lines_back()):
        if stands and _mine(line, board, who, workspace) and line.action not in BACK:
            return line, said
        if line.action == "send_message" and who and line.actor.get("supervisor") == who:
            said.append(line)
    raise NothingToUndo(f"no action of yours{_in(workspace, board)} is left to take back")


def last_undo(storage: Storage, board: Board, who: str, workspace: str | None) -> Line:
    """Return the line by which this user took back last, if nothing but redoing came since; raises NothingToUndo."""
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


def named(storage: Storage, seq: int) -> Line:
    """Return the line with this number; raises NotFound, and Refused for one that there is nothing to take back of."""
    for line, stands in _standing(storage.lines_back()):
        if line.seq == seq:
            if not stands:
                raise Refused(f"line {seq} ({message_of(line)}) was taken back already")
            if not line.moved and not to_invert(line.changes):
                raise Refused(f"line {seq} ({message_of(line)}) changed nothing that can be taken back")
            return line
        if line.seq < seq:
            break
    raise NotFound(f"line {seq} in the journal", "`coordctl log` shows the lines that are kept")


def _mine(line: Line, board: Board, who: str, workspace: str | None) -> bool:
    if not who or line.actor.get("supervisor") != who:
        return False
    if line.moved:
        return workspace is None or moved_workspace(line, board) in (None, workspace)
    return any(workspace in (None, parse(scope).workspace) for scope in to_invert(line.changes))


def moved_workspace(line: Line, board: Board) -> str | None:
    """Return the workspace that the file a line moved is in, None where that cannot be told."""
    scope = from_reference_name(moved_file(line).removesuffix(".json"), board.workspaces)
    return addressing.file_workspace(board, scope)


def moved_file(line: Line) -> str:
    """Return the name that a file set aside, or brought back, has in the store."""
    return next((name for name in (line.moved or {}).values() if "/" not in name), "")


def agent_of(board: Board, line: Line) -> Session | None:
    """Return the session whose act a line is, None for a human's and for one that nobody knows."""
    name = line.actor.get("session")
    workspace = line.actor.get("workspace") or workspace_of(line.changes)
    return board.sessions.get(in_workspace(str(workspace), f"session:{name}")) if name else None


def workspace_of(changes: Changes) -> str:
    """Return the workspace that changes are in."""
    return next((parse(scope).workspace for scope in changes), "")


def to_invert(changes: Changes) -> dict[str, Sequence[Edit]]:
    """Leave out what was told: the event that an action logged stays, and so does what sessions were told."""
    return {
        scope: edits
        for scope, edits in changes.items()
        if parse(scope).short != "project:events" and parse(scope).kind != "inbox"
    }


def message_of(line: Line) -> str:
    """Return what a line did: the words of the event that it logged, else those for its action."""
    if isinstance(message := _event(line).get("message"), str):
        return message
    if line.moved:
        return f"Set aside {moved_file(line)}"
    what = _edited(line) or deeds.describe(line)
    session = line.actor.get("session")
    return f"{session} {what}" if session else what[:1].upper() + what[1:]


def _edited(line: Line) -> str:
    """Return what was done by hand to a document (`deleted status of issue:15`), "" for anything else."""
    verb = BY_HAND.get(line.action)
    scope, edits = next(iter(line.changes.items()), ("", ()))
    if verb is None or not scope:
        return ""
    keys = dict.fromkeys(str(edit.path[0]) for edit in edits)
    of = "" if line.action == "delete_scope" else f"{', '.join(keys)} of "
    return f"{verb} {of}{parse(scope).short}"


def _event(line: Line) -> Mapping[str, Any]:
    """Return the entry that a line appended to the event log, empty if it appended none."""
    for scope, edits in line.changes.items():
        for edit in reversed(edits if parse(scope).short == "project:events" else ()):
            if isinstance(logged := _logged(edit), dict):
                return logged
    return {}


def told(line: Line) -> dict[str, Any]:
    """Return which tasks a line changed and what they were, as its event tells."""
    metadata = _event(line).get("metadata")
    tasks = metadata.get("tasks") if isinstance(metadata, dict) else None
    return {"tasks": tasks} if tasks else {}


def _logged(edit: Edit) -> Any:
    if isinstance(edit, Splice):
        return edit.inserted[-1] if edit.inserted else None
    return edit.new[-1] if isinstance(edit.new, list) and edit.new else None
