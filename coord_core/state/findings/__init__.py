"""What needs a human, and the remedies: one finding per cause (the design, §3)."""

from __future__ import annotations

from collections.abc import Iterable

from coord_core.state.findings.documents import find_in_document, find_unreadable
from coord_core.state.findings.issues import find_in_issue, find_in_lock
from coord_core.state.findings.sessions import find_in_session
from coord_core.state.findings.view import KINDS, Found, View, ordered
from coord_core.state.findings.work import find_in_lists
from coord_core.state.reading import FILE
from coord_core.state.records import Finding


def find(view: View, subject: str) -> tuple[tuple[Finding, ...], float]:
    """Return what is wrong with one subject, and when time alone may change that.

    subject: a scope, or `file:` and the source of an unreadable file.
    """
    found = Found(view)
    if subject.startswith(FILE):
        find_unreadable(found, subject.removeprefix(FILE))
        return tuple(found.findings), found.due
    part = view.parts.get(subject)
    if part is None or part.kind == "session":
        find_in_session(found, subject)
    elif part.kind == "issue":
        find_in_issue(found, part)
    elif part.kind == "locks":
        find_in_lock(found, part)
    elif part.lists:
        find_in_lists(found, part)
    if part is not None:
        find_in_document(found, part)
    return (tuple(found.findings) if found.findings else ()), found.due


def ranked(found: Iterable[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """Return all findings, worst first."""
    return tuple(ordered(one for some in found for one in some))


__all__ = ["KINDS", "View", "find", "ranked"]
