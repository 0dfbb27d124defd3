"""Moved: nothing was changed, because something else was first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textual.widget import Widget

from coord_core.documents import ABSENT
from coord_core.errors import StaleView
from coord_core.scopes import parse
from coord_tui.display import NOTHING, Words, say
from coord_tui.rows.scene import SHAPES, Scene
from coord_tui.screens.dialog import Dialog, told
from coord_tui.widgets.choice import Choice

SHOWN = 6


class Moved(Dialog[bool], inherit_bindings=True):
    """What was seen and what is there now. It ends with True to be shown the record."""

    def __init__(self, error: StaleView, scene: Scene) -> None:
        super().__init__(say(("Nothing was changed", "name")))
        self.error, self.scene = error, scene

    def body(self) -> Iterable[Widget]:
        """Yield both sides."""
        yield told(self._said(), most=max(4, self.app.size.height - 6))

    def _said(self) -> list[Words]:
        scopes = list(dict.fromkeys(scope for scope, *_ in self.error.moved))
        names = ", ".join(parse(scope).short for scope in scopes)
        lines = [say((names or "It", "name"), " moved while you were deciding.")]
        for scope, path, expected, found in self.error.moved[:SHOWN]:
            where = parse(scope).short if len(scopes) > 1 else ""
            lines += [
                say(("You saw   ", "dim"), _side(where, path, expected)),
                say(("Now       ", "dim"), _side(where, path, found), *self._alive(scope, found)),
            ]
        more = len(self.error.moved) - SHOWN
        return [*lines, say((f"and {more} more", "dim"))] if more > 0 else [*lines, NOTHING]

    def _alive(self, scope: str, value: Any) -> Words:
        """The life of the session that has it now."""
        life = self.scene.life(parse(scope).workspace, value) if isinstance(value, str) else None
        return say("   ", (f"{SHAPES[life][0]} {life.value}", SHAPES[life][1])) if life else NOTHING

    def choices(self) -> Iterable[Choice]:
        """Yield Close and Show it."""
        yield Choice("Close", choice="cancel")
        yield Choice("Show it", choice="show")

    def on_choice_taken(self, message: Choice.Taken) -> None:
        """Do what was chosen."""
        self.dismiss(message.choice.id == "show")


def _side(where: str, path: Sequence[Any], value: Any) -> str:
    steps = [str(next(iter(step.values()), "")) if isinstance(step, Mapping) else str(step) for step in path]
    name = " ".join(filter(None, [where, ".".join(steps)]))
    return f"{name} {_brief(value)}".strip()


def _brief(value: Any) -> str:
    if value is ABSENT:
        return "not there"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)[:200]
