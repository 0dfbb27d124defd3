"""coordctl simulate: agents as real processes, some of whom die; what they leave holds together."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from coord_core.actions.agent import Agent
from coord_core.actions.view import take_board
from coord_core.documents import ABSENT, Change, Line
from coord_core.scopes import parse
from coord_core.state.insights import Life
from coord_core.storage import open_storage
from tests.ctl import ctl


def takings(line: Line, key: str) -> list[tuple[str, Any, Any]]:
    """Return what a line says of who has what: (what, from whom, to whom)."""
    return [
        (f"{parse(scope).short} {edit.path[:-1]}", edit.old, edit.new)
        for scope, edits in line.changes.items()
        for edit in edits
        if isinstance(edit, Change) and edit.path[-1:] == (key,)
    ]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]], dict[str, Any]]:
    """Ten seconds of five agents: the store, what they did, and the summary."""
    store = tmp_path_factory.mktemp("played") / "store"
    found = ctl(
        store, "simulate", "--agents", "5", "--seconds", "10", "--deaths", "6", "--seed", "7", "--verbose", "--json"
    )
    assert (found.code, found.err) == (0, "")
    *lines, summary = map(json.loads, found.out.splitlines())
    return store, lines, summary


def test_they_do_everything_and_some_die(played: tuple[Path, list[dict[str, Any]], dict[str, Any]]) -> None:
    _, lines, summary = played
    assert summary["seed"] == 7
    assert summary["deaths"] == sum(each["action"] == "die" for each in lines) > 0
    assert summary["agents"] == sum(each["action"] == "sign_on" for each in lines) > 5
    asked = {
        "claim_issue",
        "acquire_lock",
        "enqueue_task",
        "claim_next_task",
        "update_progress",
        "log_event",
        "heartbeat",
    }
    assert asked <= summary["done"].keys()
    assert not {each["action"] for each in lines} & {"leave"}


def test_who_watches_reads_why_something_was_refused(played: tuple[Path, list[dict[str, Any]], dict[str, Any]]) -> None:
    _, lines, _ = played
    whys = {each["refused"]: each["why"] for each in lines}
    assert whys[""] == "" and re.fullmatch(r"\w+ has it, \w+", whys["Held"])
    assert not any(name and name in why for name, why in whys.items())


def test_they_live_as_long_as_they_are_wanted_to(tmp_path: Path) -> None:
    store = tmp_path / "store"
    found = ctl(store, "simulate", "--agents", "3", "--seconds", "2", "--deaths", "0", "--verbose")
    assert ": 3 agents played, 0 died" in found.out
    assert "refused: " in found.out and "refused: Held" not in found.out


def test_nothing_is_ever_taken_from_the_living(played: tuple[Path, list[dict[str, Any]], dict[str, Any]]) -> None:
    store, lines, _ = played
    gone = {each["session"] for each in lines if each["action"] in ("die", "sign_off")}
    journal = list(open_storage(str(store)).lines())
    assert len(journal) > 100
    for line in journal:
        for what, old, new in takings(line, "claimed_by"):
            assert ABSENT in (old, new) or None in (old, new) or old in gone or line.action == "accept_handoff", (
                what,
                line,
            )
        for what, old, new in takings(line, "locked_by"):
            expired = any(
                edit.path == ("lease",) or edit.path[:1] == ("expires_at",)
                for edits in line.changes.values()
                for edit in edits
            )
            assert ABSENT in (old, new) or old in gone or expired, (what, line)


def test_no_task_is_claimed_twice(played: tuple[Path, list[dict[str, Any]], dict[str, Any]]) -> None:
    store, lines, _ = played
    claimed = [each["what"] for each in lines if each["action"] == "claim_next_task" and each["what"]]
    assert len(claimed) == len(set(claimed)) > 0
    board = take_board(open_storage(str(store)), time.time())
    (queue,) = [each for each in board.lists.values() if each.name == "queue"]
    assert len(queue.tasks) == sum(each["action"] == "enqueue_task" for each in lines)


def test_the_board_reads_what_they_left(played: tuple[Path, list[dict[str, Any]], dict[str, Any]]) -> None:
    store, _, summary = played
    board = take_board(open_storage(str(store)), time.time())
    assert not board.unreadable
    assert {verdict.life for verdict in board.verdicts.values()} <= {Life.DEAD, Life.OFF}
    assert {each.workspace for each in board.findings} <= {summary["workspace"]}
    assert ctl(store, "status").code == 0


def test_nobody_plays_in_a_real_store_by_a_slip(tmp_path: Path) -> None:
    store = tmp_path / "store"
    Agent(open_storage(str(store)), "laptop:acme/shop").sign_on()
    found = ctl(store, "simulate", "--seconds", "1")
    assert (found.code, found.out) == (1, "")
    assert "other agents (1) use" in found.err
    assert "--here" in found.err
    found = ctl(store, "simulate", "--seconds", "1", "--here", "--json")
    assert found.json["workspace"].endswith(":simulation")
    assert ctl(store, "--workspace", "laptop:acme/shop", "scopes").out.split() == ["instances", "session:claude_1"]


def test_without_a_store_it_plays_in_a_temporary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from coord_core.cli import main

    monkeypatch.setenv("COORD_STORE", str(tmp_path / "real"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert main(["simulate", "--agents", "1", "--seconds", "0.2"]) == 0
    assert not (tmp_path / "real").exists()
    (place,) = tmp_path.glob("coord-simulate-*")
    assert (place / "session-state" / ".coord").is_dir()


@pytest.mark.parametrize(
    "wrong", [["--agents", "0"], ["--agents", "65"], ["--seconds", "0"], ["--seconds", "nan"], ["--deaths", "-1"]]
)
def test_wrong_numbers(tmp_path: Path, wrong: list[str]) -> None:
    assert ctl(tmp_path / "store", "simulate", *wrong).code == 2
    assert not (tmp_path / "store").exists()
