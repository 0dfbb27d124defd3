"""The supervisor's actions: each is planned, then applied (the design, §4).

plan_ = plan(board, "release_lock", {"scope": "laptop:acme/shop:locks:src/orders"})
done = apply(storage, plan_, actor={"supervisor": "kim@laptop"}, reason="it hangs", now=time.time())
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from coord_core.actions.applying import apply
from coord_core.actions.audience import announced
from coord_core.actions.cleaning import clean_up_session, clean_up_stale, quarantine
from coord_core.actions.holding import hold, lift_hold
from coord_core.actions.messaging import send_message
from coord_core.actions.plan import Done, Effect, Plan
from coord_core.actions.reassigning import reassign_issue, reassign_session, reassign_task, requeue_task
from coord_core.actions.releasing import release_lock, sign_off_session
from coord_core.actions.rewriting import delete_data, delete_scope, edit_document, set_data
from coord_core.actions.several import NAME as SEVERAL
from coord_core.actions.several import several
from coord_core.actions.surroundings import this_user
from coord_core.actions.undoing import plan_redo, plan_undo
from coord_core.errors import NotFound
from coord_core.state.board import Board

PLANNERS: Final[Mapping[str, Callable[..., Plan]]] = MappingProxyType(
    {
        planner.__name__: planner
        for planner in (
            release_lock,
            reassign_issue,
            reassign_task,
            requeue_task,
            reassign_session,
            sign_off_session,
            clean_up_session,
            clean_up_stale,
            quarantine,
            send_message,
            hold,
            lift_hold,
            edit_document,
            set_data,
            delete_data,
            delete_scope,
        )
    }
)


def plan(board: Board, action: str, arguments: Mapping[str, Any]) -> Plan:
    """Work an action out by its name, over a board; nothing is changed. Raises NotFound, Refused.

    The action `several` takes `actions`, pairs of a name and arguments, and joins them into one plan; `left` is said of
    what is not among them, and what else it is given goes to all of them.
    """
    if action == SEVERAL:
        own = {name: value for name, value in arguments.items() if name in ("actions", "left")}
        each = {name: value for name, value in arguments.items() if name not in own}
        return announced(several(board, _planner, each, **own), board)
    return announced(_planner(action)(board, **arguments), board)


def _planner(action: str) -> Callable[..., Plan]:
    planner = PLANNERS.get(action)
    if planner is None:
        raise NotFound(f"action {action}", f"there are {', '.join(PLANNERS)}")
    return planner


__all__ = [
    "PLANNERS",
    "SEVERAL",
    "Done",
    "Effect",
    "Plan",
    "apply",
    "clean_up_session",
    "clean_up_stale",
    "delete_data",
    "delete_scope",
    "edit_document",
    "hold",
    "lift_hold",
    "plan",
    "plan_redo",
    "plan_undo",
    "quarantine",
    "reassign_issue",
    "reassign_session",
    "reassign_task",
    "release_lock",
    "requeue_task",
    "send_message",
    "set_data",
    "sign_off_session",
    "this_user",
]
