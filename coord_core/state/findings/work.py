"""Work lists that stand still, tasks taken long ago, and tasks that failed."""

from __future__ import annotations

import math
from typing import Final

from coord_core.scopes import in_workspace
from coord_core.state.findings.view import Found, View, counted, lifeword
from coord_core.state.insights import ALIVE, SILENT, Life, Remedy
from coord_core.state.reading import Part, text
from coord_core.state.records import Task, TaskState, WorkList
from coord_core.times import age, written

REMEDIES_MAX: Final = 20


def find_in_lists(found: Found, part: Part) -> None:
    """Seek what is wrong with a document's work lists."""
    for work in part.lists:
        _long(found, work)
        _failed(found, work)
        # A plan's tasks (`assignee`, `started_by`) follow each other; only a queue's are there for whoever comes.
        if work.owner_key == "claimed_by":
            _waiting(found, part, work)


def _long(found: Found, work: WorkList) -> None:
    view = found.view
    for task in work.tasks:
        at = task.since.at if task.state is TaskState.RUNNING and task.since is not None else None
        if at is None or task.owner is None or view.life(work.workspace, task.owner) not in ALIVE:
            continue
        if view.now - at < view.limits.task:
            found.again(at + view.limits.task)
            continue
        what = f": {task.summary}" if task.summary else ""
        text = f"was taken {age(view.now - at)} ago by {task.owner}{what}"
        where = {"list": work.key, "task": task.id}
        found.add(
            "long_task", f"{work.key}#{task.id}", work.workspace, task.label, text, at,
            Remedy("requeue_task", where), Remedy("reassign_task", where),
        )  # fmt: skip
        found.ages(at)


def _failed(found: Found, work: WorkList) -> None:
    """Tell of a list's failed tasks together, the newest first: what failed them is mostly one thing."""
    failed = sorted([task for task in work.tasks if task.state is TaskState.FAILED], key=_ended, reverse=True)
    if not failed:
        return
    newest = failed[0]
    since = newest.since.at if newest.since is not None else None
    spent = f" {age(found.view.now - since)} ago".replace("now ago", "just now") if since is not None else ""
    by = f" ({newest.owner})" if newest.owner else ""
    why = text(newest.item.get("error")) or newest.summary
    what = f": {why}" if why else ""
    back = [Remedy("requeue_task", {"list": work.key, "task": task.id}) for task in failed[:REMEDIES_MAX]]
    if len(failed) == 1:
        subject, lead, said = f"{work.key}#{newest.id}", newest.label, f"failed{spent}{by}{what}"
    else:
        subject, lead = work.key, work.name
        said = f"{counted(len(failed), 'task')} failed, {newest.label} last{spent}{by}{what}"
    found.add("failed_tasks", subject, work.workspace, lead, said, since, *back)
    found.ages(since)


def _ended(task: Task) -> float:
    return task.since.at if task.since is not None and task.since.at is not None else -math.inf


def _waiting(found: Found, part: Part, work: WorkList) -> None:
    view = found.view
    pending = [task for task in work.tasks if task.state is TaskState.PENDING and task.owner is None]
    if not pending:
        return
    added, taken = _added(part, work, pending), _taken(work)
    if added is None:
        return
    quiet = max(added, taken or added)
    stuck = next((task for task in work.tasks if _stuck(view, task, work)), None)
    # A queue that moves is no concern, unless somebody who is gone still has one of its tasks.
    since = added if stuck is not None else quiet
    if view.now - since < view.limits.queue_wait:
        found.again(since + view.limits.queue_wait)
        return
    spent = age(view.now - since)
    wait = counted(len(pending), "task", "wait")
    wait += f", none taken for {spent}" if quiet <= since else f" for {spent}"
    why, remedies = _why(view, work, pending[0], stuck)
    found.add("tasks_waiting", work.key, work.workspace, work.name, f"{wait}: {why}", since, *remedies)
    found.ages(since)


def _added(part: Part, work: WorkList, pending: list[Task]) -> float | None:
    """Return since when tasks have been waiting; where they do not say, since the list was last written."""
    times = [task.since.at for task in pending if task.since is not None and task.since.at is not None]
    return min(times) if len(times) == len(pending) else written(part.document.metadata, work.path[0])


def _taken(work: WorkList) -> float | None:
    times = [t.since.at for t in work.tasks if t.state is not TaskState.PENDING and t.since is not None]
    return max((at for at in times if at is not None), default=None)


def _stuck(view: View, task: Task, work: WorkList) -> bool:
    return (
        task.state is TaskState.RUNNING
        and task.owner is not None
        and view.life(work.workspace, task.owner) in (*SILENT, None)
    )


def _why(view: View, work: WorkList, first: Task, stuck: Task | None) -> tuple[str, list[Remedy]]:
    if stuck is not None:
        life = view.life(work.workspace, stuck.owner)
        back = Remedy("requeue_task", {"list": work.key, "task": stuck.id})
        return f"{stuck.label} is held by {stuck.owner} ({lifeword(life)})", [back]
    give = Remedy("reassign_task", {"list": work.key, "task": first.id})
    if in_workspace(work.workspace, "project:hold") in view.parts:
        return "everybody is on hold", []
    here = [scope for scope, session in view.sessions.items() if session.workspace == work.workspace]
    live = [scope for scope in here if view.verdicts[scope].life is Life.LIVE]
    if not live:
        return "no session is live", []
    free = [scope for scope in live if not view.holdings.get(scope) and view.sessions[scope].issue is None]
    if free:
        who = f"{view.sessions[free[0]].id} has" if len(free) == 1 else f"{len(free)} live sessions have"
        return f"{who} nothing to do", [give]
    return f"{counted(len(live), 'live session')} {'is' if len(live) == 1 else 'are'} busy", [give]
