"""What an agent's calls came to, as the shell prints it: one short sentence about the thing."""

from __future__ import annotations

from coord_core import times
from coord_core.actions.answers import Accepted, Claim, Grant, Noted, Released, SignedOff, SignedOn, Taken


def signed_on(answer: SignedOn) -> list[str]:
    """Return what a name comes with, a sentence each."""
    taken = [f"{answer.session_id} was taken over from {answer.taken_over}"] if answer.taken_over else []
    return [*taken, *([f"{answer.session_id} still has {', '.join(answer.has)}"] if answer.has else [])]


def signed_off(answer: SignedOff) -> str:
    """Say who is gone, and what went and what stays."""
    free = f"; {', '.join(answer.released)} {_are(answer.released)} free" if answer.released else ""
    stays = f"; {', '.join(answer.keeps)} {_are(answer.keeps)} still {answer.session_id}'s" if answer.keeps else ""
    return f"{answer.session_id} is signed off{free}{stays}"


def beaten(noted: Noted) -> str:
    """Say whose heartbeat is noted."""
    return f"{noted.where.removeprefix('session:')}: heartbeat noted"


def claimed(claim: Claim | Accepted) -> str:
    """Say whose an issue is now."""
    return f"#{claim.issue} is yours{_was(claim.was)}"


def released(answer: Released) -> str:
    """Say that an issue or a lock is free."""
    what = _short(answer.what)
    return f"{what} is free" if answer.released else f"{what} was free already"


def granted(grant: Grant) -> str:
    """Say whose a lock is now, until when, and under which fence."""
    until = times.instant(grant.expires_at)
    time = f" until {times.clock(until)}" if until is not None else ""
    return f"{grant.resource} is yours{time}, fence {grant.fence}{_was(grant.was)}"


def label(taken: Taken) -> str:
    """Return a task's name alone, as `done` and `fail` take it."""
    return f"{taken.list}#{taken.id}"


def stands(noted: Noted) -> str:
    """Say in which state a task or an issue is."""
    return f"{_short(noted.where)} is {noted.what}"


def reported(noted: Noted) -> str:
    """Say how far an issue is."""
    return f"{_short(noted.where)}: {noted.what or 'progress noted'}"


def offered(noted: Noted) -> str:
    """Say to whom an issue is offered."""
    return f"{_short(noted.where)} is offered{noted.what.removeprefix('handoff') or ' to whoever accepts it first'}"


def logged(noted: Noted) -> str:
    """Say what is in the event log."""
    return f"{noted.what} is logged"


def planned(noted: Noted) -> str:
    """Say that a release is planned."""
    version, _, tasks = noted.what.rpartition(": ")
    return f"{version} is planned: {tasks}"


def _short(scope: str) -> str:
    if scope.startswith("issue:"):
        return f"#{scope.removeprefix('issue:')}"
    return scope.removeprefix("locks:")


def _are(things: tuple[str, ...]) -> str:
    return "is" if len(things) == 1 else "are"


def _was(whom: str) -> str:
    return f", taken over from {whom}" if whom else ""
