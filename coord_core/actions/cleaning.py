"""Plans that clear away what a session left, and files that nobody can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coord_core.actions import addressing, words
from coord_core.actions.draft import Draft, holds
from coord_core.actions.giving import held_issues, held_tasks, put_back_issue, put_back_task
from coord_core.actions.locking import stop_waiting
from coord_core.actions.plan import Effect, Plan
from coord_core.actions.releasing import delete_lock, make_available
from coord_core.actions.telling import storable
from coord_core.errors import NotFound, Refused
from coord_core.scopes import in_workspace
from coord_core.state.board import Board
from coord_core.state.insights import Holdings
from coord_core.state.records import Issue, Lock, Session
from coord_core.state.waiters import waiters


def clean_up_session(board: Board, *, scope: str) -> Plan:
    """Plan to clear away all that a session left; raises NotFound, and Refused if there is nothing."""
    return _clean_up(board, "clean_up_session", [addressing.session(board, scope)], {"scope": scope})


def clean_up_stale(board: Board, *, scopes: Sequence[str]) -> Plan:
    """Plan to clear away all that these sessions of one workspace left, at once; raises NotFound, Refused."""
    sessions = [addressing.session(board, scope) for scope in dict.fromkeys(scopes)]
    if len({each.workspace for each in sessions}) > 1:
        raise Refused("these sessions are in several workspaces: clean up one workspace after the other")
    if not sessions:
        raise Refused("no session is dead or stale: there is nothing to clean up")
    return _clean_up(board, "clean_up_stale", sessions, {"scopes": [each.scope for each in sessions]})


def quarantine(board: Board, *, source: str) -> Plan:
    """Plan to set an unreadable file aside; raises NotFound if no unreadable file has this name."""
    bad = board.unreadable.get(source)
    if bad is None:
        known = ", ".join(sorted(board.unreadable))
        raise NotFound(f"unreadable file {source}", f"unreadable: {known}" if known else "every file can be read")
    return Plan(
        action="quarantine",
        subject=source,
        workspace=addressing.file_workspace(board, bad.scope) or "",
        title=f"Set aside {source}?",
        verb="Set aside",
        changes={},
        effects=(Effect(source, "moved aside", f"{bad.size} bytes, kept as they are"),),
        evidence=(f"It cannot be read: {bad.reason}.",),
        event=("file_quarantined", f"Set aside {source}: {bad.reason}", {"file": source}),
        source=source,
        arguments={"source": source},
    )


def _clean_up(board: Board, action: str, sessions: Sequence[Session], arguments: dict[str, Any]) -> Plan:
    draft = Draft(board)
    for session in sessions:
        _clear(draft, session)
    names = words.join([each.id for each in sessions])
    if not draft.effects:
        raise Refused(f"{names} left nothing to clean up")
    alive = words.join([each.id for each in sessions if words.alive(board, each)]) or None
    what = names if len(sessions) <= 3 else f"{len(sessions)} sessions"
    doubt = f", {'which' if alive == names else f'though {alive}'} {words.be(alive)} alive" if alive else ""
    return Plan(
        action=action,
        subject=sessions[0].scope,
        workspace=sessions[0].workspace,
        title=f"Clean up {what}{doubt}?",
        verb="Clean up",
        changes=draft.changes(),
        effects=tuple(draft.effects),
        evidence=_why(board, sessions),
        notes=_not_touched(sessions),
        takes_from=alive,
        event=(
            "session_cleaned_up",
            f"Cleaned up {names}",
            {"sessions": [each.id for each in sessions], **draft.told()},
        ),
        arguments=arguments,
        deletes=frozenset(draft.deletes),
        holds=holds(sessions[0].workspace, draft.touched),
    )


def _clear(draft: Draft, session: Session) -> None:
    holdings = draft.board.holdings.get(session.scope, Holdings())
    handed = _hand_off(draft, session)
    for lock in holdings.locks:
        delete_lock(draft, lock, words.held_for(draft.board, lock))
    for issue in held_issues(draft.board, session):
        # The session's own document goes as a whole, so it need not forget its issue first.
        put_back_issue(draft, issue, forget=())
    for task in held_tasks(draft.board, session):
        put_back_task(draft, task)
    for lock in holdings.wants:
        _stop_waiting(draft, lock, session)
    make_available(draft, session)
    if session.scope in draft.board.documents:
        draft.tell(session.scope, "deleted", handed)
        draft.delete(session.scope)


def _hand_off(draft: Draft, session: Session) -> str:
    """Leave the session's todos and notes as a handoff on its issue; return what becomes of them, in words."""
    data = draft.data(session.scope)
    kinds = [name for name in ("todos", "notes") if data.get(name)]
    issue = _issue_to_hand(draft, session)
    if not kinds:
        return ""
    if issue is None:
        return f"{words.join(kinds)} go too: it has no issue"
    if draft.data(issue.scope).get("handoff") is not None:
        return f"{words.join(kinds)} go too: #{issue.id} has a handoff"
    # What the session wrote may hold what may not be written anew.
    draft.data(issue.scope)["handoff"] = storable(_handoff(draft, session, issue))
    return f"{words.join(kinds)} go to a handoff on #{issue.id}"


def _issue_to_hand(draft: Draft, session: Session) -> Issue | None:
    named = draft.board.issues.get(in_workspace(session.workspace, f"issue:{session.issue}"))
    if named is not None and named.owner in (session.id, None):
        return named
    return next(iter(held_issues(draft.board, session)), None)


def _handoff(draft: Draft, session: Session, issue: Issue) -> dict[str, Any]:
    data = draft.data(session.scope)
    context = {key: data[key] for key in ("todos", "notes", "branch", "cwd") if data.get(key)}
    return {
        "from_session": session.id,
        "phase": (issue.progress.phase if issue.progress else "") or "abandoned",
        "next_steps": [each.text for each in session.todos if each.done is not True],
        "context": context,
        "handoff_at": words.stamp(draft.board.now),
    }


def _stop_waiting(draft: Draft, lock: Lock, session: Session) -> None:
    if lock.scope not in draft.deletes and session.id in waiters(draft.data(lock.scope)):
        draft.tell(lock.scope, "waiters", f"without {session.id}")
        stop_waiting(draft.data(lock.scope), session.id)


def _why(board: Board, sessions: Sequence[Session]) -> tuple[str, ...]:
    if len(sessions) == 1:
        return words.evidence(board, sessions[0])
    return tuple(f"{each.id} is {sentence}" for each in sessions for sentence in words.evidence(board, each)[:1])


def _not_touched(sessions: Sequence[Session]) -> tuple[str, ...]:
    if len(sessions) > 1:
        return ("Not touched: their files and their branches.",)
    where = f" in {sessions[0].cwd}" if sessions[0].cwd else ""
    return (f"Not touched: its files{where} and its branch.",)
