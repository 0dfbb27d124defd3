"""Any document -> Part, by its kind."""

from __future__ import annotations

from coord_core.documents import Document
from coord_core.scopes import split
from coord_core.state.events import read_events
from coord_core.state.issues import read_issue, read_lock
from coord_core.state.reading import Context, Part
from coord_core.state.sessions import read_registry, read_session
from coord_core.state.worklists import read_lists


def read(document: Document, context: Context) -> Part:
    """Read one document, whatever it holds; never raises for what a writer put into it."""
    workspace, kind, name = split(document.scope)
    if kind == "session" and name:
        return read_session(document, workspace, name, context)
    if kind == "issue" and name:
        return read_issue(document, workspace, name, context)
    if kind == "locks" and name:
        return read_lock(document, workspace, name, context)
    if kind == "instances" and not name:
        return read_registry(document, workspace, name, context)
    if kind == "project" and name == "events":
        return read_events(document, workspace, name, context)
    if kind == "inbox":
        return Part(document, workspace, kind, name)
    return read_lists(document, workspace, kind, name, context)


def same(one: Document, other: Document) -> bool:
    """Say whether two readings of a document are of the same stored bytes."""
    return one is other or (
        one.source == other.source
        and one.written_at == other.written_at
        and one.revision == other.revision
        and one.edited == other.edited
        and one.data == other.data
        and one.metadata == other.metadata
    )
