"""Who alive loses something when documents change: whoever does that to them needs a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coord_core.actions import words
from coord_core.actions.giving import held_issues, held_tasks
from coord_core.documents import Batch, Document
from coord_core.state.board import Board
from coord_core.state.insights import Holdings
from coord_core.state.records import Session


def losers(
    board: Board, before: Mapping[str, Document | None], after: Mapping[str, Mapping[str, Any]]
) -> list[Session]:
    """Return the live sessions that have less once documents are as in `after` than while they are as in `before`.

    Both are by full scope; data that is empty is a document that goes.
    """
    now = board.update(Batch(documents=before), now=board.now)
    documents = {scope: Document(scope, data) if data else None for scope, data in after.items()}
    then = now.update(Batch(documents=documents), now=board.now)
    alive = [session for session in now.sessions.values() if words.alive(now, session)]
    return [session for session in alive if _has(now, session) - _has(then, then.sessions.get(session.scope))]


def _has(board: Board, session: Session | None) -> set[str]:
    """Return what is a session's: its document, its name, its locks, issues and tasks."""
    if session is None:
        return set()
    locks = board.holdings.get(session.scope, Holdings()).locks
    held = {*(lock.scope for lock in locks), *(issue.scope for issue in held_issues(board, session))}
    held |= {f"{task.list}#{task.id}" for task in held_tasks(board, session)}
    held |= {session.scope} if session.exists else set()
    return held | ({session.id} if session.registry == "taken" else set())
