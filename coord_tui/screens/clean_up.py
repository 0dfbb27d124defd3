"""CleanUp: after which of the dead and stale sessions to clean up; the dead are ticked, the stale are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from coord_core.state.insights import Life, Remedy
from coord_core.state.records import Session
from coord_tui.columns import Column
from coord_tui.display import Cell, Things, say
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.rows.sessions import things
from coord_tui.rows.source import Fields
from coord_tui.screens.planning import Planning
from coord_tui.widgets.record_table import RecordTable
from coord_tui.widgets.rule import Rule

COLUMNS: Final = (Column("", 3), Column("", 1), Column("", 16), Column("", 25), Column("", 1, share=1))
SHOWN = 8


def candidates(scene: Scene) -> list[Session]:
    """Return the sessions to clean up after, the dead before the stale."""
    found = [session for session in scene.sessions if scene.verdict(session.scope).life in (Life.DEAD, Life.STALE)]
    return sorted(found, key=lambda session: scene.verdict(session.scope).life is Life.STALE)


class Ticks:
    """The candidates, each with a tick or none."""

    ages = True

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.columns = scene.widened(COLUMNS, 2)
        self.sessions = {session.scope: session for session in candidates(scene)}
        self.keys = list(self.sessions)
        self.fields: Fields = {}
        self.ticked = {key for key in self.keys if scene.verdict(key).life is Life.DEAD}

    def words(self, key: str) -> str:
        """Return what a filter would look for."""
        return self.sessions[key].id

    def cells(self, key: str, now: float) -> Sequence[Cell]:
        """Return one candidate's cells."""
        verdict = self.scene.verdict(key)
        return (
            say(("[x]" if key in self.ticked else "[ ]", "link bold" if key in self.ticked else "dim")),
            say(SHAPES[verdict.life]),
            self.scene.where(self.sessions[key].workspace) + say((self.sessions[key].id, "name")),
            say((verdict.evidence.removeprefix(f"{verdict.life.value}: "), "dim")),
            Things(things(self.scene.holdings(key))),
        )


class CleanUp(Planning, inherit_bindings=True):
    """Clean up after several sessions at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "pick(1)", show=False),
        Binding("up,k", "pick(-1)", show=False),
        Binding("space", "tick", show=False),
    ]

    verb = "Clean up"

    def __init__(self, scene: Scene) -> None:
        super().__init__(say(("Clean up after these?", "name")))
        self.ticks = Ticks(scene)
        self.table = RecordTable()
        self.table.at_once = True

    def body(self) -> Iterable[Widget]:
        """Yield the list, what would change, and the reason."""
        self.table.styles.height = min(len(self.ticks.keys), SHOWN)
        yield self.told(lambda: [say(("up, down and space tick", "dim"))], around=0)
        yield self.table
        yield Rule()
        yield self.preview()
        with Horizontal(classes="row"):
            yield from self.reason_line("Reason")

    def on_mount(self) -> None:
        """Show the candidates."""
        self.table.marks_cursor = True
        self.table.show(self.ticks, self.coord.now())
        self.replan()
        super().on_mount()

    def around(self) -> int:
        """Return how many lines the rest takes."""
        return 9 + min(len(self.ticks.keys), SHOWN)

    def remedy(self) -> Remedy | None:
        """Return cleaning up after those ticked."""
        ticked = [key for key in self.ticks.keys if key in self.ticks.ticked]
        return Remedy("clean_up_stale", {"scopes": ticked}) if ticked else None

    def action_pick(self, step: int) -> None:
        """Move in the list."""
        self.table.action_move(step)

    def action_tick(self) -> None:
        """Tick the one under the cursor, or no longer."""
        key = self.table.cursor
        if key is not None:
            self.ticks.ticked ^= {key}
            self.table.tick(self.coord.now())
            self.replan()

    @on(RecordTable.Chosen)
    def chosen(self) -> None:
        """Tick with enter, too."""
        self.action_tick()
