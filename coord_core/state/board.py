"""Board: everything at one instant; built incrementally from the board before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from coord_core.documents import Batch, Document, Line, Unreadable
from coord_core.frozen import frozen
from coord_core.scopes import in_workspace, parse
from coord_core.state.holds import HOLD, Hold, read_hold
from coord_core.state.inbox import Letter, read_inbox
from coord_core.state.index import EMPTY, Index
from coord_core.state.insights import Deed, Finding, Holdings, Signs, Verdict
from coord_core.state.liveness import Limits
from coord_core.state.records import Event, Issue, Lock, Progress, Session, WorkList


@frozen(eq=False)
class Board:
    """Everything at one instant; immutable, and it shares unchanged records with the board before it.

    now: the instant, seconds since 1970. Records are keyed by full scope (lists by their key, unreadable files by
    source); so are verdicts, holdings and signs, by the session's scope. events: by workspace, oldest first. shared:
    the scopes that are none of these. findings: worst first. changed_at: when a document last changed. journaled: there
    is a journal. problem: why the store cannot be looked at just now, "" when it can; the rest is then the last good
    view. history: what each session did and what was done to it, oldest first, as far as the journal's lines were
    given. holdings also has the names that own something though no session is known by them. news: how many documents
    are otherwise than in the board before.
    """

    now: float = 0.0
    limits: Limits = field(default_factory=Limits)
    documents: Mapping[str, Document] = field(default_factory=dict)
    unreadable: Mapping[str, Unreadable] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    issues: Mapping[str, Issue] = field(default_factory=dict)
    locks: Mapping[str, Lock] = field(default_factory=dict)
    lists: Mapping[str, WorkList] = field(default_factory=dict)
    events: Mapping[str, Sequence[Event]] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    holdings: Mapping[str, Holdings] = field(default_factory=dict)
    signs: Mapping[str, Signs] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    workspaces: tuple[str, ...] = ()
    changed_at: float | None = None
    journaled: bool = False
    problem: str = ""
    news: int = 0
    index: Index = field(default=EMPTY, repr=False)

    def update(
        self,
        batch: Batch,
        *,
        now: float,
        processes: Mapping[str, str | None] | None = None,
        mono: float | None = None,
        boot: str = "",
    ) -> Board:
        """Return the board after `batch` at `now`; with an empty batch only time has passed.

        processes: by session scope, why its process is proven gone, "" if it provably lives, None if nobody can say;
        without it, as it was given last. mono, boot: the monotonic clock and the id of this boot, by which lines of
        this boot are aged whatever the wall clock does.
        """
        from coord_core.state.updating import uncollected, updated

        with uncollected(len(batch.documents)):
            return updated(self, batch, now=now, processes=processes, mono=mono, boot=boot)

    def progress(self, session: str) -> Progress | None:
        """Return a session's progress: its own, else its issue's, unless that is another session's word."""
        found = self.sessions.get(session)
        if found is None or found.progress is not None or found.issue is None:
            return found.progress if found is not None else None
        issue = self.issues.get(in_workspace(found.workspace, f"issue:{found.issue}"))
        if issue is None or issue.progress is None:
            return None
        return issue.progress if (issue.progress.updated_by or issue.owner) == found.id else None

    def history(self, session: str) -> tuple[Deed, ...]:
        """Return what a session did and what was done to it, oldest first, as far as the journal's lines were given."""
        activity = self.index.activity.get(session)
        return activity.deeds if activity is not None else ()

    def inbox(self, session: str) -> tuple[Letter, ...]:
        """Return what a session is to be told, and what it was told, oldest first."""
        name = parse(session)
        document = self.documents.get(in_workspace(name.workspace, f"inbox:{name.id}"))
        return read_inbox(document.data) if document is not None else ()

    def listens(self, session: str) -> bool:
        """Say whether a session signed on through us, so that its calls bring it what it is to be told."""
        document = self.documents.get(session)
        return document is None or "fence" in document.data

    def hold(self, workspace: str) -> Hold | None:
        """Return the hold that stands in a workspace, None without one."""
        document = self.documents.get(in_workspace(workspace, HOLD))
        return read_hold(document.data) if document is not None else None


__all__ = ["Board", "Line"]
