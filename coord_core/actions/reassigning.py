"""Plans that give work to another session, or put it back for anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coord_core.actions import addressing, words
from coord_core.actions.draft import Draft, holds
from coord_core.actions.giving import (
    everyone_on,
    give_issue,
    give_task,
    held_issues,
    held_tasks,
    owner,
    put_back_issue,
    put_back_task,
)
from coord_core.actions.plan import Plan
from coord_core.errors import Refused
from coord_core.state.board import Board
from coord_core.state.insights import Holdings, Life
from coord_core.state.records import Issue, Session, Task, TaskState


def reassign_issue(board: Board, *, scope: str, to: str | None = None) -> Plan:
    """Plan to give an issue to a session, or to put it back; raises NotFound, Refused."""
    draft = Draft(board)
    issue = addressing.issue(board, scope)
    if to is None:
        return _put_back(draft, "reassign_issue", scope, [issue], [], everyone_on(draft, issue), {"scope": scope})
    receiver = addressing.receiver(board, issue.workspace, to)
    before = [each for each in everyone_on(draft, issue) if each.id in (issue.claimed_by, issue.current_session)]
    return _give(draft, "reassign_issue", scope, [issue], [], before, receiver, {"scope": scope})


def reassign_task(board: Board, *, list: str, task: str, to: str | None = None) -> Plan:  # noqa: A002 - what people call it
    """Plan to give a task to a session, or to put it back; raises NotFound, Refused.

    list: its key on the board. task: its id as text.
    """
    if to is None:
        return requeue_task(board, list=list, task=task)
    draft = Draft(board)
    work_list = addressing.work_list(board, "", list)
    found = addressing.task(work_list, task)
    receiver = addressing.receiver(board, work_list.workspace, to)
    before = [each for each in [owner(draft, work_list.workspace, found.owner)] if each]
    arguments = {"list": work_list.key, "task": found.id}
    return _give(draft, "reassign_task", f"{work_list.key}#{found.id}", [], [found], before, receiver, arguments)


def requeue_task(board: Board, *, list: str, task: str) -> Plan:  # noqa: A002 - what people call it
    """Plan to put a task back: pending, and nobody's; raises NotFound, and Refused if it is that already."""
    draft = Draft(board)
    work_list = addressing.work_list(board, "", list)
    found = addressing.task(work_list, task)
    if found.state is TaskState.PENDING and not found.owner:
        raise Refused(f"{found.label} is pending and nobody has it: there is nothing to put back")
    # Who finished a task, well or not, loses nothing when it is to be done again.
    owners = (
        [] if found.state in (TaskState.DONE, TaskState.FAILED) else [owner(draft, work_list.workspace, found.owner)]
    )
    before = [each for each in owners if each]
    arguments = {"list": work_list.key, "task": found.id}
    return _put_back(draft, "requeue_task", f"{work_list.key}#{found.id}", [], [found], before, arguments)


def reassign_session(board: Board, *, scope: str, to: str | None = None) -> Plan:
    """Plan to give a session's issues and tasks to another, or to put them back; its locks stay. Raises Refused."""
    draft = Draft(board)
    session = addressing.session(board, scope)
    holdings = board.holdings.get(scope, Holdings())
    issues, tasks = held_issues(board, session), held_tasks(board, session)
    if not issues and not tasks:
        raise Refused(f"{session.id} has no issue and no task to give")
    notes = _locks_stay(holdings)
    if to is None:
        return _put_back(draft, "reassign_session", scope, issues, tasks, [session], {"scope": scope}, notes)
    receiver = addressing.receiver(board, session.workspace, to)
    return _give(draft, "reassign_session", scope, issues, tasks, [session], receiver, {"scope": scope}, notes)


def _give(
    draft: Draft,
    action: str,
    subject: str,
    issues: Sequence[Issue],
    tasks: Sequence[Task],
    before: Sequence[Session],
    to: Session,
    arguments: dict[str, str],
    notes: tuple[str, ...] = (),
) -> Plan:
    what = words.things(issues, tasks)
    if all(_is_whole(draft, issue, to) for issue in issues) and all(each.owner == to.id for each in tasks):
        raise Refused(f"{to.id} has {what} already")
    for issue in issues:
        give_issue(draft, issue, to)
    for task in tasks:
        give_task(draft, task, to)
    losers = [each for each in before if each.scope != to.scope]
    doubts = _doubts(draft.board, to)
    alive = _alive(draft.board, losers)
    was = _owners(issues, tasks)
    of_was = f" of {was}" if was else ""
    return Plan(
        action=action,
        subject=subject,
        workspace=to.workspace,
        title=(
            f"Take {what} from {alive}, which {words.be(alive)} alive, and give it to {to.id}?"
            if alive
            else f"Give {what}{of_was} to {to.id}?"
        ),
        verb="Give",
        changes=draft.changes(),
        effects=tuple(draft.effects),
        evidence=(*_why(draft.board, losers), *doubts),
        warnings=doubts,
        notes=notes,
        takes_from=alive,
        event=(_event_type(action), f"Gave {what}{of_was} to {to.id}", {"was": was, "to": to.id, **draft.told()}),
        arguments={**arguments, "to": to.id},
        holds=holds(to.workspace, draft.touched),
    )


def _put_back(
    draft: Draft,
    action: str,
    subject: str,
    issues: Sequence[Issue],
    tasks: Sequence[Task],
    before: Sequence[Session],
    arguments: dict[str, str],
    notes: tuple[str, ...] = (),
) -> Plan:
    what, was = words.things(issues, tasks), _owners(issues, tasks)
    of_was = f" of {was}" if was else ""
    if not was and not before:
        raise Refused(f"nobody has {what}")
    for issue in issues:
        put_back_issue(draft, issue, forget=before)
    for task in tasks:
        put_back_task(draft, task)
    alive = _alive(draft.board, before)
    workspace = issues[0].workspace if issues else draft.board.lists[tasks[0].list].workspace
    return Plan(
        action=action,
        subject=subject,
        workspace=workspace,
        title=f"Take {what} from {alive}, which {words.be(alive)} alive?" if alive else f"Put back {what}{of_was}?",
        verb="Take it" if alive else "Put back",
        changes=draft.changes(),
        effects=tuple(draft.effects),
        evidence=_why(draft.board, before),
        notes=notes,
        takes_from=alive,
        event=(_event_type(action), f"Put back {what}{of_was}", {"was": was, **draft.told()}),
        arguments=arguments,
        holds=holds(workspace, draft.touched),
    )


def _is_whole(draft: Draft, issue: Issue, to: Session) -> bool:
    return issue.owner == to.id and issue.claimed_by in (None, to.id) and bool(to.issue)


def _alive(board: Board, sessions: Iterable[Session]) -> str | None:
    return words.join([each.id for each in sessions if words.alive(board, each)]) or None


def _owners(issues: Iterable[Issue], tasks: Iterable[Task]) -> str:
    names = [*(each.owner for each in issues), *(each.owner for each in tasks)]
    return words.join([name for name in dict.fromkeys(names) if name])


def _why(board: Board, sessions: Sequence[Session]) -> tuple[str, ...]:
    if len(sessions) == 1:
        return words.evidence(board, sessions[0])
    return tuple(f"{each.id} {sentence}" for each in sessions for sentence in words.evidence(board, each)[:1])


def _doubts(board: Board, to: Session) -> tuple[str, ...]:
    if words.life(board, to.scope) is Life.STALE:
        return (f"{to.id} is {words.evidence(board, to)[0]}",)
    return ()


def _locks_stay(holdings: Holdings) -> tuple[str, ...]:
    names = [each.resource for each in holdings.locks]
    if not names:
        return ()
    return (f"Stays: lock{'s' if len(names) > 1 else ''} {words.join(names)}. A lock is released (x), not given.",)


def _event_type(action: str) -> str:
    return {"reassign_issue": "issue_reassigned", "reassign_session": "session_reassigned"}.get(
        action, "task_requeued" if action == "requeue_task" else "task_reassigned"
    )
