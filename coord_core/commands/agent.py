"""What an agent does from the shell; each is one call of `Agent`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from typing import Any, Final

from coord_core import times
from coord_core.actions.agent import Agent
from coord_core.actions.answers import Accepted, Claim, Grant, Noted, Taken
from coord_core.actions.queueing import QUEUE, RELEASE
from coord_core.commands import replies
from coord_core.commands.call import Call
from coord_core.commands.session import ask, new_agent
from coord_core.commands.words import task_names
from coord_core.errors import NotFound
from coord_core.scopes import in_workspace
from coord_core.storage.format import MAX_BYTES

NO_FAILED_ISSUE: Final = "a task is named LIST#TASK, such as queue#7; an issue is handed off, or given back (unclaim)"


def sign_on(call: Call) -> None:
    """Take a name and print it alone; what still belongs to it is said on the error output."""
    asked = call.args.name or call.args.session
    answer = ask(
        call, lambda me: me.sign_on(asked, op_id=call.args.op_id), lambda a: a.session_id, agent=new_agent(call)
    )
    if not call.args.json:
        for said in replies.signed_on(answer):
            call.note(said)


def sign_off(call: Call) -> None:
    """Give the name back."""
    ask(call, lambda me: me.sign_off(op_id=call.args.op_id), replies.signed_off)


def beat(call: Call) -> None:
    """Say that the session lives."""
    ask(call, Agent.heartbeat, replies.beaten)


def claim(call: Call) -> None:
    """Take an issue, or one task of a list or of a release."""
    target, op = call.args.target, call.args.op_id
    if _is_issue(target):
        _left(call, ask(call, lambda me: me.claim_issue(target, op_id=op), replies.claimed))
    else:
        _took(call, ask(call, lambda me: _claim_task(me, target, op), replies.label))


def _claim_task(me: Agent, target: str, op: str | None) -> Taken:
    list_, task = _task(me, target)
    return (me.claim_release_task if _is_release(me, list_) else me.claim_task)(list_, task, op_id=op)


def unclaim(call: Call) -> None:
    """Give an issue back."""
    ask(call, lambda me: me.release_issue(call.args.issue, op_id=call.args.op_id), replies.released)


def lock(call: Call) -> None:
    """Take a lock or renew it; with a fence only renew it."""
    args = call.args

    def deed(me: Agent) -> Grant:
        if args.fence:
            return me.renew_lock(args.name, args.ttl, fence=args.fence)
        return me.acquire_lock(args.name, args.ttl, wait=args.wait, reason=args.reason, op_id=args.op_id)

    ask(call, deed, replies.granted)


def unlock(call: Call) -> None:
    """Let a lock go."""
    args = call.args
    ask(call, lambda me: me.release_lock(args.name, fence=args.fence, op_id=args.op_id), replies.released)


def next_task(call: Call) -> None:
    """Take the first pending task: its name on one line, then what it is."""
    list_, where = call.args.list or QUEUE, dict(map(_condition, call.args.where))

    def deed(me: Agent) -> Taken:
        taken = me.claim_next_task(list_, where=where, op_id=call.args.op_id)
        if taken is None:
            fitting = f" with {' '.join(call.args.where)}" if where else ""
            raise NotFound(f"pending task in {list_}{fitting}", "ask again later (coordctl status shows who has what)")
        return taken

    _took(call, ask(call, deed, replies.label))


def done(call: Call) -> None:
    """Finish a task or an issue; with the last task of a release, the release."""

    def deed(me: Agent) -> Noted:
        if _is_issue(call.args.task):
            return me.complete_issue(call.args.task, call.args.result, op_id=call.args.op_id)
        list_, task = _task(me, call.args.task)
        end = me.complete_release_task if _is_release(me, list_) else me.complete_task
        return end(list_, task, result=call.args.result, op_id=call.args.op_id)

    ask(call, deed, replies.stands)


def fail(call: Call) -> None:
    """Give a task up as failed."""

    def deed(me: Agent) -> Noted:
        if _is_issue(call.args.task):
            raise NotFound(f"task {call.args.task}", NO_FAILED_ISSUE)
        return me.fail_task(*_task(me, call.args.task), error=call.args.error, op_id=call.args.op_id)

    ask(call, deed, replies.stands)


def add_task(call: Call) -> None:
    """Put a pending task into a work list."""
    task = _json("the task", call.args.value)
    args, list_ = call.args, call.args.list or QUEUE
    ask(call, lambda me: me.enqueue_task(task, list_, new=args.new, op_id=args.op_id), replies.stands)


def progress(call: Call) -> None:
    """Say how far an issue is."""
    args = call.args
    ask(call, lambda me: me.update_progress(args.issue, args.phase, args.percent, args.message or ""), replies.reported)


def handoff(call: Call) -> None:
    """Leave an issue for another session."""
    args, context = call.args, _object("--context", call.args.context)

    def deed(me: Agent) -> Noted:
        return me.offer_handoff(args.issue, args.phase, args.next, context, to=args.to, op_id=args.op_id)

    ask(call, deed, replies.offered)


def accept(call: Call) -> None:
    """Take over an issue that was handed off, and print what was left with it."""
    _left(call, ask(call, lambda me: me.accept_handoff(call.args.issue, op_id=call.args.op_id), replies.claimed))


def event(call: Call) -> None:
    """Log an event."""
    args, metadata = call.args, _object("--metadata", call.args.metadata)
    ask(call, lambda me: me.log_event(args.type, args.text, metadata, op_id=args.op_id), replies.logged)


def plan_release(call: Call) -> None:
    """Lay out a release."""
    tasks = [_json("a task", each) if each.lstrip().startswith("{") else each for each in call.args.task]
    ask(call, lambda me: me.plan_release(call.args.version, tasks, op_id=call.args.op_id), replies.planned)


def _task(me: Agent, target: str) -> tuple[str, str]:
    """Return list and task of LIST#TASK: where that could be read in several ways, as a list that there is."""
    known = list(task_names(target))
    if not known:
        raise NotFound(f"task {target}", "a task is named LIST#TASK, such as queue#7")
    if len(known) == 1:
        return known[0]
    from coord_core.actions.view import take_board

    lists = {each.name for each in take_board(me.storage, times.SystemClock().now()).lists.values()}
    return next((each for each in known if each[0] in lists), known[0])


def _is_issue(target: str) -> bool:
    return target.startswith("issue:") or "#" not in target[1:]


def _is_release(me: Agent, list_: str) -> bool:
    releases = me.storage.read(in_workspace(me.workspace, RELEASE)) if list_ != QUEUE else None
    return releases is not None and list_ in releases.data


def _condition(words: str) -> tuple[str, Any]:
    """Return the member and the value that KEY=VALUE means: a value that is JSON is that, any other is text."""
    key, sign, value = words.partition("=")
    if not (key and sign):
        raise ArgumentTypeError(f"--where: {words!r} is not KEY=VALUE")
    try:
        return key, json.loads(value)
    except (ValueError, RecursionError):
        return key, value


def _object(argument: str, words: str | None) -> Any:
    return None if words is None else _json(argument, words)


def _json(argument: str, words: str) -> Any:
    """Return a value given as JSON, with `-` from standard input; raises ArgumentTypeError."""
    if words == "-":
        # More than a document may have is refused anyway.
        words = sys.stdin.buffer.read(2 * MAX_BYTES).decode(errors="surrogateescape")
    try:
        return json.loads(words)
    except (ValueError, RecursionError) as error:
        raise ArgumentTypeError(
            f"{argument} is not JSON ({error}); text needs quotes of its own: '\"text\"'"
        ) from error


def _left(call: Call, claim: Claim | Accepted) -> None:
    """Print what was left with an issue."""
    if claim.handoff and not call.args.json:
        call.emit(claim.handoff)


def _took(call: Call, taken: Taken) -> None:
    if not call.args.json:
        call.emit(taken.task)
