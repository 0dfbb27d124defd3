"""What needs a human, and the remedies: one finding per cause (the design, §3)."""

from __future__ import annotations

from collections.abc import Iterable

from coord_core.state.findings.circles import reached
from coord_core.state.findings.documents import find_in_document, find_unreadable
from coord_core.state.findings.issues import find_in_issue, find_in_lock
from coord_core.state.findings.sessions import calm_until, find_in_session
from coord_core.state.findings.view import KINDS, NEVER, Found, View, ordered
from coord_core.state.findings.work import find_in_lists
from coord_core.state.insights import Finding
from coord_core.state.reading import FILE, Part, session_scope
from coord_core.state.records import Issue, Lock


def find(view: View, subject: str) -> tuple[tuple[Finding, ...], float]:
    """Return what is wrong with one subject, and when time alone may change that.

    subject: a scope, or `file:` and the source of an unreadable file.
    """
    part = view.parts.get(subject)
    if part is not None and not part.stamps and not part.lists and subject not in view.losses:
        until = calm_until(view, subject) if part.kind == "session" else _fine(view, part)
        if until is not None:
            return (), until
    found = Found(view)
    if subject.startswith(FILE):
        find_unreadable(found, subject.removeprefix(FILE))
    elif part is None or part.kind == "session":
        find_in_session(found, subject)
    elif part.kind == "issue":
        find_in_issue(found, part)
    elif part.kind == "locks":
        find_in_lock(found, part)
    elif part.lists:
        find_in_lists(found, part)
    if part is not None:
        find_in_document(found, part)
    return tuple(found.findings), found.due


def _fine(view: View, part: Part) -> float | None:
    """Return NEVER if a glance says that nothing is wrong with a document, as with most of them; else None."""
    record = part.record
    if isinstance(record, Lock):
        fine = not record.waiters and record.expires is None
    elif isinstance(record, Issue):
        workers = view.workers.get(record.scope)
        fine = record.handoff is None and (workers is None or workers == (_owner(record),))
    else:
        fine = record is None
    return NEVER if fine else None


def _owner(issue: Issue) -> str | None:
    owner = issue.owner
    return session_scope(issue.workspace, owner) if owner is not None else None


def ranked(found: Iterable[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """Return all findings, worst first."""
    return tuple(ordered(one for some in found for one in some))


__all__ = ["KINDS", "View", "find", "ranked", "reached"]
