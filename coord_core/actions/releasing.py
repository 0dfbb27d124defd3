"""Plans that let go: release a lock, sign a session off."""

from __future__ import annotations

from typing import Any

from coord_core.actions import addressing, words
from coord_core.actions.draft import Draft
from coord_core.actions.giving import held_issues, held_tasks, owner
from coord_core.actions.plan import Plan
from coord_core.errors import Refused
from coord_core.scopes import in_workspace
from coord_core.state.board import Board
from coord_core.state.insights import Holdings, Life
from coord_core.state.records import Lock, Session


def release_lock(board: Board, *, scope: str) -> Plan:
    """Plan to take a lock away from whoever holds it; raises NotFound."""
    draft = Draft(board)
    lock = addressing.lock(board, scope)
    holder = owner(draft, lock.workspace, lock.holder)
    alive = words.alive(board, holder)
    fence = f"fence {lock.fence}" if lock.fence is not None else words.held_for(board, lock)
    delete_lock(draft, lock, fence)
    had = f" of {lock.holder}" if lock.holder else ""
    release = f"Release {lock.resource}{had}"
    return Plan(
        action="release_lock",
        subject=scope,
        workspace=lock.workspace,
        title=f"Take {lock.resource} from {lock.holder}, which is alive?" if alive else f"{release}?",
        verb="Take it" if alive else "Release",
        changes=draft.changes(),
        effects=tuple(draft.effects),
        evidence=_why_release(board, lock, holder, alive),
        takes_from=lock.holder if alive else None,
        event=(
            "lock_released",
            f"Released {lock.resource}{had}",
            {"resource": lock.resource, "was": lock.holder, "fence": lock.fence},
        ),
        arguments={"scope": scope},
        deletes=frozenset(draft.deletes),
    )


def delete_lock(draft: Draft, lock: Lock, detail: str) -> None:
    """Take a lock's document away; `detail` is what else to say about it."""
    draft.tell(lock.scope, "deleted", f"was {lock.holder or 'nobody'}{', ' + detail if detail else ''}")
    draft.delete(lock.scope)


def _why_release(board: Board, lock: Lock, holder: Session | None, alive: bool) -> tuple[str, ...]:
    found = words.evidence(board, holder)
    if alive:
        found = (f"{' '.join(found)} It believes it holds this lock and may be writing now.",)
    elif lock.holder and holder is None:
        found = (f"{lock.holder} is no known session.",)
    waits = words.waiting(board, lock)
    return (*found, f"{waits}.") if waits else found


def sign_off_session(board: Board, *, scope: str) -> Plan:
    """Plan to sign a session off: its name is available again, its locks are released, the rest stays.

    Raises NotFound, and Refused if it is signed off and holds no lock.
    """
    draft = Draft(board)
    session = addressing.session(board, scope)
    holdings = board.holdings.get(scope, Holdings())
    for lock in holdings.locks:
        delete_lock(draft, lock, words.held_for(board, lock))
    make_available(draft, session)
    if not draft.effects:
        raise Refused(f"{session.id} is signed off already and holds no lock")
    alive = words.alive(board, session)
    return Plan(
        action="sign_off_session",
        subject=scope,
        workspace=session.workspace,
        title=f"Sign off {session.id}{', which is alive' if alive else ''}?",
        verb="Sign off",
        changes=draft.changes(),
        effects=tuple(draft.effects),
        evidence=words.evidence(board, session),
        notes=_what_stays(board, session),
        takes_from=session.id if alive else None,
        event=("session_signed_off", f"Signed off {session.id}", {"session": session.id, **_released(holdings)}),
        arguments={"scope": scope},
        deletes=frozenset(draft.deletes),
    )


def make_available(draft: Draft, session: Session) -> None:
    """Say in the registry that a session's name may be taken."""
    life = words.life(draft.board, session.scope)
    if session.registry == "available" or (session.registry is None and life is Life.OFF):
        return
    scope = in_workspace(session.workspace, "instances")
    registry = draft.data(scope).setdefault("registry", {})
    if not isinstance(registry, dict):
        raise Refused(f"{scope} holds no registry of names: mend it by hand (`coordctl get instances`)")
    draft.tell(scope, session.id, f"{session.registry or 'not there'} → available")
    registry[session.id] = "available"


def _what_stays(board: Board, session: Session) -> tuple[str, ...]:
    mine = words.things(held_issues(board, session), held_tasks(board, session))
    return (f"Stays: {mine}, and what {session.id} wrote.",) if mine else ()


def _released(holdings: Holdings) -> dict[str, Any]:
    return {"locks": [each.resource for each in holdings.locks]} if holdings.locks else {}
