"""Sources: every panel's rows, made from one scene."""

from __future__ import annotations

from coord_tui.layout import Counts
from coord_tui.rows.events import EventRows
from coord_tui.rows.findings import FindingRows
from coord_tui.rows.issues import IssueRows
from coord_tui.rows.journal import JournalRows
from coord_tui.rows.locks import LockRows
from coord_tui.rows.scene import Scene
from coord_tui.rows.sessions import SessionRows
from coord_tui.rows.shared import SharedRows
from coord_tui.rows.source import Source
from coord_tui.rows.work import WorkRows
from coord_tui.targets import Target, find


class Sources:
    """The rows of a scene, by panel."""

    def __init__(
        self,
        scene: Scene,
        *,
        before: Sources | None = None,
        wide: bool = False,
        ignored: bool = False,
        toggled: frozenset[str] = frozenset(),
    ) -> None:
        """Before: the rows that were shown before. wide: there is room for seconds. ignored: what is ignored too.

        toggled: branches of shared state that are not as they begin.
        """
        self.scene = scene
        if before is not None:
            scene.keep(before.scene)
        self.findings = FindingRows(scene, ignored=ignored)
        self.sessions: SessionRows = SessionRows(scene, before.sessions if before else None)
        self.issues: IssueRows = IssueRows(scene, before.issues if before else None)
        self.locks = LockRows(scene)
        self.work = WorkRows(scene)
        self.events: EventRows = EventRows(scene, before.events if before else None, wide=wide)
        self.shared = SharedRows(scene, toggled)
        self.journal = JournalRows()

    def of(self, panel: str) -> Source:
        """Return a panel's rows."""
        found: dict[str, Source] = {
            "needs": self.findings, "sessions": self.sessions, "issues": self.issues, "locks": self.locks,
            "work": self.work, "events": self.events, "shared": self.shared,
            "journal": self.journal,
        }  # fmt: skip
        return found[panel]

    def holder(self, key: str) -> str | None:
        """Return the panel that a record is shown in."""
        return next(
            (panel for panel in ("sessions", "issues", "locks", "work", "shared") if key in self.of(panel).keys), None
        )

    def target(self, key: str | None) -> Target | None:
        """Return what keys act on at a row."""
        return find(self.scene, key, self.work, self.findings)

    def opens(self, key: str | None) -> str | None:
        """Return the record whose detail a row opens: an event's session, else what the event names."""
        told = self.events.told.get(key or "")
        return key if told is None else self.events.record(told.event)

    def counts(self) -> Counts:
        """Return how many rows each panel has."""
        return Counts(len(self.findings.keys), len(self.sessions.keys), len(self.locks.keys),
                      len(self.work.keys), self.issues.total)  # fmt: skip
