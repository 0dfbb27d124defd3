"""Issues as rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from coord_core.scopes import natural
from coord_core.state.records import Issue
from coord_tui.columns import Column
from coord_tui.display import NOTHING, Cell, Words, join, say
from coord_tui.rows.scene import Scene
from coord_tui.rows.source import Fields
from coord_tui.rows.values import percent_of, phase_of

COLUMNS: Final = (
    Column("ISSUE", 5, by="issue"),
    Column("WHO", 10, share=0.6, by="owner"),
    Column("%", 4, right=True, by="progress"),
    Column("PHASE", 10, share=0.4, by="phase"),
)
OVER: Final = frozenset({"completed", "complete", "done", "closed", "finished", "resolved"})


class IssueRows:
    """The issues of a scene: first those that somebody should decide about."""

    ages = False

    def __init__(self, scene: Scene, before: IssueRows | None = None) -> None:
        """Before: the rows that were shown before; where all that it goes by is the same, so is the order."""
        self.scene = scene
        if before is not None and "keys" in vars(before) and _alike(before.scene, scene):
            self.keys = before.keys
        self.columns = scene.widened(COLUMNS, 0)
        self._shown = [issue for issue in scene.board.issues.values() if scene.here(issue.workspace)]
        self.total = len(self._shown)

    @property
    def fields(self) -> Fields:
        """What rows are sorted by and filtered on; made anew each time: kept, it would keep its rows, and they it."""
        scene = self.scene
        return {
            "issue": lambda key: self._at(key).id,
            "name": lambda key: self._at(key).id,
            "owner": lambda key: ", ".join(scene.owners(self._at(key))) or "nobody",
            "who": lambda key: ", ".join(scene.owners(self._at(key))) or "nobody",
            "state": lambda key: self._at(key).status,
            "status": lambda key: self._at(key).status,
            "progress": lambda key: percent_of(self._at(key).progress),
            "phase": lambda key: phase_of(self._at(key).progress) or _status(self._at(key)),
            "workspace": lambda key: self._at(key).workspace,
        }

    @cached_property
    def keys(self) -> Sequence[str]:
        """The rows' keys, in order; worked out for whoever looks, and without room nobody does."""
        return [issue.scope for issue in sorted(self._shown, key=self._order)]

    def _at(self, key: str) -> Issue:
        return self.scene.board.issues[key]

    def _order(self, issue: Issue) -> tuple[object, ...]:
        over = (issue.status or "").casefold() in OVER
        return over, over or len(self.scene.owners(issue)) == 1, natural(issue.id), issue.workspace

    def words(self, key: str) -> str:
        """Return what a filter looks for."""
        issue = self.scene.board.issues[key]
        phase = issue.progress.phase if issue.progress else ""
        return " ".join([f"#{issue.id}", *self.scene.owners(issue), issue.status or "", phase])

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one issue's cells."""
        issue = self.scene.board.issues[key]
        progress = issue.progress
        percent = progress.percent if progress else None
        return (
            self.scene.where(issue.workspace) + say((f"#{issue.id}", "link")),
            self._who(issue),
            say(f"{percent:.0f}%") if percent is not None else NOTHING,
            say(progress.phase if progress and progress.phase else _status(issue)),
        )

    def _who(self, issue: Issue) -> Words:
        owners = self.scene.owners(issue)
        if self.scene.disputed(issue):
            return say((", ".join(owners), "dead bold"))
        if not owners:
            return say(("nobody", "dim"))
        return join([self.scene.who(issue.workspace, name) for name in owners], ", ")


def _alike(one: Scene, other: Scene) -> bool:
    """Whether two scenes show the same issues, and the same sessions say that they work on them."""
    alike = one.board.issues is other.board.issues and one.workspace == other.workspace
    return alike and one.employed == other.employed


def _status(issue: Issue) -> str:
    """Return a status that says more than having an owner or none does."""
    return "" if issue.status in (None, "pending", "in_progress") else str(issue.status)
