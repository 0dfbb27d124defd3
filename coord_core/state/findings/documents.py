"""Files that cannot be read, times that cannot be, and writes that did not hold."""

from __future__ import annotations

from coord_core.scopes import parse
from coord_core.state.findings.view import Found, cut
from coord_core.state.insights import Remedy
from coord_core.state.reading import Part

FORGET = 3600.0
"""Seconds that an overwritten write stays a finding."""


def find_unreadable(found: Found, source: str) -> None:
    """Say why a file cannot be read."""
    file = found.view.unreadable.get(source)
    if file is None:
        return
    workspace = parse(file.scope).workspace if file.scope else ""
    short = parse(file.scope).short if file.scope else source
    since = file.written_at or None
    found.add(
        "unreadable_file", source, workspace, short, f"cannot be read: {file.reason}", since,
        Remedy("quarantine", {"source": source}),
    )  # fmt: skip


def find_in_document(found: Found, part: Part) -> None:
    """Seek times that cannot be, and writes of ours that another program took back."""
    if part.stamps:
        _times(found, part)
    scope = part.document.scope
    loss = found.view.losses.get(scope)
    if loss is not None and found.view.now - loss.at < FORGET:
        found.add("overwritten", scope, part.workspace, loss.lead, loss.text, loss.at)
        found.again(loss.at + FORGET)


def _times(found: Found, part: Part) -> None:
    """Say one thing at most: the first time that is unreadable, else the first that lies ahead."""
    scope, workspace, lead = part.document.scope, part.workspace, f"{_record_name(part)}:"
    limit = found.view.now + found.view.limits.future
    ahead = [(key, moment) for key, moment in part.stamps if moment.at is not None and moment.at > limit]
    for key, moment in part.stamps:
        if not moment.readable:
            said = f"{cut(key, 30)} is no time: {cut(moment.stated, 30) or 'empty'}"
            found.add("unreadable_time", scope, workspace, lead, said, None)
            return
    for key, moment in ahead[:1]:
        said = f"{cut(key, 30)} lies in the future, {cut(moment.stated, 30)}: a clock or zone is wrong"
        found.add("future_time", scope, workspace, lead, said, None)
        found.again((moment.at or 0.0) - found.view.limits.future)


def _record_name(part: Part) -> str:
    """Return a document's name with what it is, where the name alone does not say it: `lock src/orders`."""
    kind = {"locks": "lock ", "session": "session "}.get(part.kind, "") if part.id else ""
    return kind + people_name(part)


def people_name(part: Part) -> str:
    """Return what people call a document: `#15`, `src/orders`, `claude_1`, `queue`."""
    return f"#{part.id}" if part.kind == "issue" else part.id or part.kind
