"""Scene: a board as one workspace sees it, with the look-ups that rows need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from coord_core import text
from coord_core.scopes import in_workspace, natural
from coord_core.state.board import Board
from coord_core.state.insights import Finding, Holdings, Life, Signs, Verdict
from coord_core.state.records import Issue, Session
from coord_tui.columns import Column
from coord_tui.display import Words, link, say
from coord_tui.rows.workspaces import short_names

if TYPE_CHECKING:
    from coord_tui.ignored import Ignored

SHAPES: Final = {
    Life.LIVE: ("●", "live"),
    Life.LATE: ("◐", "wait"),
    Life.STALE: ("○", "stale"),
    Life.DEAD: ("✗", "dead"),
    Life.OFF: ("–", "dim"),
    Life.UNKNOWN: ("?", "dim"),
}
NONE: Final = Holdings()
ALARMING: Final = {Life.DEAD: "dead", Life.STALE: "stale"}


RECORDS: Final = ("sessions", "issues", "locks", "lists", "events", "verdicts", "holdings", "signs")
SHARED: Final = ("documents", "unreadable", *RECORDS)
EQUAL: Final = ("shared", "findings", "workspaces", "changed_at", "journaled", "problem")


def same(one: Board, other: Board) -> bool:
    """Whether two boards show the same but for the time; what did not change is shared between them."""
    kept = all(getattr(one, name) is getattr(other, name) for name in SHARED)
    return kept and all(getattr(one, name) == getattr(other, name) for name in EQUAL)


class Scene:
    """One board, narrowed to a workspace (None: all of them), without the findings that its user ignores.

    present: the board of now where this one is of the past; differing: the records that are otherwise now.
    """

    def __init__(
        self,
        board: Board,
        workspace: str | None = None,
        ignoring: Ignored | None = None,
        present: Board | None = None,
        differing: frozenset[str] = frozenset(),
    ) -> None:
        self.board = board
        self.workspace = workspace
        self.ignoring = ignoring
        self.present, self.differing = present, differing

    def here(self, workspace: str) -> bool:
        """Whether a record of that workspace is shown."""
        return self.workspace is None or workspace == self.workspace

    @cached_property
    def workspaces(self) -> Sequence[str]:
        """The workspaces there are; documents that name none make one only where there is no other."""
        return tuple(filter(None, self.board.workspaces)) or self.board.workspaces

    @property
    def several(self) -> bool:
        """Whether records of more than one workspace are shown, so that names need theirs."""
        return self.workspace is None and len(self.workspaces) > 1

    @property
    def only(self) -> str | None:
        """The one workspace that is shown, None while several are."""
        names = self.workspaces
        return names[0] if self.workspace is None and len(names) == 1 else self.workspace

    @cached_property
    def short(self) -> dict[str, str]:
        """The workspaces' short names while several are shown, else none."""
        return short_names(self.workspaces) if self.several else {}

    def where(self, workspace: str) -> Words:
        """Return a workspace's short name to stand before another name: `shop/`; nothing while only one is shown."""
        return say((f"{self.short[workspace]}/", "dim")) if workspace in self.short else ()

    def widened(self, columns: Sequence[Column], place: int) -> Sequence[Column]:
        """Return columns of which one has room for `where` before its names."""
        if not self.several:
            return columns
        room = 1 + max(map(text.width, self.short.values()))
        wide = replace(columns[place], width=columns[place].width + room)
        return (*columns[:place], wide, *columns[place + 1 :])

    @cached_property
    def sessions(self) -> list[Session]:
        """The sessions shown, by name, the signed-off ones last."""
        shown = [session for session in self.board.sessions.values() if self.here(session.workspace)]
        off = self._off
        return sorted(shown, key=lambda session: (session.scope in off, natural(session.id), session.workspace))

    @cached_property
    def _off(self) -> set[str]:
        return {scope for scope, verdict in self.board.verdicts.items() if verdict.life is Life.OFF}

    def keep(self, before: Scene) -> None:
        """Keep what is as it was in the scene before, rather than work it out again: the order, who works on what."""
        now, then = self.board.sessions, before.board.sessions
        if self.workspace == before.workspace and now.keys() == then.keys() and self._off == before._off:
            self.sessions = [now[session.scope] for session in before.sessions]
            if self.employed == before.employed:
                self.working = before.working

    @cached_property
    def findings(self) -> list[Finding]:
        """The findings shown, worst first."""
        return [finding for finding in self._all_findings if not self.hides(finding)]

    @cached_property
    def ignored(self) -> list[Finding]:
        """The findings that the user ignores, worst first."""
        return [finding for finding in self._all_findings if self.hides(finding)]

    @property
    def _all_findings(self) -> list[Finding]:
        return [finding for finding in self.board.findings if self.here(finding.workspace)]

    def hides(self, finding: Finding) -> bool:
        """Whether a finding is ignored."""
        return self.ignoring is not None and self.ignoring.hides(finding, self.holdings(finding.subject))

    @cached_property
    def lives(self) -> Mapping[Life, int]:
        """How many of the sessions shown are alive, late, stale, dead…"""
        found = [self.verdict(session.scope).life for session in self.sessions]
        return {life: found.count(life) for life in Life}

    @cached_property
    def employed(self) -> list[tuple[str, str | None]]:
        """The sessions shown, each with the issue that it says it works on: quick to compare."""
        return [(session.scope, session.issue) for session in self.sessions]

    @cached_property
    def working(self) -> dict[tuple[str, str], list[str]]:
        """Who says it works on which issue, by workspace and issue."""
        found: dict[tuple[str, str], list[str]] = {}
        for session in self.board.sessions.values():
            if session.issue is not None:
                found.setdefault((session.workspace, session.issue), []).append(session.id)
        return found

    def verdict(self, scope: str) -> Verdict:
        """Return the verdict on a session."""
        return self.board.verdicts.get(scope) or Verdict(Life.UNKNOWN, "nothing is known of it")

    def life(self, workspace: str, session: str | None) -> Life | None:
        """Return the life of a session by its id, None if there is no such session."""
        scope = in_workspace(workspace, f"session:{session}")
        return self.verdict(scope).life if session and scope in self.board.sessions else None

    def holdings(self, scope: str) -> Holdings:
        """Return what a session has."""
        return self.board.holdings.get(scope, NONE)

    def signs(self, scope: str) -> Signs:
        """Return a session's signs of life."""
        return self.board.signs.get(scope) or Signs()

    def owners(self, issue: Issue) -> list[str]:
        """Return everybody who has an issue or says so, by id, the owner first."""
        named = [issue.current_session, issue.claimed_by, *self.working.get((issue.workspace, issue.id), ())]
        return list(dict.fromkeys(name for name in named if name))

    def disputed(self, issue: Issue) -> bool:
        """Whether two who have not signed off have the same issue."""
        rivals = [name for name in self.owners(issue) if self.life(issue.workspace, name) is not Life.OFF]
        return len(rivals) > 1

    def who(self, workspace: str, session: str | None, tone: str = "") -> Words:
        """Return a session's name, red when it is dead, orange when stale; – for nobody."""
        if not session:
            return say(("–", "dim"))
        life = self.life(workspace, session)
        known = in_workspace(workspace, f"session:{session}") if life else ""
        return say(link(session, known, ALARMING.get(life, tone) if life else tone))
