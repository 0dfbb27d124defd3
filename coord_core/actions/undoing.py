"""Plans that take an action back, or do it again: new forward changes that invert a journal line (the design, §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from coord_core.actions import words
from coord_core.actions.audience import announced
from coord_core.actions.draft import holds
from coord_core.actions.losing import losers
from coord_core.actions.plan import Effect, Plan
from coord_core.actions.standing import (
    agent_of,
    last_undo,
    message_of,
    moved_file,
    moved_workspace,
    named,
    newest_standing,
    to_invert,
    told,
    workspace_of,
)
from coord_core.documents import Change, Document, Edit, Line
from coord_core.errors import StaleView
from coord_core.scopes import parse
from coord_core.state.board import Board
from coord_core.state.records import Session
from coord_core.storage import Storage
from coord_core.storage.changes import apply, invert


def plan_undo(
    storage: Storage, board: Board, seq: int | None = None, *, who: str, workspace: str | None = None, session: str = ""
) -> Plan:
    """Plan to take back line `seq`, or this user's newest line in the workspace that still stands.

    who: the user as the journal names supervisors (`kim@laptop`). workspace: None for any. session: who asks, if that
    is an agent: only what others did takes from it. Raises NothingToUndo, NotFound for a line that is not kept,
    StaleView if somebody changed the same keys since, Refused if the line was taken back already.
    """
    stays: Sequence[Line] = ()
    if seq is None:
        line, stays = newest_standing(storage, board, who, workspace)
    else:
        line = named(storage, seq)
    message = message_of(line)
    return _invert(
        storage,
        board,
        line,
        action="undo",
        title=f"Undo: {message}?",
        verb="Undo",
        event=("action_undone", f"Undid: {message}", {"undoes": line.seq, **told(line)}),
        agent=agent_of(board, line),
        session=session,
        notes=tuple(f"Stays, for it has been said: {message_of(each)}." for each in stays),
    )


def plan_redo(storage: Storage, board: Board, *, who: str, workspace: str | None = None) -> Plan:
    """Plan to do again what this user took back last; raises NothingToUndo once the user did anything else since."""
    line = last_undo(storage, board, who, workspace)
    message = message_of(line).removeprefix("Undid: ")
    return _invert(
        storage,
        board,
        line,
        action="redo",
        title=f"Redo: {message}?",
        verb="Redo",
        event=("action_redone", f"Did again: {message}", {"undoes": line.seq, **told(line)}),
    )


def _invert(
    storage: Storage,
    board: Board,
    line: Line,
    *,
    action: str,
    title: str,
    verb: str,
    event: tuple[str, str, Mapping[str, Any]],
    agent: Session | None = None,
    session: str = "",
    notes: tuple[str, ...] = (),
) -> Plan:
    """Plan the inverse of a line; agent: whose act it was, if it was a session's. session: the agent that asks."""
    changes: dict[str, Sequence[Edit]] = {scope: _inverse(edits) for scope, edits in to_invert(line.changes).items()}
    effects, moved = [], []
    documents: dict[str, Document | None] = {}
    becomes: dict[str, dict[str, Any]] = {}
    workspace = workspace_of(changes) or (moved_workspace(line, board) or "")
    kept = holds(workspace, told(line).get("tasks"))
    for scope, edits in changes.items():
        # From storage, not from the board: the board may not yet show the very change that is taken back.
        document = documents[scope] = storage.read(scope)
        before = dict(document.data) if document else {}
        after = becomes[scope] = deepcopy(before)
        failed = apply(after, [*kept.get(scope, ()), *edits])
        moved += [(scope, edit.path, _expected(edit), found) for edit, found in failed]
        effects += _effects(scope, edits, before, after)
    if moved:
        raise StaleView(moved, f"{line.seq} ({message_of(line)})")
    source = moved_file(line) or None
    if source:
        effects.append(Effect(source, "brought back" if action == "undo" else "moved aside", ""))
    lose = [each for each in losers(board, documents, becomes) if not (agent and agent.id == each.id == session)]
    agent = agent if agent and agent.id != session else None
    if agent and words.alive(board, agent) and agent.id not in [each.id for each in lose]:
        lose.append(agent)
    why = lose or ([agent] if agent else [])
    plan = Plan(
        action=action,
        subject=next(iter(changes), source or ""),
        workspace=workspace,
        title=title,
        verb=verb,
        changes=changes,
        effects=tuple(effects),
        evidence=tuple(said for each in why for said in words.evidence(board, each)),
        notes=notes,
        takes_from=words.join([each.id for each in lose]) or None,
        event=event,
        undoes=line.seq,
        source=source,
        arguments={"seq": line.seq},
        holds={scope: each for scope, each in kept.items() if scope in changes},
    )
    return announced(plan, board)


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
