"""The demo: what it promises to show within half a minute, played as fast as it goes."""

from __future__ import annotations

import select
import sys
import time
from pathlib import Path

import pytest

from coord_core.actions.view import take_board
from coord_core.state.insights import Life
from coord_tui.demo.script import play, set_the_scene
from coord_tui.demo.stage import WORKSPACE, Stage


def test_within_half_a_minute_all_that_was_promised_has_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter(range(30))
    monkeypatch.setattr(select, "select", lambda *_: ([] if next(seconds, None) is not None else [sys.stdin], [], []))
    stage = Stage(tmp_path / "demo")
    try:
        set_the_scene(stage)
        before = {each.kind for each in take_board(stage.storage, time.time()).findings}
        play(stage)
        board = take_board(stage.storage, time.time())
        found = {each.kind: each.text for each in board.findings}
        assert found.keys() - before == {"dead_session", "two_on_issue", "idle_session"}
        assert "database_migration (2 wait)" in found["dead_session"]
        assert "#21" in found["two_on_issue"]
        assert "claude_7 logged one event" in found["idle_session"]
        assert board.verdicts[f"{WORKSPACE}:session:claude_4"].life is Life.DEAD
        (queue,) = [each for each in board.lists.values() if each.name == "queue"]
        assert [task.owner for task in queue.tasks[-3:]] == ["gemini-payments-eu", "claude_5", "claude_2"]
    finally:
        for session in list(stage.processes):
            stage.end(session)
