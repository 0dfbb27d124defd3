"""Sessions settled: who there is, their signs of life, what they hold, and the verdict on each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from coord_core.scopes import in_workspace, natural, parse
from coord_core.state.agenda import Planner
from coord_core.state.filing import Filing
from coord_core.state.insights import Holdings
from coord_core.state.intake import Journal
from coord_core.state.liveness import judge
from coord_core.state.patched import Draft
from coord_core.state.reading import NOTHING, Mention
from coord_core.state.records import Issue, Lock, Session, Task
from coord_core.state.signs import weigh

if TYPE_CHECKING:
    from coord_core.state.board import Board

NOTHING_HELD: Final = Holdings()


class Roster:
    """The sessions' part of a board in the making.

    subjects: what findings must be sought for again, because a session changed. stirred: somebody came, went, or took
    or left something, so that the reason why tasks wait may be another.
    """

    def __init__(self, board: Board, filing: Filing, journal: Journal, now: float) -> None:
        self.filing, self.journal, self.now, self.limits = filing, journal, now, board.limits
        self.sessions = Draft(board.sessions)
        self.verdicts = Draft(board.verdicts)
        self.holdings = Draft(board.holdings)
        self.signs = Draft(board.signs)
        self.due = Planner(board.index.seen_due)
        self.subjects: dict[str, None] = {}
        self.stirred = False

    def settle(self, touched: Iterable[str], processes: Mapping[str, str | None], offset: float | None) -> None:
        """Look again at the touched sessions, and at those that are due."""
        scopes = dict.fromkeys([*touched, *self.due.take(self.now)])
        self.subjects.update(scopes)
        for scope in scopes:
            self._settle(scope, processes.get(scope), offset)

    def _settle(self, scope: str, process: str | None, offset: float | None) -> None:
        mentions = self.filing.mentions.now.get(scope, NOTHING)
        self._hold(scope, mentions)
        old, session = self.sessions.now.get(scope), self._session(scope)
        if session is None:
            if old is not None:
                self._forget(scope, old, mentions)
            return
        if session is not old:
            self.sessions.set(scope, session)
            self.stirred = self.stirred or old is None or old.issue != session.issue
        signs, due = weigh(
            mentions.values(), self.journal.activity.now.get(scope), self.now, offset, self.limits.future
        )
        known, before = self.signs.now.get(scope), self.verdicts.now.get(scope)
        if known is None or signs != known:
            self.signs.set(scope, signs)
        verdict, later = judge(session, signs, process, self.limits, self.now)
        if before is None or verdict != before:
            self.verdicts.set(scope, verdict)
            if before is None or before.life is not verdict.life:
                self.stirred = True
                self._spread(session, mentions)
        self.due.set(scope, min(due, later))

    def _session(self, scope: str) -> Session | None:
        part = self.filing.parts.now.get(scope)
        if part is not None and isinstance(part.record, Session):
            return part.record
        if self.filing.registry.now.get(scope) != "taken":
            return None
        old = self.sessions.now.get(scope)
        if old is not None and not old.exists:
            return old
        name = parse(scope)
        return Session(scope, name.workspace, name.id, exists=False, registry="taken")

    def _forget(self, scope: str, session: Session, mentions: Mapping[str, Mention]) -> None:
        self.stirred = True
        self.sessions.drop(scope)
        self.verdicts.drop(scope)
        self.signs.drop(scope)
        self.due.set(scope, float("inf"))
        self._spread(session, mentions)

    def _spread(self, session: Session, mentions: Mapping[str, Mention]) -> None:
        """Note what else must be looked at again because of a session: all that names it, and its issue."""
        self.subjects.update(dict.fromkeys(mentions))
        if session.issue is not None:
            self.subjects[in_workspace(session.workspace, f"issue:{session.issue}")] = None

    def _hold(self, scope: str, mentions: Mapping[str, Mention]) -> None:
        held = holdings(mentions)
        old = self.holdings.now.get(scope)
        if held is NOTHING_HELD and scope not in self.filing.parts.now and scope not in self.filing.registry.now:
            self.holdings.drop(scope)
        elif old is None or held != old:
            self.holdings.set(scope, held)
            self.stirred = True


def holdings(mentions: Mapping[str, Mention]) -> Holdings:
    """Return everything that a session has, from all documents that name it, in natural order."""
    locks: list[Lock] = []
    issues: list[Issue] = []
    tasks: list[Task] = []
    wants: list[Lock] = []
    for one in mentions.values():
        if one.locks:
            locks += one.locks
        if one.issues:
            issues += one.issues
        if one.tasks:
            tasks += one.tasks
        if one.wants:
            wants += one.wants
    if not (locks or issues or tasks or wants):
        return NOTHING_HELD
    for records in (locks, issues, wants):
        if len(records) > 1:
            records.sort(key=_by_scope)
    if len(tasks) > 1:
        tasks.sort(key=_by_list)
    return Holdings(tuple(locks), tuple(issues), tuple(tasks), tuple(wants))


def _by_scope(record: Lock | Issue) -> Any:
    return natural(record.scope)


def _by_list(task: Task) -> Any:
    return not task.list.endswith("project:queue#tasks"), natural(task.list), task.index
