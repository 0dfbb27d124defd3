"""The human's verbs: each is planned, shown or applied."""

from __future__ import annotations

import time
from typing import Any

from coord_core.actions import addressing, supervisor
from coord_core.actions.plan import Plan
from coord_core.commands.call import Call, warn
from coord_core.commands.words import REASON, task_names
from coord_core.errors import NotFound
from coord_core.scopes import parse
from coord_core.state.insights import Life
from coord_core.state.records import Task, WorkList


def release(call: Call) -> None:
    """Take a lock away from whoever holds it."""
    do(call, _plan(call, "release_lock", scope=call.scope(call.args.lock, "locks")))


def reassign(call: Call) -> None:
    """Give an issue, a task, or all that a session works on to another session, or put it back."""
    target, to = call.args.target, None if call.args.nobody else call.args.to
    if "#" in target.rstrip("#")[1:] and not target.startswith("issue:"):
        work_list, task = _task(call, target)
        return do(call, _plan(call, "reassign_task", list=work_list.key, task=task.id, to=to))
    if parse(target).kind == "issue" or target.startswith("issue:"):
        return do(call, _plan(call, "reassign_issue", scope=call.scope(target), to=to))
    return do(call, _plan(call, "reassign_session", scope=_session(call, target), to=to))


def requeue(call: Call) -> None:
    """Make a task pending and nobody's."""
    work_list, task = _task(call, call.args.task)
    do(call, _plan(call, "requeue_task", list=work_list.key, task=task.id))


def sign_off(call: Call) -> None:
    """Sign a session off, without a name the one that calls: its locks are released, its name is free."""
    if call.args.session_id is None:
        from coord_core.commands.agent import sign_off as sign_off_myself

        return sign_off_myself(call)
    return do(call, _plan(call, "sign_off_session", scope=_session(call, call.args.session_id)))


def clean_up(call: Call) -> None:
    """Clear away all that a session left, or that every dead and stale one left."""
    if not call.args.stale:
        return do(call, _plan(call, "clean_up_session", scope=_session(call, call.args.session_id)))
    silent = [
        scope
        for scope, verdict in call.board.verdicts.items()
        if verdict.life in (Life.DEAD, Life.STALE) and call.board.sessions[scope].workspace == call.workspace
    ]
    if silent:
        return do(call, _plan(call, "clean_up_stale", scopes=sorted(silent)))
    if call.args.json:
        return call.emit({"seq": None, "text": "no session is dead or stale", "warnings": [], "plan": None})
    return call.say("No session is dead or stale: nothing to clean up")


def quarantine(call: Call) -> None:
    """Set a file aside that cannot be read."""
    do(call, _plan(call, "quarantine", source=call.args.file))


def message(call: Call) -> None:
    """Tell a session something at its next call."""
    do(call, _plan(call, "send_message", scope=_session(call, call.args.session_id), text=call.args.text))


def hold(call: Call) -> None:
    """Grant no claim, lock or task in this workspace until the hold is lifted."""
    by = str(call.actor.get("supervisor") or call.actor.get("session"))
    do(call, _plan(call, "hold", workspace=call.workspace, text=call.args.text or "", by=by))


def lift(call: Call) -> None:
    """Lift the hold."""
    do(call, _plan(call, "lift_hold", workspace=call.workspace))


def undo(call: Call) -> None:
    """Take back the newest action of this user that still stands, or the line that was named."""
    who, session = (str(call.actor.get(each, "")) for each in ("supervisor", "session"))
    workspace = call.workspace if call.args.seq is None else None
    plan = supervisor.plan_undo(call.storage, call.board, call.args.seq, who=who, workspace=workspace, session=session)
    do(call, plan)


def redo(call: Call) -> None:
    """Do again what this user took back last."""
    who = str(call.actor.get("supervisor", ""))
    do(call, supervisor.plan_redo(call.storage, call.board, who=who, workspace=call.workspace))


def _plan(call: Call, action: str, **arguments: Any) -> Plan:
    return supervisor.plan(call.board, action, arguments)


def do(call: Call, plan: Plan) -> None:
    """Do what was planned and say how it went; with --dry-run only show it."""
    if call.args.dry_run:
        return _show(call, plan)
    # Pasted as it was proposed, a command has no reason yet.
    reason = "" if call.args.reason == REASON else call.args.reason
    done = supervisor.apply(call.storage, plan, actor=call.actor, reason=reason, now=time.time())
    if call.args.json:
        return call.emit({"seq": done.seq, "text": done.text, "warnings": plan.warnings, "plan": plan_json(plan)})
    for sentence in plan.warnings:
        warn(sentence)
    return call.say(done.text)


def _show(call: Call, plan: Plan) -> None:
    if call.args.json:
        return call.emit({"seq": None, "text": plan.title, "warnings": plan.warnings, "plan": plan_json(plan)})
    call.say(plan.title)
    for sentence in plan.evidence:
        call.say(f"  {sentence}")
    if plan.effects:
        call.columns([(each.where, each.key, each.becomes) for each in plan.effects], before="    ")
    for sentence in plan.notes:
        call.say(f"  {sentence}")
    if plan.takes_from:
        call.say(f"  {plan.takes_from} is alive: this needs --reason.")
    return call.say("  Nothing was changed (--dry-run).")


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as `--json` prints it."""
    from coord_core.storage.changes import edit_to_json

    return {
        "action": plan.action,
        "arguments": dict(plan.arguments),
        "subject": plan.subject,
        "workspace": plan.workspace,
        "title": plan.title,
        "effects": [{"where": each.where, "key": each.key, "becomes": each.becomes} for each in plan.effects],
        "evidence": list(plan.evidence),
        "notes": list(plan.notes),
        "takes_from": plan.takes_from,
        "tells": sorted(plan.tells),
        "undoes": plan.undoes,
        "changes": {scope: [edit_to_json(edit) for edit in edits] for scope, edits in plan.changes.items()},
    }


def _session(call: Call, name: str) -> str:
    full = call.scope(name, "session")
    return addressing.session(call.board, full).scope


def _task(call: Call, target: str) -> tuple[WorkList, Task]:
    """Find LIST#TASK."""
    failed: NotFound | None = None
    for name, task in task_names(target):
        try:
            work_list = addressing.work_list(call.board, _list_workspace(call, name), name)
            return work_list, addressing.task(work_list, task)
        except NotFound as error:
            failed = failed or error
    raise failed or NotFound(f"task {target}", "a task is named LIST#TASK, such as queue#7")


def _list_workspace(call: Call, name: str) -> str:
    return "" if name in call.board.lists else call.workspace
