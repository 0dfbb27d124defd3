"""Tools: work lists and releases. What there is to do, and who does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StrictStr

from coord_core.actions.answers import Noted, Taken
from coord_core.mcp.arguments import Flag, Members, OpId, TaskId, Version, WorkListName
from coord_core.mcp.desk import Desk

Result = Annotated[str, Field(description="What came out of it, in a sentence.")]


@dataclass(frozen=True, slots=True)
class NextTask:
    """A task that is the caller's now; id and task are None if none that fits is pending."""

    list: str
    id: str | None
    task: dict[str, Any] | None


def enqueue_task(
    desk: Desk,
    task: Annotated[
        Members, Field(description='What is to be done, such as {"type": "test", "file": "a.py"}; an id is given.')
    ],
    work_list: WorkListName = "queue",
    new: Annotated[Flag, Field(description="Make the work list if there is none of that name.")] = False,
    op_id: OpId = None,
) -> Noted:
    """Add a pending task to a work list, for any agent to claim. Returns where: its list and id, such as queue#7."""
    return desk.agent.enqueue_task(task, work_list, new=new, op_id=op_id)


def claim_next_task(
    desk: Desk,
    work_list: WorkListName = "queue",
    where: Annotated[
        Members | None, Field(description='Only tasks whose members have these values, such as {"type": "test"}.')
    ] = None,
    op_id: OpId = None,
) -> NextTask:
    """Take the first pending task of a work list. No two agents ever get the same one.

    Returns the task, or task null when none is pending: then you are done with this list. When you have done it, call
    complete_task (or fail_task) with the same list and its id.
    """
    taken = desk.agent.claim_next_task(work_list, where=where, op_id=op_id)
    return NextTask(taken.list, taken.id, dict(taken.task)) if taken else NextTask(work_list, None, None)


def claim_task(desk: Desk, work_list: WorkListName, task: TaskId, op_id: OpId = None) -> Taken:
    """Take one certain task of a work list; when any will do, claim_next_task.

    Refused if somebody has it or it is finished: the answer says who; take another one.
    """
    return desk.agent.claim_task(work_list, task, op_id=op_id)


def complete_task(desk: Desk, work_list: WorkListName, task: TaskId, result: Result = "", op_id: OpId = None) -> Noted:
    """Mark a task of yours as completed. Refused if it is not yours: claim it first, or leave it to whose it is."""
    return desk.agent.complete_task(work_list, task, result=result, op_id=op_id)


def fail_task(
    desk: Desk,
    work_list: WorkListName,
    task: TaskId,
    error: Annotated[str, Field(description="Why it could not be done, in a sentence.")] = "",
    op_id: OpId = None,
) -> Noted:
    """Mark a task of yours as failed, when you cannot do it, so that a human sees it. Refused if it is not yours."""
    return desk.agent.fail_task(work_list, task, error=error, op_id=op_id)


def plan_release(
    desk: Desk,
    version: Version,
    tasks: Annotated[
        list[StrictStr | Members], Field(description="The tasks in order, each a name or an object with a name.")
    ],
    op_id: OpId = None,
) -> Noted:
    """Lay out a release as tasks 1, 2, 3, ..., with you as its coordinator. Refused if it is planned already."""
    return desk.agent.plan_release(version, tasks, op_id=op_id)


def claim_release_task(desk: Desk, version: Version, task: TaskId, op_id: OpId = None) -> Taken:
    """Take one task of a release; for simply the next one, claim_next_task with the version as work_list.

    Refused if somebody has it or it is finished: the answer says who; take another one.
    """
    return desk.agent.claim_release_task(version, task, op_id=op_id)


def complete_release_task(desk: Desk, version: Version, task: TaskId, result: Result = "", op_id: OpId = None) -> Noted:
    """Mark a task of yours in a release as completed; with the last one the release is completed too."""
    return desk.agent.complete_release_task(version, task, result=result, op_id=op_id)
