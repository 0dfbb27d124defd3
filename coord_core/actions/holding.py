"""Plans that hold everybody up, and let them go on: nothing is taken away meanwhile, and nothing new is granted."""

from __future__ import annotations

from coord_core import times
from coord_core.actions import words
from coord_core.actions.arguments import said
from coord_core.actions.draft import Draft
from coord_core.actions.plan import Plan
from coord_core.actions.surroundings import this_user
from coord_core.errors import NotFound, Refused
from coord_core.scopes import in_workspace
from coord_core.state.board import Board
from coord_core.state.holds import HOLD, Hold


def hold(board: Board, *, workspace: str, text: str = "", by: str = "") -> Plan:
    """Plan to refuse every claim, lock and task in a workspace until it is lifted; raises NotFound, Refused.

    text: why, and what to do meanwhile. by: who does it, as the journal names supervisors; else this user.
    """
    if workspace not in board.workspaces:
        raise NotFound(f"workspace {workspace}", f"there are {', '.join(board.workspaces)}")
    if standing := board.hold(workspace):
        raise Refused(f"{_place(workspace)} is on hold already, {_standing(board, standing)}; lift that first")
    draft, by, message = Draft(board), by or this_user(), said("text", text).strip()
    scope = in_workspace(workspace, HOLD)
    draft.data(scope).update(message=message, by=by, at=words.stamp(board.now))
    draft.tell(scope, "added", f"by {by}, {times.clock(board.now)}")
    return Plan(
        action="hold",
        subject=scope,
        workspace=workspace,
        title=f"Hold everyone in {_place(workspace)}?",
        verb="Hold",
        changes=draft.changes(),
        effects=tuple(draft.effects),
        evidence=(
            "Until you lift it, no claim, lock or task is granted.",
            "Nothing is taken away. Commands already running go on.",
        ),
        event=("hold_placed", f"Put everything on hold{': ' + message if message else ''}", {"message": message}),
        arguments={"workspace": workspace, "text": text},
    )


def lift_hold(board: Board, *, workspace: str) -> Plan:
    """Plan to grant claims, locks and tasks again; raises NotFound if nothing is on hold."""
    standing = board.hold(workspace)
    if standing is None:
        raise NotFound(f"hold in {_place(workspace)}")
    draft, scope = Draft(board), in_workspace(workspace, HOLD)
    draft.tell(scope, "deleted", f"was {_standing(board, standing)}")
    draft.delete(scope)
    return Plan(
        action="lift_hold",
        subject=scope,
        workspace=workspace,
        title=f"Lift the hold in {_place(workspace)}?",
        verb="Lift",
        changes=draft.changes(),
        effects=tuple(draft.effects),
        evidence=("Claims, locks and tasks are granted again.",),
        event=("hold_lifted", "Lifted the hold", {"was": standing.message}),
        arguments={"workspace": workspace},
        deletes=frozenset(draft.deletes),
    )


def _standing(board: Board, standing: Hold) -> str:
    since = f" since {times.day_clock(standing.at, board.now)}" if standing.at is not None else ""
    return f"by {standing.by or 'somebody'}{since}{': ' + standing.message if standing.message else ''}"


def _place(workspace: str) -> str:
    return workspace.partition(":")[2] or workspace or "no workspace"
