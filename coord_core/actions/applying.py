"""Doing what was planned: one transaction that changes all of it or nothing, and tells it.

It is told in the event log, and to the sessions that it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from coord_core.actions.plan import Done, Plan
from coord_core.actions.telling import append_event, tell
from coord_core.documents import ABSENT, Change, Line
from coord_core.errors import CoordError, NotFound, ReasonNeeded, Refused, StaleView
from coord_core.scopes import in_workspace, parse
from coord_core.storage import Act, Storage, Transaction

REASON_MAX: Final = 2000
BACK: Final = {"undo": "redo does it again", "send_message": ""}


def apply(storage: Storage, plan: Plan, *, actor: Mapping[str, Any], reason: str = "", now: float) -> Done:
    """Do what was planned, if every old value in the plan still holds.

    actor: `{"supervisor": "kim@laptop"}`. now: seconds since 1970, for the event. Raises StaleView if something moved,
    ReasonNeeded if the plan takes from a live session and no reason is given, StorageError, DocumentError: then nothing
    was changed.
    """
    reason = _checked(plan, reason)
    act = Act(plan.action, actor, reason, undoes=plan.undoes)
    if plan.source is not None:
        return _move(storage, plan, act, now)
    outcome = storage.transact(act, partial(_change, plan=plan, act=act, now=now))
    if outcome.line is None:
        raise Refused(f"{_message(plan)}: it is so already, nothing was changed")
    return _done(plan, act, outcome.line.seq, outcome.value)


def _checked(plan: Plan, reason: str) -> str:
    reason = reason.strip()
    if len(reason) > REASON_MAX:
        raise Refused(f"the reason has {len(reason)} characters, {REASON_MAX} are allowed; nothing was changed")
    try:
        reason.encode()
    except UnicodeEncodeError:
        raise Refused("the reason is not valid text; nothing was changed") from None
    if plan.takes_from and not reason:
        raise ReasonNeeded(plan.takes_from)
    return reason


def _change(tx: Transaction, *, plan: Plan, act: Act, now: float) -> str:
    tx.apply(plan.holds)
    tx.apply(plan.changes)
    came = [(scope, (key,), ABSENT, found) for scope in plan.deletes for key, found in tx.edit(scope).items()]
    if came:
        raise StaleView(came)
    if plan.undoes is not None:
        _renew_fences(tx, plan)
    untold = _tell(tx, plan, act, now)
    if untold and not plan.changes:
        raise Refused(f"{untold[0]}; nothing was changed")
    return "; ".join(filter(None, [*untold, _log(tx, plan, act, now)]))


def _tell(tx: Transaction, plan: Plan, act: Act, now: float) -> list[str]:
    """Put what was done into the inboxes of those whom it concerns; return where that was not possible, and why."""
    why, found = f" ({act.reason})" if act.reason else "", []
    own = in_workspace(str(act.actor.get("workspace", "")), f"session:{act.actor.get('session')}")
    for scope, words in plan.tells.items():
        if scope == own and plan.action != "send_message":
            continue  # it knows what it did
        name = parse(scope)
        found.append(tell(tx, name.workspace, name.id, _who(act), (words or _message(plan)) + why, now))
    return [problem for problem in found if problem]


def _renew_fences(tx: Transaction, plan: Plan) -> None:
    """Give a lock or a claim that comes back a new fence: whoever still carries the old one is refused."""
    for scope, edits in plan.changes.items():
        fenced = any(isinstance(e, Change) and e.path == ("fence",) and e.new is not ABSENT for e in edits)
        if fenced and parse(scope).kind in ("locks", "issue"):
            tx.edit(scope)["fence"] = tx.seq


def _log(tx: Transaction, plan: Plan, act: Act, now: float, **more: Any) -> str:
    """Append the plan's event to the workspace's log; return why that was not possible, "" if it was."""
    if plan.event is None:
        return ""
    kind, message, metadata = plan.event
    reason = {"reason": act.reason} if act.reason else {}
    metadata = {**metadata, **reason, "seq": tx.seq, **more}
    return append_event(
        tx,
        plan.workspace,
        _who(act),
        kind,
        message,
        metadata,
        now,
    )


def _who(act: Act) -> str:
    return str(act.actor.get("supervisor") or act.actor.get("session") or "")


def _move(storage: Storage, plan: Plan, act: Act, now: float) -> Done:
    assert plan.source is not None
    if plan.action == "undo":
        line = storage.restore(_quarantine(storage, plan.undoes or 0), act)
    else:
        line = storage.quarantine(plan.source, act)
    # Moving a file is a line of its own in any storage, so the event is a second one.
    told = Act("log_event", act.actor, act.reason)
    try:
        unlogged = storage.transact(told, lambda tx: _log(tx, plan, act, now, moved=line.seq)).value
    except CoordError as error:
        # The file has moved: whatever keeps the log from telling it, this is no refusal.
        unlogged = f"not in the event log: {error}"
    return _done(plan, act, line.seq, unlogged)


def _quarantine(storage: Storage, seq: int) -> Line:
    """Return the quarantine of line `seq`, or the newest that did it again: each has put the file somewhere else."""
    found, chain = None, {seq}
    for line in storage.lines(after=seq - 1):
        if line.seq in chain or line.undoes in chain:
            chain.add(line.seq)
            found = line if line.action != "undo" else found
    if found is None:
        raise NotFound(f"line {seq} in the journal")
    return found


def _message(plan: Plan) -> str:
    return plan.event[1] if plan.event else plan.title.rstrip("?")


def _done(plan: Plan, act: Act, seq: int, unlogged: str) -> Done:
    # Without a number, undo only ever takes back what a human did.
    usual = "undo takes it back" if act.actor.get("supervisor") else f"undo {seq} takes it back"
    how = BACK.get(plan.action, usual)
    said = f"{_message(plan)}{'; ' if how else ''}{how}"
    return Done(seq, f"{said}{f' ({unlogged})' if unlogged else ''}", plan)
