"""Searching everything for garbage stops the console for a moment: never while somebody types."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from coord_tui.garbage import APART_S, DUE, QUIET_S, Garbage
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
    monkeypatch.setattr(gc, "collect", lambda: found.append(clock[0]))
    monkeypatch.setattr(gc, "get_stats", lambda: [{}, {"collections": DUE * int(clock[0])}, {}])
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "unfreeze", lambda: None)
    gc.disable()
    yield found
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


def test_nothing_is_searched_where_nothing_came(
    clock: list[float], searches: Searches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gc, "get_stats", lambda: [{}, {"collections": DUE - 1}, {}])
    garbage = Garbage(lambda: clock[0])
    garbage.begin()
    live(garbage, clock, 600, types=False)
    assert searches == []


def test_what_came_while_keys_go_on_is_found_and_what_was_there_is_not_looked_at() -> None:
    gc.disable()
    try:
        Garbage().begin()
        assert gc.isenabled()
        frozen = gc.get_freeze_count()
        assert frozen > 10_000
        lying = Lying()
        lying.itself, left = lying, weakref.ref(lying)
        del lying
        for _ in range(3):
            gc.collect(2)  # as Python does by itself
        assert left() is None
        assert gc.get_freeze_count() == frozen
    finally:
        gc.unfreeze()
        gc.enable()


class Lying:
    """What refers to itself."""

    itself: Lying


def test_where_nothing_was_given_up_nothing_is_changed(clock: list[float], searches: Searches) -> None:
    gc.enable()
    garbage = Garbage(lambda: clock[0])
    garbage.begin()
    live(garbage, clock, 300, types=False)
    assert searches == []


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
