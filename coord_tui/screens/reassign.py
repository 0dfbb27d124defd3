"""Reassign: to whom something is given, with a filter to find them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from coord_core.actions.plan import Plan
from coord_core.scopes import natural
from coord_core.state.insights import Life, Remedy
from coord_core.state.records import Session
from coord_tui.ages import age, past
from coord_tui.columns import Column
from coord_tui.display import Across, Cell, Words, say
from coord_tui.rows.arranged import Arranged
from coord_tui.rows.scene import NONE, SHAPES, Scene
from coord_tui.rows.sessions import issue_of, progress_of, task_name
from coord_tui.rows.source import Fields
from coord_tui.screens import plan_words
from coord_tui.screens.planning import Planning
from coord_tui.targets import Target
from coord_tui.widgets.field import Field
from coord_tui.widgets.record_table import RecordTable
from coord_tui.widgets.rule import Rule

NOBODY: Final = "\0nobody"
OFFERED: Final = (Life.LIVE, Life.LATE, Life.UNKNOWN)
COLUMNS: Final = (Column("", 1), Column("", 13), Column("", 16), Column("", 14), Column("", 10, share=1))
SHOWN = 7
NAMED = 4


class Receivers:
    """Who may be given a target: idle ones first, then nobody, then those who will not notice."""

    ages = True
    columns = COLUMNS

    def __init__(self, scene: Scene, target: Target) -> None:
        self.scene, self.target = scene, target
        others = [s for s in scene.board.sessions.values() if s.workspace == target.workspace and s.id != target.owner]
        self.sessions = {session.scope: session for session in sorted(others, key=self._order)}
        offered = [scope for scope in self.sessions if self.offered(scope)]
        rest = [scope for scope in self.sessions if scope not in offered and scene.verdict(scope).life is not Life.OFF]
        self.fields: Fields = {}
        self.keys = [*offered, NOBODY, *rest]

    def _order(self, session: Session) -> tuple[object, ...]:
        busy = bool(self.scene.holdings(session.scope)) or session.issue is not None
        return busy, self.scene.verdict(session.scope).life is not Life.LIVE, natural(session.id)

    def offered(self, key: str) -> bool:
        """Whether something can be given there."""
        return key == NOBODY or self.scene.verdict(key).life in OFFERED

    def to(self, key: str) -> str | None:
        """Return the argument that names a receiver."""
        return None if key == NOBODY else self.sessions[key].id

    def words(self, key: str) -> str:
        """Return what the filter looks for."""
        return "nobody" if key == NOBODY else self.sessions[key].id

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one receiver's cells."""
        if key == NOBODY:
            return say(("–", "dim")), say(("nobody", "name")), say("put back"), (), ()
        session, signs = self.sessions[key], self.scene.signs(key)
        life = self.scene.verdict(key).life
        shape = say(SHAPES[life])
        if not self.offered(key):
            silent = f"not offered: {_silent(life)} for {age(now - signs.seen) if signs.seen else '?'}"
            return shape, say((session.id, "dim")), Across(say((silent, "dim")))
        issue = issue_of(self.scene, session)
        progress = progress_of(self.scene, session)
        percent = progress.percent if progress else None
        doing = f"#{session.issue or issue.id}" if issue else f"#{session.issue}" if session.issue else "idle"
        wants = ", ".join(lock.resource for lock in self.scene.holdings(key).wants)
        return (
            shape,
            say((session.id, "name")),
            say((doing, "link" if doing != "idle" else ""), f"  {percent:.0f}%" if percent is not None else ""),
            say((f"did {past(signs.did, now)}" if signs.did else "", "dim")),
            say((f"wants {wants}" if wants else "", "wait")),
        )


def given(scene: Scene, target: Target) -> str:
    """Return what is given away, by name: `#18 and queue#7`."""
    has = scene.holdings(target.scope or "") if target.kind == "session" else NONE
    names = [*(f"#{issue.id}" for issue in has.issues), *map(task_name, has.tasks)] or [target.name]
    if len(names) > NAMED:
        names = [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _silent(life: Life) -> str:
    return "silent" if life is Life.STALE else life.value


class Reassign(Planning, inherit_bindings=True):
    """Give a target to a session, or to nobody. It opens in its filter; enter goes on to Cancel."""

    DEFAULT_CSS = """
    Reassign #plan { height: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "pick(1)", show=False),
        Binding("up", "pick(-1)", show=False),
    ]

    verb = "Give"

    def __init__(self, target: Target, scene: Scene) -> None:
        of = f" of {target.owner}" if target.owner else ""
        super().__init__(
            plan_words.in_place(target.workspace, scene) + say((f"Give {given(scene, target)}{of} to", "name"))
        )
        self.target, self.scene = target, scene
        self.receivers = Receivers(scene, target)
        self.table = RecordTable()
        self.table.marks_cursor = True
        self.table.can_focus = False

    def body(self) -> Iterable[Widget]:
        """Yield the filter, who there is, what would change, and a note."""
        yield Field("type to filter", field="who")
        self.table.styles.height = self._shown()
        yield self.table
        yield Rule()
        yield self.preview()
        with Horizontal(classes="row"):
            yield from self.reason_line("Note")

    def on_mount(self) -> None:
        """Show everybody."""
        self.table.show(self.receivers, self.coord.now())
        super().on_mount()

    def said(self, plan: Plan) -> list[Words]:
        """Return what changes first: why it is given away was seen before."""
        changes = plan_words.effects(plan, self.inner)
        return plan_words.paragraphs(changes, plan_words.notes(plan), plan_words.evidence(plan, self.inner))

    def opening(self) -> Widget:
        """Open in the filter."""
        return self.query_one("#who", Field)

    def on_resize(self) -> None:
        """Show as many receivers as there is room for now."""
        self.table.styles.height = self._shown()
        super().on_resize()

    def around(self) -> int:
        """Return how many lines the rest takes."""
        return 8 + self._shown()

    def _shown(self) -> int:
        return min(len(self.receivers.keys), SHOWN if self.app.size.height >= 30 else 4)

    def remedy(self) -> Remedy | None:
        """Return giving it to whom the cursor is on."""
        key = self.table.cursor
        if key is None or self.target.give is None or not self.receivers.offered(key):
            return None
        return Remedy(self.target.give.action, {**self.target.give.arguments, "to": self.receivers.to(key)})

    def action_pick(self, step: int) -> None:
        """Move among the receivers."""
        self.table.action_move(step)

    @on(RecordTable.Moved)
    def picked(self) -> None:
        """Show what giving it to that one would change."""
        self.replan()

    @on(Input.Changed, "#who")
    def narrowed(self, message: Input.Changed) -> None:
        """Show those whose name has what is typed in it."""
        found = Arranged(self.receivers, message.value, None, {})
        self.table.show(found, self.coord.now(), say(("No session is called that.", "dim")))
