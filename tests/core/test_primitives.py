"""The seed's functions beyond the seed: what the session is told, and names that it keeps or loses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coord_core import primitives
from coord_core.actions import supervisor
from coord_core.actions.agent import Agent
from coord_core.actions.view import take_board
from coord_core.errors import InvalidScope, NotSignedOn
from coord_core.storage import Storage, open_storage

W = "laptop:acme/shop"


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    monkeypatch.setenv("COORD_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COORD_WORKSPACE", W)
    primitives._agent.cache_clear()
    primitives.current_session.clear()
    yield open_storage(str(tmp_path / "store"))
    primitives._agent.cache_clear()
    primitives.current_session.clear()


def supervise(storage: Storage, action: str, reason: str = "", **arguments: str) -> None:
    board = take_board(storage, time.time())
    plan = supervisor.plan(board, action, arguments)
    supervisor.apply(storage, plan, actor={"supervisor": "kim"}, reason=reason, now=board.now)


def test_what_the_session_is_told_comes_with_every_answer_also_with_a_refusal(
    storage: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    primitives.sign_on()
    me = {"scope": f"{W}:session:claude_1"}
    supervise(storage, "send_message", **me, text="one")
    primitives.store_data("project:x", "a", 1)
    assert capsys.readouterr().err == "coord: kim: one\n"
    supervise(storage, "send_message", **me, text="two")
    with pytest.raises(InvalidScope):
        primitives.store_data("../x", "a", 1)
    assert capsys.readouterr().err == "coord: kim: two\n"
    supervise(storage, "send_message", **me, text="three")
    primitives.sign_off()
    assert capsys.readouterr().err == "coord: kim: three\n"


def test_who_was_cleaned_up_is_told_at_its_end_and_may_come_again(storage: Storage) -> None:
    session = primitives.sign_on()
    supervise(storage, "clean_up_session", "it must be", scope=f"{W}:session:claude_1")
    with pytest.raises(NotSignedOn, match="clean up session by kim at"):
        primitives.sign_off()
    assert session == primitives.current_session == {}
    assert primitives.sign_off() == {"status": "no active session"}
    assert primitives.sign_on()["session_id"] == session["session_id"] == "claude_1"


def test_signing_on_twice_without_a_name_is_one_name(storage: Storage) -> None:
    Agent(storage, W, facts={"client_session": "another window"}).sign_on("claude_1")
    assert primitives.sign_on()["session_id"] == primitives.sign_on()["session_id"] == "claude_2"
    assert primitives.list_scopes("session:*") == ["session:claude_1", "session:claude_2"]
