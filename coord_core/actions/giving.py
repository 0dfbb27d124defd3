"""Who owns an issue or a task, changed on a draft (the design, §3 "Ownership")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from coord_core.actions.draft import Draft
from coord_core.actions.words import stamp
from coord_core.errors import Refused
from coord_core.scopes import in_workspace, parse
from coord_core.state.board import Board
from coord_core.state.insights import Holdings
from coord_core.state.issues import OWNER_KEYS, stored_id
from coord_core.state.records import Issue, Session, Task, TaskState
from coord_core.state.worklists import ENDED_KEYS, TAKEN_KEYS, task_state

TAKEN_AT: Final[Mapping[str, str]] = {"claimed_by": "claimed_at", "started_by": "started_at", "assignee": "assigned_at"}
"""The time that belongs to each owner's key."""
RUNNING: Final[Mapping[str, str]] = {"claimed_by": "claimed", "started_by": "in_progress", "assignee": "in_progress"}
"""What a list with this owner's key calls a task that somebody has."""
NOBODY: Final = "nobody"
NOTHING: Final = "nothing"


def owner(draft: Draft, workspace: str, name: str | None) -> Session | None:
    """Return the session that a document names as an owner, None if nobody knows it."""
    return draft.board.sessions.get(in_workspace(workspace, f"session:{name}")) if name else None


def everyone_on(draft: Draft, issue: Issue) -> list[Session]:
    """Return the sessions that an issue names, and those that name it as theirs."""
    named = [owner(draft, issue.workspace, name) for name in (issue.current_session, issue.claimed_by)]
    saying = [
        each for each in draft.board.sessions.values() if each.workspace == issue.workspace and each.issue == issue.id
    ]
    return list({each.scope: each for each in [*named, *saying] if each}.values())


def put_back_issue(draft: Draft, issue: Issue, *, forget: Iterable[Session]) -> None:
    """Take an issue from its owner: pending again, and no longer the current issue of `forget`."""
    data = draft.data(issue.scope)
    draft.tell(issue.scope, _owner_key(issue), f"{issue.owner or NOBODY} → {NOBODY}")
    if data.get("status") != "pending":
        draft.tell(issue.scope, "status", f"{issue.status or NOTHING} → pending")
    data["status"] = "pending"
    draft.drop(issue.scope, *OWNER_KEYS)
    for session in forget:
        forget_issue(draft, session, issue)


def give_issue(draft: Draft, issue: Issue, to: Session) -> None:
    """Make `to` the owner of an issue; its current issue too if it has none."""
    if task_state(issue.status or "", owned=True) is TaskState.DONE:
        done = f"#{issue.id} is {issue.status}: there is nothing left to give"
        raise Refused(f"{done}; put it back first to do it again")
    data = draft.data(issue.scope)
    draft.tell(issue.scope, _owner_key(issue), f"{issue.owner or NOBODY} → {to.id}")
    data["claimed_by"] = to.id
    data["claimed_at"] = stamp(draft.board.now)
    data.pop("fence", None)
    if "current_session" in data or issue.handoff is not None:
        data["current_session"] = to.id  # with what was handed off with it: that waits no longer
    if data.get("status") == "pending":
        draft.tell(issue.scope, "status", "pending → in_progress")
        data["status"] = "in_progress"
    if not to.issue:
        draft.tell(to.scope, "current_issue", f"nothing → {issue.id}")
        draft.data(to.scope)["current_issue"] = stored_id(parse(issue.scope).id)
    named = (owner(draft, issue.workspace, name) for name in (issue.current_session, issue.claimed_by))
    for session in {each.scope: each for each in named if each and each.scope != to.scope}.values():
        forget_issue(draft, session, issue)


def forget_issue(draft: Draft, session: Session, issue: Issue) -> None:
    """Clear a session's current issue if it is this one."""
    if session.exists and session.issue == issue.id and draft.data(session.scope).get("current_issue") is not None:
        draft.tell(session.scope, "current_issue", f"{issue.id} → nothing")
        draft.drop(session.scope, "current_issue")


def put_back_task(draft: Draft, task: Task) -> None:
    """Make a task pending and nobody's."""
    item = draft.item(task)
    becomes = f"{task.status} → pending" if task.status != "pending" else f"{task.owner} → {NOBODY}"
    draft.tell(_scope(draft, task), task_name(draft, task), becomes)
    item["status"] = "pending"
    _take_owner(item, task.owner_key)
    for key in ENDED_KEYS:
        item.pop(key, None)


def give_task(draft: Draft, task: Task, to: Session) -> None:
    """Make `to` the owner of a task, at work on it."""
    if task.state is TaskState.DONE:
        raise Refused(f"{task.label} is {task.status}: there is nothing left to give; put it back first to do it again")
    item = draft.item(task)
    draft.tell(_scope(draft, task), task_name(draft, task), f"{task.owner or NOBODY} → {to.id}")
    if task.state is not TaskState.RUNNING:
        item["status"] = RUNNING.get(task.owner_key, "claimed")
        for key in ENDED_KEYS:
            item.pop(key, None)
    item[task.owner_key] = to.id
    taken_at = TAKEN_AT.get(task.owner_key)
    # A list that names an assignee keeps no time for it unless it already does.
    if taken_at and (taken_at in item or taken_at != "assigned_at"):
        item[taken_at] = stamp(draft.board.now)


def held_issues(board: Board, session: Session) -> tuple[Issue, ...]:
    """Return the issues that a session still has: a finished one only remembers who did it."""
    mine = board.holdings.get(session.scope, Holdings()).issues
    return tuple(each for each in mine if task_state(each.status or "", owned=True) is not TaskState.DONE)


def held_tasks(board: Board, session: Session) -> tuple[Task, ...]:
    """Return the tasks that a session runs or was given ahead, in every work list of its workspace."""
    lists = sorted(board.lists.values(), key=lambda each: (each.name != "queue", each.key))
    here = (each for each in lists if each.workspace == session.workspace)
    open_ = (TaskState.PENDING, TaskState.RUNNING)
    return tuple(task for each in here for task in each.tasks if task.owner == session.id and task.state in open_)


def task_name(draft: Draft, task: Task) -> str:
    """Return what a plan calls a task beside its document (`task 7`, where it has several lists `v1.0.0 task 7`)."""
    work_list = draft.board.lists[task.list]
    siblings = sum(each.scope == work_list.scope for each in draft.board.lists.values())
    return f"{work_list.name} task {task.id}" if siblings > 1 else f"task {task.id}"


def _scope(draft: Draft, task: Task) -> str:
    return draft.board.lists[task.list].scope


def _take_owner(item: dict[str, Any], owner_key: str) -> None:
    if owner_key == "assignee":
        item["assignee"] = None
    else:
        item.pop(owner_key, None)
    for key in TAKEN_KEYS:
        item.pop(key, None)


def _owner_key(issue: Issue) -> str:
    return "current_session" if issue.current_session and not issue.claimed_by else "claimed_by"
