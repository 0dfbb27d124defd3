"""The journal's lines taken in: what sessions did, what supervisors wrote, who was cleaned up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coord_core.documents import Document, Line
from coord_core.state.deeds import (
    concerned,
    deleted_sessions,
    describe,
    had,
    is_heartbeat,
    logged,
    session_of,
    supervisor_of,
)
from coord_core.state.index import Cleaned, Index
from coord_core.state.insights import Deed
from coord_core.state.losses import Loss, Written, in_document, taken_back, unapplied
from coord_core.state.patched import Draft
from coord_core.state.reading import text
from coord_core.state.signs import Activity, Stamp

_NEW: Final = Activity()


class Journal:
    """The journal's part of a board in the making.

    touched: sessions of which something new is known. rewritten: scopes that a supervisor wrote, to be read again.
    subjects: what findings must be sought for again.
    """

    def __init__(self, index: Index, boot: str) -> None:
        self.activity = Draft(index.activity)
        self.supervised = Draft(index.supervised)
        self.cleaned = Draft(index.cleaned)
        self.written = Draft(index.written)
        self.losses = Draft(index.losses)
        self.subjects: dict[str, None] = {}
        self.seq, self.boot = index.seq, boot
        self.touched: dict[str, None] = {}
        self.rewritten: dict[str, None] = {}

    def restart(self) -> None:
        """Forget all lines: the journal is given again from its beginning."""
        self.touched.update(dict.fromkeys(self.activity.now))
        self.rewritten.update(dict.fromkeys(self.supervised.now))
        self.subjects.update(dict.fromkeys(self.losses.now))
        self.activity, self.supervised, self.cleaned = Draft({}), Draft({}), Draft({})
        self.written, self.losses = Draft({}), Draft({})
        self.seq = 0

    def take(self, lines: Sequence[Line]) -> None:
        """Take lines in, oldest first; what was taken in before is passed over."""
        for line in lines:
            if line.seq > self.seq:
                self.seq = line.seq
                self._take(line)

    def _take(self, line: Line) -> None:
        stamp = Stamp(line.at, line.mono if self.boot and line.boot == self.boot else None)
        session = session_of(line)
        if session is not None:
            self._acted(line, session, stamp)
        else:
            self._supervised(line)
        self._wrote(line)

    def _wrote(self, line: Line) -> None:
        """Remember a line's edits, and what of the lines before it did not hold."""
        by = text(line.actor.get("session")) or supervisor_of(line) or "somebody"
        for entry in line.unapplied:
            for scope, loss in unapplied(entry, line.at, by).items():
                self._lose(scope, loss)
        for scope, edits in line.changes.items():
            before, base = self.written.now.get(scope), line.base.get(scope)
            if before is not None and isinstance(base, dict):
                lost = taken_back(before, base, {}, scope, line.at)
                if lost is not None:
                    self._lose(scope, lost)
            self.written.set(scope, Written(line.seq, line.at, by, edits))

    def compare(self, document: Document) -> None:
        """Look whether another program's document has lost what we wrote."""
        written = self.written.now.get(document.scope) if document.edited else None
        lost = in_document(written, document) if written is not None else None
        if lost is not None:
            self._lose(document.scope, lost)

    def _lose(self, scope: str, loss: Loss) -> None:
        self.losses.set(scope, loss)
        self.subjects[scope] = None

    def _acted(self, line: Line, session: str, stamp: Stamp) -> None:
        known = self.activity.now.get(session, _NEW)
        self.touched[session] = None
        if line.action == "sign_on":
            self.cleaned.drop(session)
        if is_heartbeat(line, session):
            self.activity.set(session, known.beat(stamp))
            return
        event = logged(line)
        if line.action == "log_event" and event is not None and event == known.last:
            self.activity.set(session, known.repeat(stamp))
            return
        deed = Deed(line.seq, line.at, session.rpartition(":session:")[2], describe(line))
        self.activity.set(session, known.act(stamp, deed, event))

    def _supervised(self, line: Line) -> None:
        deed = Deed(line.seq, line.at, supervisor_of(line) or "somebody", describe(line))
        for session in concerned(line.changes):
            self.touched[session] = None
            self.activity.set(session, self.activity.now.get(session, _NEW).suffer(deed))
        for scope, edits in line.changes.items():
            keys = {str(edit.path[0]): line.at for edit in edits if edit.path}
            self.supervised.set(scope, {**self.supervised.now.get(scope, {}), **keys})
            self.rewritten[scope] = None
        for session in deleted_sessions(line):
            self.cleaned.set(session, Cleaned(line.at, line.seq, had(line)))
        if line.undoes is not None:
            for session in [who for who, mark in self.cleaned.now.items() if mark.seq == line.undoes]:
                self.cleaned.drop(session)
                self.touched[session] = None
