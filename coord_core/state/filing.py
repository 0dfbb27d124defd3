"""Documents filed: what changed is read again, and every index that names it is brought up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from coord_core.documents import Batch, Document, Unreadable
from coord_core.scopes import in_workspace, natural
from coord_core.state.intake import Journal
from coord_core.state.parts import read, same
from coord_core.state.patched import Draft
from coord_core.state.reading import FILE, NOTHING, Context, Mention, Part, session_scope
from coord_core.state.records import Session
from coord_core.times import naive_utc_iso

if TYPE_CHECKING:
    from coord_core.state.board import Board

WINDOW: Final = 1800.0


class Filing:
    """The documents' part of a board in the making.

    touched: sessions of which something new is known. subjects: what findings must be sought for again.
    """

    def __init__(self, board: Board, journal: Journal, now: float, offset: float | None = None) -> None:
        index = board.index
        self.journal, self.now = journal, now
        recent, limit = naive_utc_iso(max(0.0, now - WINDOW)), now + board.limits.future
        self.context = Context(recent, limit, clock=(journal.boot, offset))
        self.parts = Draft(index.parts)
        self.mentions = Draft(index.mentions)
        self.workers = Draft(index.workers)
        self.registry = Draft(index.registry)
        self.places = Draft(index.places)
        # What this filing made itself, it may add to.
        self._named: dict[str, dict[str, Mention]] = {}
        self._came: list[str] = []
        self._went: list[str] = []
        self.unreadable: Draft[str, Unreadable] = Draft(board.unreadable)
        self.issues = Draft(board.issues)
        self.locks = Draft(board.locks)
        self.lists = Draft(board.lists)
        self.events = Draft(board.events)
        self.shared = board.shared
        self._shares: dict[str, bool] = {}
        self.changed_at, self.revised = board.changed_at, False
        # dicts keep order, so that the same batch always gives the same board.
        self.touched: dict[str, None] = {}
        self.subjects: dict[str, None] = {}

    def look(self, batch: Batch) -> None:
        """File the documents that changed, registries first: sessions need to know what those say."""
        documents, unreadable = batch.documents, batch.unreadable
        if batch.whole:
            documents = {**dict.fromkeys(self.parts.now.keys() - documents.keys()), **documents}
            unreadable = {**dict.fromkeys(self.unreadable.now.keys() - unreadable.keys()), **unreadable}
        registries = [scope for scope in documents if scope.endswith("instances")]
        for scope in registries:
            self._place(scope, documents[scope])
        for scope, document in documents.items():
            self._place(scope, document)
        for scope in self.journal.rewritten:
            part = self.parts.now.get(scope)
            if part is not None:
                self._file(scope, part, self._read(scope, part.document, part))
        for source, problem in unreadable.items():
            self._set_aside(source, problem)
        self._count(self._came, 1)
        self._count(self._went, -1)
        if self._shares:
            self._share()

    def reckon(self) -> None:
        """Read again until when locks hold: the wall clock has jumped, and theirs does not."""
        for scope, part in [*self.parts.now.items()]:
            if part.kind == "locks" and "lease" in part.document.data:
                self._file(scope, part, self._read(scope, part.document, part))

    def _set_aside(self, source: str, problem: Unreadable | None) -> None:
        if problem == self.unreadable.now.get(source):
            return
        self.subjects[FILE + source] = None
        if problem is None:
            self.unreadable.drop(source)
            self.changed_at = self.now
        else:
            self.unreadable.set(source, problem)
            self._written(problem.written_at or self.now)

    def _written(self, at: float) -> None:
        """Note when something was written: what is old when it is first seen has not changed just now."""
        if self.changed_at is None or at > self.changed_at:
            self.changed_at = at

    def _place(self, scope: str, document: Document | None) -> None:
        """Take a document's new version, None if it is gone."""
        old = self.parts.now.get(scope)
        if document is None:
            if old is not None:
                self.parts.drop(scope)
                self.changed_at = self.now
                self._file(scope, old, None)
        elif old is None or not same(old.document, document):
            self._written(document.written_at)
            if document.revision is not None:
                self.revised = True
            if document.edited:
                self.journal.compare(document)
            self._file(scope, old, self._read(scope, document, old))

    def _read(self, scope: str, document: Document, before: Part | None) -> Part:
        supervised, registered = self.journal.supervised.now.get(scope), self.registry.now.get(scope)
        if supervised is None and before is None and registered is None:
            return read(document, self.context)
        recent, limit, *_, clock = self.context
        return read(document, Context(recent, limit, supervised or NOTHING, before, registered, clock))

    def _file(self, scope: str, old: Part | None, new: Part | None) -> None:
        """Put a document's new reading in the place of its old one, and note whom that concerns."""
        part: Part = new or old  # type: ignore[assignment]
        self.subjects[scope] = None
        if new is not None:
            self.parts.set(scope, new)
            for session, mention in new.mentions.items():
                self._mentions_of(session)[scope] = mention
        if old is not None:
            self._unmention(scope, old.mentions, new.mentions if new is not None else NOTHING)
        if part.record is None:
            self._file_other(scope, part, old, new)
        elif part.kind == "session":
            self._file_session(scope, old, new)
        else:
            records: Draft[str, Any] = self.issues if part.kind == "issue" else self.locks
            if new is not None:
                records.set(scope, new.record)
            else:
                records.drop(scope)
        if old is None:
            self._came.append(part.workspace)
        elif new is None:
            self._went.append(part.workspace)

    def _mentions_of(self, session: str) -> dict[str, Mention]:
        """Return what names a session, to be changed in place."""
        self.touched[session] = None
        own = self._named.get(session)
        if own is None:
            own = self._named[session] = dict(self.mentions.now.get(session, NOTHING))
            self.mentions.set(session, own)
        return own

    def _unmention(self, scope: str, before: Mapping[str, Mention], after: Mapping[str, Mention]) -> None:
        for session in before:
            if session not in after:
                rest = self._mentions_of(session)
                del rest[scope]
                if not rest:
                    self.mentions.drop(session)
                    del self._named[session]

    def _file_session(self, scope: str, old: Part | None, new: Part | None) -> None:
        self.touched[scope] = None
        before, after = old and _worked_on(old), new and _worked_on(new)
        if before != after:
            if before is not None:
                self._set_workers(before, tuple(w for w in self.workers.now.get(before, ()) if w != scope))
            if after is not None:
                workers = (*self.workers.now.get(after, ()), scope)
                self._set_workers(after, tuple(sorted(workers, key=natural)) if len(workers) > 1 else workers)
        elif after is not None:
            self.subjects[after] = None

    def _set_workers(self, issue: str, workers: tuple[str, ...]) -> None:
        self.subjects[issue] = None
        if workers:
            self.workers.set(issue, workers)
        else:
            self.workers.drop(issue)

    def _file_other(self, scope: str, part: Part, old: Part | None, new: Part | None) -> None:
        if part.kind == "instances":
            self._file_registry(part.workspace, old, new)
            return
        if part.kind == "project" and part.id == "events":
            if new is not None:
                self.events.set(part.workspace, new.events)
            else:
                self.events.drop(part.workspace)
            return
        lists = {one.key: one for one in new.lists} if new else {}
        for one in old.lists if old else ():
            if one.key not in lists:
                self.lists.drop(one.key)
        for key, work in lists.items():
            self.lists.set(key, work)
        if part.kind != "inbox":
            self._shares[scope] = new is not None and not lists

    def _share(self) -> None:
        shared = [scope for scope in self.shared if scope not in self._shares]
        shared += [scope for scope, so in self._shares.items() if so]
        self.shared = tuple(sorted(shared))

    def _file_registry(self, workspace: str, old: Part | None, new: Part | None) -> None:
        before, after = old.registry if old else NOTHING, new.registry if new else NOTHING
        for who in before.keys() - after.keys():
            self.registry.drop(session_scope(workspace, who))
            self._registered(session_scope(workspace, who))
        for who, said in after.items():
            if before.get(who) != said:
                self.registry.set(session_scope(workspace, who), said)
                self._registered(session_scope(workspace, who))

    def _registered(self, scope: str) -> None:
        part = self.parts.now.get(scope)
        if part is not None:
            self._file(scope, part, self._read(scope, part.document, part))
        self.touched[scope] = None

    def _count(self, workspaces: list[str], each: int) -> None:
        for workspace, times in Counter(workspaces).items():
            count = self.places.now.get(workspace, 0) + each * times
            if count:
                self.places.set(workspace, count)
            else:
                self.places.drop(workspace)


def _worked_on(part: Part) -> str | None:
    """Return the scope of the issue that a session's document says it works on."""
    session = part.record
    if isinstance(session, Session) and session.issue is not None:
        return in_workspace(session.workspace, f"issue:{session.issue}")
    return None
