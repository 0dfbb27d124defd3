from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from rich.cells import cell_len

from coord_core import text
from coord_core.actions.plan import Effect, Plan
from coord_core.documents import Document, Line, Unreadable
from coord_core.errors import StaleView
from coord_core.state.board import Board
from coord_core.state.records import TaskState
from coord_tui.display import toast
from coord_tui.screens.confirm import Confirm
from coord_tui.screens.moved import Moved
from tests.tui import boards
from tests.tui.conftest import Stage, Staging
from tests.tui.hostile import CORPUS

ENUMS = (TaskState,)


def poison(value: Any, bad: str) -> Any:
    """Put a hostile string into every string below a value, as a prefix, so that names stay different."""
    if isinstance(value, str):
        return bad + value
    if isinstance(value, tuple):
        return tuple(poison(each, bad) for each in value)
    if isinstance(value, dict):
        return {poison(key, bad): poison(each, bad) for key, each in value.items()}
    if isinstance(value, list):
        return [poison(each, bad) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: poison(getattr(value, each.name), bad) for each in fields(value)})
    return value


def poisoned(bad: str) -> Board:
    clean = boards.busy(
        unreadable={boards.BAD.source: boards.BAD},
        documents={
            "a:b:project:x": Document("a:b:project:x", {"k": ["v", {"deep": "w"}], "n": 1}, {}, source="f.json"),
            boards.scope("session:claude_4"): Document(boards.scope("session:claude_4"), {"todos": ["x"]}, {"m": "x"}),
        },
        shared=("a:b:project:x",),
        problem="the folder is gone",
    )
    names = [each.name for each in fields(Board) if each.name not in ("now", "limits", "changed_at", "journaled")]
    return replace(clean, **{name: poison(getattr(clean, name), bad) for name in names})


def check(stage: Stage) -> None:
    for strip in stage.app.screen._compositor.render_strips():
        bad = [char for char in strip.text if unicodedata.category(char) in text.UNSAFE]
        assert not bad, (bad, strip.text)
        assert cell_len(strip.text) == stage.app.size.width, strip.text
        for segment in strip:
            assert segment.control is None
            assert not (segment.style and (segment.style.link or segment.style.meta.get("@click"))), segment


def hostile_lines(bad: str) -> Iterator[Line]:
    yield Line(1, boards.NOW, f"claim{bad}", {bad: ()}, {"session": bad}, bad)


@pytest.mark.parametrize(
    ("size", "corpus"),
    [((200, 50), CORPUS), ((80, 24), CORPUS[1::2]), pytest.param((80, 24), CORPUS[::2], marks=pytest.mark.soak)],
    ids=["wide", "narrow", "narrow, the others"],
)
async def test_hostile_data_in_every_field_is_only_text(
    stage: Staging, size: tuple[int, int], corpus: list[str]
) -> None:
    async with stage(size=size) as s:
        for bad in corpus:
            s.desk.lines = list(hostile_lines(bad))
            await s.show(poisoned(bad))
            check(s)
            for panel in s.dashboard.panels:
                s.dashboard.action_panel(panel)
                await s.settle()
                check(s)
            assert not any(unicodedata.category(char) in text.UNSAFE for char in s.app.title)


async def test_hostile_details_are_only_text(stage: Staging) -> None:
    async with stage(size=(100, 40)) as s:
        for bad in CORPUS[::2]:
            await s.show(poisoned(bad))
            for panel in ("sessions", "shared", "work"):
                s.dashboard.activate(panel)
                await s.press("enter")
                check(s)
                await s.press("y")
                check(s)
                await s.press("escape")


async def test_hostile_plans_and_refusals_are_only_text(stage: Staging) -> None:
    async with stage(size=(80, 24), notifications=True) as s:
        for bad in CORPUS:
            effects = tuple(Effect(bad, bad + str(n), bad) for n in range(9))
            plan = Plan("x", bad, bad, bad, bad, {}, effects, (bad, bad), (bad,), takes_from=bad)
            lock = boards.scope("locks:a")
            moved = [(lock, ("locked_by",), bad, bad + "x"), (lock, ("fence",), 1, bad)]
            error = StaleView([(bad or "x", (bad, {"id": bad}), bad, {bad: bad}), *moved])
            for dialog in (Confirm(plan), Moved(error, plan, s.app.scene)):
                s.app.gate.shut()
                s.app.push_screen(dialog)
                await s.dialog(type(dialog).__name__)
                check(s)
                await s.press("escape")
            s.app.clear_notifications()
            toast(s.app, f"said {bad * 3}")
            await s.until(lambda: "said" in s.text())
            check(s)


async def test_hostile_receivers_and_ticks_are_only_text(stage: Staging) -> None:
    async with stage(size=(80, 24)) as s:
        for bad in CORPUS[::3]:
            await s.show(poisoned(bad))
            s.dashboard.activate("sessions")
            s.dashboard.table.action_edge(0)
            for key, name in (("X", "CleanUp"), ("a", "Reassign")):
                await s.press(key)
                await s.dialog(name)
                check(s)
                await s.press("escape")
                await s.closed()


async def test_an_unreadable_file_is_one_row_with_its_reason(stage: Staging) -> None:
    bad = Unreadable("\udcff.json", None, "its name is no UTF-8", boards.NOW - 70)
    async with stage(boards.busy(unreadable={bad.source: bad})) as s:
        await s.press("6")
        assert re.search(r"! \ufffd\.json +unreadable file: its name is no UTF-8 +1m", s.text())
