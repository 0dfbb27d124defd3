"""Sessions as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from coord_core.scopes import in_workspace
from coord_core.state.insights import Holdings, Life, Signs
from coord_core.state.records import Issue, Progress, Session, Task
from coord_tui.ages import since
from coord_tui.columns import Column
from coord_tui.display import NOTHING, Cell, Things, Words, say
from coord_tui.rows.scene import ALARMING, SHAPES, Scene
from coord_tui.rows.source import Fields, Value
from coord_tui.rows.values import elapsed, percent_of, phase_of, ranked

COLUMNS: Final = (
    Column("", 1, by="state"),
    Column("SESSION", 17, by="name"),
    Column("SEEN", 4, right=True, by="seen", quiet=True),
    Column("DID", 4, right=True, by="did", quiet=True),
    Column("ISSUE", 5, by="issue"),
    Column("%", 4, right=True, by="progress"),
    Column("", 6, extra=1),
    Column("PHASE", 14, extra=4, by="phase"),
    Column("DOING", 12, share=0.59, comfort=30, by="doing"),
    Column("HOLDS", 16, share=0.41, comfort=20, by="holds"),
    Column("LAST 30 MIN", 12, extra=2, quiet=True),
    Column("BRANCH", 22, extra=3, by="branch"),
    Column("CLIENT", 6, extra=5, by="client"),
)
BARS: Final = "▁▂▃▄▅▆▇█"
OFF: Final = Life.OFF


def bar(percent: float | None, cells: int = 6) -> str:
    """Return progress as a bar with half cells."""
    halves = round((percent or 0) * cells * 2 / 100)
    return "━" * (halves // 2) + "╸" * (halves % 2)


def sparkline(buckets: Sequence[int], most: int) -> str:
    """Return counts as bars; `most` is the tallest."""
    return "".join(BARS[0] if not n else BARS[min(7, max(1, round(n * 7 / max(most, 1))))] for n in buckets)


class SessionRows:
    """The sessions of a scene."""

    ages = True

    def __init__(self, scene: Scene, before: SessionRows | None = None) -> None:
        """Before: the rows that were shown before, of which most are still the same."""
        self.scene = scene
        self.columns = scene.widened(COLUMNS, 1)
        self.keys = [session.scope for session in scene.sessions]
        self._lasting: dict[str, Sequence[Cell]] = {}
        self.most = max((max(signs.buckets) for signs in scene.board.signs.values() if signs.buckets), default=1)
        self._before = (before.scene, before._lasting) if before is not None and self._alike(before) else None

    @property
    def fields(self) -> Fields:
        """What rows are sorted by and filtered on; made anew each time: kept, it would keep its rows, and they it."""
        scene = self.scene
        return {
            "name": lambda key: self._at(key).id,
            "session": lambda key: self._at(key).id,
            "owner": lambda key: self._at(key).id,
            "state": lambda key: ranked(scene.verdict(key).life),
            "seen": lambda key: elapsed(scene, scene.signs(key).seen),
            "did": lambda key: elapsed(scene, scene.signs(key).did),
            "issue": self._number,
            "progress": lambda key: percent_of(self._progress(self._at(key))),
            "phase": lambda key: phase_of(self._progress(self._at(key))),
            "doing": self._said,
            "holds": self._has,
            "branch": lambda key: self._at(key).branch,
            "client": lambda key: self._at(key).client,
            "workspace": lambda key: self._at(key).workspace,
        }

    def _alike(self, other: SessionRows) -> bool:
        """Whether rows read the same as others but for what is their sessions' own."""
        one, two = self.scene, other.scene
        issues = one.board.issues is two.board.issues and one.employed == two.employed and one.short == two.short
        # Those who have signed off stand last; so the same order and as many of them are the same sessions.
        return issues and self.most == other.most and one.lives[OFF] == two.lives[OFF]

    def _at(self, key: str) -> Session:
        return self.scene.board.sessions[key]

    def _number(self, key: str) -> Value:
        session = self._at(key)
        issue = issue_of(self.scene, session)
        return issue.id if issue else session.issue

    def _said(self, key: str) -> Value:
        session = self._at(key)
        return self._doing(session, issue_of(self.scene, session), self.scene.verdict(key).life)[0]

    def _has(self, key: str) -> Value:
        has = self.scene.holdings(key)
        return ", ".join(things(has)) or ", ".join(lock.resource for lock in has.wants)

    def words(self, key: str) -> str:
        """Return what a filter looks for."""
        session = self.scene.board.sessions[key]
        holds = things(self.scene.holdings(key))
        state = self.scene.verdict(key).life.value
        return " ".join([session.id, session.workspace, session.branch, session.client, state, *holds,
                         f"#{session.issue}" if session.issue else ""])  # fmt: skip

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one session's cells."""
        life, signs = self.scene.verdict(key).life, self.scene.signs(key)
        idle = life is Life.LIVE and bool(self.scene.holdings(key)) and _idle(signs.did, now, self.scene)
        if key not in self._lasting:
            self._lasting[key] = self._kept(key, life, signs) or self._lasts(key, life, signs)
        shape, name, *rest = self._lasting[key]
        return (
            shape,
            name,
            say((since(signs.seen, now), _seen_tone(life))),
            say((since(signs.did, now), "wait bold" if idle else "dim")),
            *rest,
        )

    def _kept(self, key: str, life: Life, signs: Signs) -> Sequence[Cell] | None:
        """Return what `_lasts` returned for the rows before, None if anything of it may be otherwise."""
        if self._before is None:
            return None
        (then, cells), now = self._before, self.scene
        own = then.board.sessions.get(key) is now.board.sessions[key] and then.holdings(key) is now.holdings(key)
        same = own and then.verdict(key).life is life and then.signs(key).buckets == signs.buckets
        return cells.get(key) if same else None

    def _lasts(self, key: str, life: Life, signs: Signs) -> Sequence[Cell]:
        """Return a session's cells but for the ages: with these rows they stay as they are."""
        session = self.scene.board.sessions[key]
        issue = issue_of(self.scene, session)
        progress = self._progress(session)
        percent = progress.percent if progress else None
        return (
            say(SHAPES[life]),
            self._name(session, life),
            self._issue(session, issue),
            say(f"{percent:.0f}%") if percent is not None else NOTHING,
            say((bar(percent), "bar")),
            say(progress.phase if progress else "idle" if not issue and life is Life.LIVE else ""),
            say(self._doing(session, issue, life)),
            self._holds(key, life),
            say((sparkline(signs.buckets, self.most), "spark" if life in (Life.LIVE, Life.LATE) else "dim")),
            say((session.branch, "dim")),
            say((session.client, "dim")),
        )

    def _name(self, session: Session, life: Life) -> Words:
        name = say((session.id, "dim" if life is Life.OFF else "name"))
        return self.scene.where(session.workspace) + name

    def _issue(self, session: Session, issue: Issue | None) -> Words:
        if issue is None:
            return say((f"#{session.issue}", "link")) if session.issue else NOTHING
        if self.scene.disputed(issue) and self.scene.verdict(session.scope).life is not Life.OFF:
            return say((f"#{issue.id}×", "dead bold"))
        return say((f"#{issue.id}", "link"))

    def _doing(self, session: Session, issue: Issue | None, life: Life) -> tuple[str, str]:
        """Return what a session is about, as it was written, and in which tone to say so."""
        handoff = issue.handoff if issue else None
        if issue and handoff and handoff.from_session == session.id:
            return f"handed off #{issue.id}", "dim"
        if life is Life.OFF:
            return "signed off", "dim"
        running = next((todo.text for todo in session.todos if todo.done is False), "")
        progress = self._progress(session)
        message, phase = (progress.message, progress.phase) if progress else ("", "")
        return message or running or phase, ""

    def _progress(self, session: Session) -> Progress | None:
        if self.scene.verdict(session.scope).life is Life.OFF:
            return None
        return progress_of(self.scene, session)

    def _holds(self, key: str, life: Life) -> Cell:
        has = self.scene.holdings(key)
        tone = ALARMING.get(life, "")
        if held := things(has):
            return Things(held, tone)
        wanted = ", ".join(lock.resource for lock in has.wants)
        return say((f"wants {wanted}", "wait")) if wanted else NOTHING


def things(has: Holdings) -> tuple[str, ...]:
    """Return what a session has, by name: its locks, then its tasks."""
    return (*(lock.resource for lock in has.locks), *map(task_name, has.tasks))


def task_name(task: Task) -> str:
    """Return a task as people say it: `queue#7`."""
    return task.label if task.label.endswith(f"#{task.id}") else f"{task.label}#{task.id}"


def _seen_tone(life: Life) -> str:
    return {Life.LATE: "wait", Life.STALE: "stale", Life.DEAD: "dead"}.get(life, "dim")


def _idle(did: float | None, now: float, scene: Scene) -> bool:
    return did is not None and now - did > scene.board.limits.idle


def issue_of(scene: Scene, session: Session) -> Issue | None:
    """Return the issue that a session works on: the one it names, else the first it owns."""
    if session.issue is not None:
        return scene.board.issues.get(in_workspace(session.workspace, f"issue:{session.issue}"))
    owned = scene.holdings(session.scope).issues
    return owned[0] if owned else None


def progress_of(scene: Scene, session: Session) -> Progress | None:
    """Return a session's own progress: never what another one says of an issue that both work on."""
    found = scene.board.progress(session.scope)
    if found is not None or session.issue is not None:
        return found
    issue = issue_of(scene, session)
    progress = issue.progress if issue else None
    return progress if progress and progress.updated_by in (None, session.id) else None
