"""Moved: nothing was changed, because something else was first."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from coord_core.actions.plan import Plan
from coord_core.errors import StaleView
from coord_core.scopes import parse
from coord_tui.display import NOTHING, Words, say
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.screens.dialog import Dialog
from coord_tui.screens.moved_words import Sides, sides
from coord_tui.widgets.choice import Choice

SHOWN = 6


class Moved(Dialog[bool], inherit_bindings=True):
    """What was seen and what is there now. It ends with True to be shown the record."""

    def __init__(self, error: StaleView, plan: Plan | None, scene: Scene, kept: str = "") -> None:
        """Kept: what is not lost, in a sentence."""
        super().__init__(say(("Nothing was changed", "name")))
        self.sides, self.scene, self.kept = sides(error, plan), scene, kept

    def body(self) -> Iterable[Widget]:
        """Yield both sides."""
        yield self.told(self._said, around=3)

    def _said(self) -> list[Words]:
        names = ", ".join(_name(each.scope) for each in self.sides)
        lines = [say((names or "It", "name"), " moved while you were deciding.")]
        for each in self.sides[:SHOWN]:
            lines += [say((_name(each.scope), "name"))] if len(self.sides) > 1 else []
            lines += [
                say(("You saw   ", "dim"), each.seen),
                say(("Now       ", "dim"), each.now, *self._alive(each)),
            ]
        more = len(self.sides) - SHOWN
        lines += [say((f"and {more} more", "dim"))] if more > 0 else [NOTHING]
        return [*lines, say(self.kept)] if self.kept else lines

    def _alive(self, side: Sides) -> Words:
        """The life of the session that has it now."""
        life = self.scene.life(parse(side.scope).workspace, side.owner)
        return say("   ", (f"{SHAPES[life][0]} {life.value}", SHAPES[life][1])) if life else NOTHING

    def choices(self) -> Iterable[Choice]:
        """Yield Close and Show it."""
        yield Choice("Close", choice="cancel")
        yield Choice("Show it", choice="show")

    def on_choice_taken(self, message: Choice.Taken) -> None:
        """Do what was chosen."""
        self.dismiss(message.choice.id == "show")


def _name(scope: str) -> str:
    found = parse(scope)
    return f"#{found.id}" if found.kind == "issue" else found.id if found.kind == "locks" else found.short
