"""How often boards are shown: a change that somebody waits for at once, a flood as often as there is time for it."""

from __future__ import annotations

import pytest

from coord_core.state.board import Board
from coord_tui import pace
from coord_tui.pace import CREDIT_S, FEW, MOST_S, SHARE, Pace

COST_S = 0.01


class Clock:
    """Time that passes only while boards are shown and waited with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.spent = 1000.0, 0.0
        monkeypatch.setattr(pace.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(pace.time, "thread_time", lambda: self.spent)
        monkeypatch.setattr(pace.asyncio, "sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        assert seconds <= MOST_S
        self.now += seconds

    def show(self, board: Board) -> None:
        self.spent += COST_S
        self.now += COST_S


async def shown(clock: Clock, news: int, seconds: float) -> int:
    """Show boards as often as they are asked for; return how many that was."""
    paced, end, count = Pace(clock.show), clock.now + seconds, 0
    while clock.now < end:
        paced.take(Board(news=news))
        await paced.rest()
        count += 1
    return count


async def test_a_change_is_shown_at_once_and_boards_take_their_share_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    assert await shown(clock, FEW, 0.9 * CREDIT_S) >= 0.9 * CREDIT_S / COST_S - 1
    assert await shown(clock, FEW, 100.0) <= (100.0 * SHARE + CREDIT_S) / COST_S + 2


async def test_a_flood_is_shown_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    assert await shown(clock, FEW + 1, 100.0) < 0.5 * await shown(clock, FEW, 100.0)
