"""Searching everything for garbage stops the console for a moment: never while somebody types."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from coord_tui.garbage import APART_S, DUE, MOST, QUIET_S, Garbage
from coord_tui.screens.overview import Overview
from tests.tui import boards
from tests.tui.conftest import Stage, Staging

Searches = list[float]


@pytest.fixture
def clock() -> list[float]:
    return [1000.0]


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> Iterator[Searches]:
    """When everything was searched; much is always due."""
    found: Searches = []
    before = gc.get_threshold()
    monkeypatch.setattr(gc, "collect", lambda: found.append(clock[0]))
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, DUE))
    monkeypatch.setattr(gc, "freeze", lambda: None)
    gc.disable()
    yield found
    gc.set_threshold(*before)
    gc.enable()


def live(garbage: Garbage, clock: list[float], seconds: int, *, types: bool, turn: int = 0) -> int:
    """Let seconds pass, with a key in each or with none; return how many keys were pressed so far."""
    for _ in range(seconds):
        clock[0] += 1
        turn += types
        garbage.tick(turn)
    return turn


def test_nothing_is_searched_while_keys_are_pressed_and_soon_after_the_last(
    clock: list[float], searches: Searches
) -> None:
    garbage = Garbage(lambda: clock[0])
    garbage.begin()
    turn = live(garbage, clock, 300, types=True)
    assert searches == []
    live(garbage, clock, 30, types=False, turn=turn)
    assert searches == [1300 + QUIET_S]


def test_it_is_not_searched_again_and_again(clock: list[float], searches: Searches) -> None:
    garbage = Garbage(lambda: clock[0])
    garbage.begin()
    live(garbage, clock, 600, types=False)
    assert len(searches) == 600 // APART_S


def test_python_searches_by_itself_only_when_nobody_ever_stops_typing(clock: list[float], searches: Searches) -> None:
    Garbage(lambda: clock[0]).begin()
    assert gc.isenabled()
    assert gc.get_threshold()[2] == MOST


def test_where_nothing_was_given_up_nothing_is_changed(clock: list[float], searches: Searches) -> None:
    gc.enable()
    before, garbage = gc.get_threshold(), Garbage(lambda: clock[0])
    garbage.begin()
    live(garbage, clock, 300, types=False)
    assert (gc.get_threshold(), searches) == (before, [])


async def test_a_board_that_was_shown_goes_with_the_next(stage: Staging) -> None:
    async with stage(boards.busy(), size=(120, 36)) as s:
        await s.press("s", "slash", "c", "enter")
        await s.show(boards.busy())
        gc.disable()
        try:
            sources = overview(s).sources
            assert sources is not None
            shown = weakref.ref(sources.scene)
            del sources
            await s.show(boards.busy())
            await s.show(boards.busy())
            assert shown() is None
        finally:
            gc.enable()


def overview(s: Stage) -> Overview:
    screen = s.app.screen
    assert isinstance(screen, Overview)
    return screen
