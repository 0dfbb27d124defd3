"""Issues: claimed, reported on, handed off, taken over, given back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from coord_core.actions.arguments import issue_id, name
from coord_core.actions.draft import strike
from coord_core.actions.telling import tell
from coord_core.actions.turn import Turn
from coord_core.errors import Finished, InvalidArgument, NotFound, NotYours
from coord_core.state.insights import GONE
from coord_core.state.issues import OWNER_KEYS, stored_id
from coord_core.state.reading import text
from coord_core.state.records import TaskState
from coord_core.state.worklists import task_state

OTHER: Final = "Take another issue (coordctl status shows what is free), or ask for a handoff"
REOPEN: Final = "Take another issue (coordctl status shows what is free), or store another status to reopen it"
HANDED_OFF: Final = "It was handed off, to you among others: accept it (coordctl accept issue:{issue})"


def claim_issue(turn: Turn, issue: str) -> dict[str, Any]:
    """Take an issue that nobody has, or whose owner is dead or signed off; raises Held, OnHold, InvalidArgument.

    What somebody left with it comes with it, and is taken away there. An issue that is the caller's already stays so,
    with the same fence. Raises Finished.
    """
    turn.require_signed_on()
    issue = issue_id(issue)
    found = turn.read(f"issue:{issue}")
    owner = _owner(found)
    if owner == turn.session and type(found.get("fence")) is int:
        return {**_claim(issue, found, ""), "handoff": {}}
    turn.require_no_hold()
    if _is_done(found):
        raise _finished(turn, issue, found, REOPEN)
    if owner is not None and owner != turn.session:
        _require_gone(turn, issue, owner, found)
    if text(_handoff(found).get("from_session")) == turn.session:
        return {**_take(turn, issue, owner), "handoff": {}}
    return _pick_up(turn, issue, owner, found)


def release_issue(turn: Turn, issue: str, fence: int = 0) -> dict[str, Any]:
    """Give an issue back: pending, and nobody's. One that nobody has is free already. Raises NotYours."""
    turn.require_signed_on()
    issue = issue_id(issue)
    owner = _owner(_require_mine_or_free(turn, issue, fence, "Only who has an issue can give it back"))
    if owner is not None:
        data = turn.edit(f"issue:{issue}")
        for key in OWNER_KEYS:
            data.pop(key, None)
        data["status"] = "pending"
        _forget(turn, turn.session, issue)
    return {"what": f"issue:{issue}", "released": owner is not None}


def complete_issue(turn: Turn, issue: str, message: str, fence: int = 0) -> dict[str, Any]:
    """Finish an issue of the caller's: it is nobody's from then on, and remembers whose it was. Raises NotYours."""
    turn.require_signed_on()
    issue = issue_id(issue)
    found = turn.read(f"issue:{issue}")
    if _is_done(found) and text(found.get("claimed_by")) != turn.session:
        raise _finished(turn, issue, found, OTHER)
    if not _is_done(found):
        _require_mine(turn, issue, fence, "Claim it first")
        data = turn.edit(f"issue:{issue}")
        data |= {"status": "completed", "completed_at": turn.stamp}
        data["progress"] = {
            "phase": "complete", "percent": 100, "message": message, "updated_at": turn.stamp,
            "updated_by": turn.session,
        }  # fmt: skip
        data.pop("handoff", None)
        _forget(turn, turn.session, issue)
    return {"where": f"issue:{issue}", "what": "completed"}


def update_progress(
    turn: Turn, issue: str, phase: str, percent: float | None, message: str, fence: int = 0
) -> dict[str, Any]:
    """Broadcast how far an issue is, 0 to 100 percent; raises NotYours if it is another session's."""
    turn.require_signed_on()
    issue = issue_id(issue)
    if percent is not None and (
        isinstance(percent, bool)
        or not isinstance(percent, int | float)
        or not math.isfinite(percent)
        or not 0 <= percent <= 100
    ):
        raise InvalidArgument("percent", "a number from 0 to 100 is needed")
    if not _require_mine_or_free(turn, issue, fence, "Claim it, or report on one of yours"):
        raise NotFound(f"issue {issue}", f"claim it first (coordctl claim issue:{issue}): that makes it")
    data = turn.edit(f"issue:{issue}")
    phase, percent, message = _gone_on(data.get("progress"), turn.session, phase, percent, message)
    data["progress"] = {
        "phase": phase, "percent": percent, "message": message, "updated_at": turn.stamp, "updated_by": turn.session,
    }  # fmt: skip
    return {"where": f"issue:{issue}", "what": f"{phase} {percent:g}%".lstrip() if percent is not None else phase}


def _gone_on(
    before: object, session: str, phase: str, percent: float | None, message: str
) -> tuple[str, float | None, str]:
    """Return what a session says of its progress; what it leaves out is as it was, but words were of their phase."""
    if not isinstance(before, dict) or before.get("updated_by") != session:
        return phase, percent, message
    was, reached = text(before.get("phase")) or "", before.get("percent")
    if percent is None and isinstance(reached, int | float) and not isinstance(reached, bool):
        percent = reached
    if phase in ("", was):
        message = message or text(before.get("message")) or ""
    return phase or was, percent, message


def offer_handoff(
    turn: Turn,
    issue: str,
    phase: str,
    next_steps: Iterable[str],
    context: Mapping[str, Any],
    to: str | None,
    fence: int = 0,
) -> dict[str, Any]:
    """Leave an issue of the caller's for another session: `to`, or whoever picks it up; raises NotYours."""
    turn.require_signed_on()
    issue = issue_id(issue)
    _require_mine(turn, issue, fence, "Only who has an issue can hand it off")
    handoff = {
        "from_session": turn.session, "phase": phase, "next_steps": list(next_steps), "context": dict(context),
        "handoff_at": turn.stamp,
    }  # fmt: skip
    # Some clients leave an argument out by saying "".
    if to not in (None, ""):
        to = name("to", to)
        _require_receiver(turn, to)
        handoff["to_session"] = to
        tell(turn.tx, turn.workspace, to, turn.session, f"#{issue} is handed off to you: accept it", turn.at)
    turn.edit(f"issue:{issue}")["handoff"] = handoff
    return {"where": f"issue:{issue}", "what": f"handoff{' to ' + to if to else ''}"}


def accept_handoff(turn: Turn, issue: str) -> dict[str, Any]:
    """Take over an issue that was handed off, with the words that were left; raises NotFound, Held, OnHold."""
    turn.require_signed_on()
    turn.require_no_hold()
    issue = issue_id(issue)
    found = turn.read(f"issue:{issue}")
    if not _handoff(found):
        raise NotFound(f"handoff on issue {issue}", "`coordctl status` shows what was handed off")
    owner, giver = _owner(found), text(_handoff(found).get("from_session"))
    if owner not in (None, giver, turn.session):
        _require_gone(turn, issue, str(owner), found)
    claim = _pick_up(turn, issue, owner, found)
    return {key: claim[key] for key in ("issue", "fence", "handoff", "was")}


def _handoff(issue: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was left with an issue, empty if nothing was."""
    found = issue.get("handoff")
    return found if isinstance(found, dict) else {}


def _pick_up(turn: Turn, issue: str, owner: str | None, found: Mapping[str, Any]) -> dict[str, Any]:
    """Take an issue with what was left with it; raises Held if that was left for another who may be at work."""
    handoff = _handoff(found)
    giver, meant = text(handoff.get("from_session")), text(handoff.get("to_session"))
    if meant not in (None, turn.session) and turn.verdict(str(meant)).life not in GONE:
        raise turn.refuse(f"the handoff of issue {issue}", str(meant), handoff.get("handoff_at"), OTHER)
    claim = _take(turn, issue, owner)
    if handoff:
        del turn.edit(f"issue:{issue}")["handoff"]
    if giver not in (None, turn.session, claim["was"]):
        tell(turn.tx, turn.workspace, str(giver), turn.session, f"{turn.session} took #{issue} over from you", turn.at)
    return {**claim, "handoff": dict(handoff)}


def _require_receiver(turn: Turn, to: str) -> None:
    """Refuse a handoff to oneself, or to a name that nobody bears: nobody else could accept it then."""
    if to == turn.session:
        raise InvalidArgument("to", "that is you; leave it out to hand off to whoever accepts first")
    if turn.registered(to) is None and not turn.read(f"session:{to}"):
        raise NotFound(f"session {to}", "`coordctl status` shows who is there; leave it out to hand off to anybody")


def _owner(issue: Mapping[str, Any]) -> str | None:
    """Return who has an issue: nobody once it is finished."""
    owner = text(issue.get("current_session")) or text(issue.get("claimed_by"))
    return None if _is_done(issue) else owner


def _is_done(issue: Mapping[str, Any]) -> bool:
    return task_state(text(issue.get("status")) or "", owned=True) is TaskState.DONE


def _finished(turn: Turn, issue: str, found: Mapping[str, Any], advice: str) -> Finished:
    ended = turn.age(found.get("completed_at"))
    return Finished(f"issue {issue}", text(found.get("status")) or "", text(found.get("claimed_by")), ended, advice)


def _require_mine(turn: Turn, issue: str, fence: int, advice: str) -> None:
    """Raise NotYours unless the caller has an issue."""
    if _owner(_require_mine_or_free(turn, issue, fence, advice)) is None:
        raise NotYours(f"issue {issue}", None, "Claim it first")


def _require_mine_or_free(turn: Turn, issue: str, fence: int, advice: str) -> Mapping[str, Any]:
    """Return an issue that nobody else has; raises NotYours, also if it was taken from a caller who knows its fence."""
    found = turn.read(f"issue:{issue}")
    owner = _owner(found)
    lost = fence and not _is_done(found) and (owner != turn.session or found.get("fence") not in (fence, None))
    if owner in (turn.session, None) and not lost:
        return found
    why = turn.why(f"issue:{issue}", after=fence) if fence else ""
    age = turn.age(found.get("claimed_at")) if owner is not None else ""
    raise NotYours(f"issue {issue}", owner, f"It was taken from you: {why}. {advice}" if why else advice, age)


def _require_gone(turn: Turn, issue: str, owner: str, found: Mapping[str, Any]) -> None:
    if turn.verdict(owner).life not in GONE:
        handoff = _handoff(found)
        meant = text(handoff.get("to_session")) if handoff else ""
        advice = HANDED_OFF.format(issue=issue) if meant in (None, turn.session) else OTHER
        raise turn.refuse(f"issue {issue}", owner, found.get("claimed_at"), advice)


def _take(turn: Turn, issue: str, owner: str | None) -> dict[str, Any]:
    data = turn.edit(f"issue:{issue}")
    was = owner if owner is not None and owner != turn.session else ""
    data |= {"claimed_by": turn.session, "claimed_at": turn.stamp, "fence": turn.tx.seq, "status": "in_progress"}
    if "current_session" in data:
        data["current_session"] = turn.session
    session = f"session:{turn.session}"
    working = text(turn.read(session).get("current_issue"))
    if working is None or _owner(turn.read(f"issue:{working}")) != turn.session:
        turn.edit(session)["current_issue"] = stored_id(issue)
    if was:
        _forget(turn, was, issue)
        tell(turn.tx, turn.workspace, was, turn.session, f"{turn.session} took #{issue} over from you", turn.at)
    return _claim(issue, data, was)


def _claim(issue: str, data: Mapping[str, Any], was: str) -> dict[str, Any]:
    return {"issue": issue, "fence": data["fence"], "claimed_at": text(data.get("claimed_at")) or "", "was": was}


def _forget(turn: Turn, session: str, issue: str) -> None:
    """Clear a session's current issue if it is this one, but never take its document away with that."""
    if text(turn.read(f"session:{session}").get("current_issue")) == issue:
        strike(turn.edit(f"session:{session}"), "current_issue")
