"""A plan as lines: why, exactly what changes, and what else."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from coord_core import text
from coord_core.actions.plan import Effect, Plan
from coord_core.state.insights import Life
from coord_tui.display import NOTHING, Words, plain, say
from coord_tui.rows.scene import SHAPES, Scene

WHERE, KEY = 25, 13
"""Cells of an effect's first two columns."""
ABREAST: Final = WHERE + KEY + 16
"""Cells from which on all of an effect stands in one line."""


NAMED: Final = ("hold", "lift_hold")
"""Actions whose title names the workspace by itself."""


def placed(plan: Plan, scene: Scene) -> Plan:
    """Return a plan whose title says where it is, while the screen shows several workspaces."""
    if not scene.several or plan.action in NAMED:
        return plan
    if plan.action not in ("undo", "redo"):
        return replace(plan, title=f"{plain(in_place(plan.workspace, scene))}{plan.title}")
    verb, _, what = plan.title.partition(": ")
    where = plan.workspace.partition(":")[2] or plan.workspace or "no workspace"
    return replace(plan, title=f"{verb}, newest of all workspaces ({where}): {what}")


def in_place(workspace: str, scene: Scene) -> Words:
    """Return what stands before a title: `shop: `; nothing while only one workspace is shown."""
    return say((f"{scene.short[workspace]}: ", "name")) if workspace in scene.short else NOTHING


def evidence(plan: Plan, cells: int) -> list[Words]:
    """Return why the plan is right or doubtful, in `cells` cells; the verdict's shape stands before it."""
    lines = []
    for place, sentence in enumerate(plan.evidence):
        life = _life(sentence) if place == 0 else None
        shape = SHAPES[life] if life else (" ", "")
        told = text.wrap(text.line(sentence), max(1, cells - 2))
        lines += [say(" " if at else shape, " ", line) for at, line in enumerate(told)]
    return lines


def _life(sentence: str) -> Life | None:
    word = sentence.partition(":")[0].strip().casefold()
    return next((life for life in Life if life.value == word), None)


def effects(plan: Plan, cells: int) -> list[Words]:
    """Return exactly what changes, one document's key a line, in `cells` cells."""
    return [line for effect in plan.effects for line in _effect(effect, cells)]


def _effect(effect: Effect, cells: int) -> list[Words]:
    tone = "dead" if effect.key == "deleted" else "wait"
    if cells < ABREAST:
        return [say((effect.where, "name"), "  ", (effect.key, tone)), say("  ", effect.becomes)]
    where = text.wrap(text.line(effect.where), WHERE)
    key = text.wrap(text.line(effect.key), KEY)
    becomes = text.wrap(text.line(effect.becomes), cells - WHERE - KEY - 2)
    lines = []
    for place in range(max(len(where), len(key), len(becomes))):
        parts = (_at(where, place), _at(key, place), _at(becomes, place))
        lines.append(say((text.fit(parts[0], WHERE + 1), "name"), (text.fit(parts[1], KEY + 1), tone), parts[2]))
    return lines


def _at(lines: list[str], place: int) -> str:
    return lines[place] if place < len(lines) else ""


def notes(plan: Plan) -> list[Words]:
    """Return what else happens, and what is not touched."""
    ask = ("Or ask first: m sends a message.",) if plan.takes_from else ()
    return [say((note, "dim")) for note in (*plan.notes, *ask)]


def paragraphs(*groups: list[Words]) -> list[Words]:
    """Return groups of lines with a blank line between them."""
    found: list[Words] = []
    for group in groups:
        if group:
            found += [NOTHING] * bool(found) + group
    return found


def whole(plan: Plan, cells: int) -> list[Words]:
    """Return all of a plan, in `cells` cells."""
    changes = effects(plan, cells) or [say(("Nothing in any document changes.", "dim"))]
    return paragraphs(evidence(plan, cells), changes, notes(plan))
