"""Journal lines in words."""

from __future__ import annotations

from typing import Any

import pytest

from coord_core.documents import ABSENT, Batch, Change, Line, Splice
from coord_core.state.board import Board
from coord_core.state.deeds import concerned, describe, is_heartbeat

W = "laptop:acme/shop"
TASK = {"id": 7, "status": "pending"}


def line(action: str, changes: dict[str, list[Any]], **actor: str) -> Line:
    who = actor or {"workspace": W, "session": "a"}
    return Line(1, 1795327974.0, action, {f"{W}:{short}": edits for short, edits in changes.items()}, who)


@pytest.mark.parametrize(
    ("action", "changes", "words"),
    [
        ("sign_on", {"session:a": [Change(("status",), new="x")], "instances": []}, "signed on"),
        ("claim_issue", {"issue:15": [Change(("claimed_by",), new="a")], "session:a": []}, "claimed #15"),
        ("acquire_lock", {"locks:src/x": [Change(("locked_by",), new="a")]}, "acquired src/x"),
        ("acquire_lock", {"locks:db": [Change(("waiters",), new=[{"session": "a"}])]}, "waited for db"),
        ("acquire_lock", {"locks:db": [Change(("expires_at",), "x", "y")]}, "renewed db"),
        ("claim_next_task", {"project:queue": [Change(("tasks", {"id": 7}, "status"), "pending", "claimed")]},
         "claimed queue#7"),
        ("enqueue_task", {"project:queue": [Splice(("tasks",), 3, (), (TASK,))]}, "added queue#7"),
        ("complete_task", {"project:release": [Change(("v1.0.0", "tasks", {"id": 1}, "status"), "x", "y")]},
         "completed v1.0.0#1"),
        ("update_progress", {"issue:15": [Change(("progress",), new={"percent": 75})], "session:a": []},
         "progress #15 75%"),
        ("update_progress", {"issue:15": [Change(("progress", "percent"), 50, 75)]}, "progress #15 75%"),
        ("log_event", {"project:events": [Splice(("log",), 0, (), ({"type": "t", "message": "Hello"},))]}, "Hello"),
        ("store_data", {"issue:15": [Change(("progress",), new={"percent": 75})]}, "progress #15 75%"),
        ("store_data", {"issue:15": [Change(("claimed_by",), new="a")]}, "claimed #15"),
        ("store_data", {"locks:db": [Change(("locked_by",), new="a")]}, "acquired db"),
        ("delete_scope", {"locks:db": [Change(("locked_by",), "a", ABSENT)]}, "released db"),
        ("store_data", {"session:a": [Change(("todos",), new=[])]}, "wrote todos"),
        ("store_data", {"project:notes": [Change(("x",), new=1)]}, "wrote x of notes"),
        ("delete_data", {"project:notes": [Change(("x",), 1, ABSENT)]}, "deleted x of notes"),
        ("some_new_act", {}, "some new act"),
    ],
)  # fmt: skip
def test_in_words(action: str, changes: dict[str, list[Any]], words: str) -> None:
    assert describe(line(action, changes)) == words


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [{"id": []}], {"percent": {}}, [[1]]])
@pytest.mark.parametrize(
    "action", ["log_event", "update_progress", "store_data", "claim_next_task", "clean_up_session", "acquire_lock"]
)
def test_lines_of_any_shape(action: str, value: Any) -> None:
    for edit in (Change(("progress",), value, value), Change(("claimed_by",), value, value), Change((), value, value),
                 Splice(("log",), 0, (), (value,))):  # fmt: skip
        for short in ("issue:1", "project:events", "locks:x", "session:a", "", "project:release"):
            for actor in (
                {"workspace": W, "session": "a"},
                {"supervisor": "kim"},
                {"workspace": value, "session": value},
            ):
                one = Line(3, 1795327974.0, action, {f"{W}:{short}": [edit]}, actor,
                           base={f"{W}:{short}": value}, unapplied=({"seq": 1, "changes": value},))  # fmt: skip
                assert describe(one)
                Board().update(Batch(lines=(one, one)), now=1795327980.0)


def test_a_heartbeat_by_any_name() -> None:
    beat = {"session:a": [Change(("last_heartbeat",), new="x")]}
    assert is_heartbeat(line("heartbeat", beat), f"{W}:session:a")
    assert is_heartbeat(line("store_data", beat), f"{W}:session:a")
    assert is_heartbeat(line("read_messages", {"inbox:a": []}), f"{W}:session:a"), "to be told is not to do"
    assert not is_heartbeat(line("store_data", beat), f"{W}:session:b")
    assert not is_heartbeat(line("store_data", {**beat, "issue:1": [Change(("x",), new=1)]}), f"{W}:session:a")


def test_whom_a_line_concerns() -> None:
    given = line("reassign_issue", {"issue:1": [Change(("claimed_by",), "a", "b")], "session:c": []}, supervisor="kim")
    assert concerned(given.changes) == {f"{W}:session:{who}" for who in "abc"}
    signed_off = line("sign_off_session", {"instances": [Change(("registry", "a"), "taken", "available")]})
    assert concerned(signed_off.changes) == {f"{W}:session:a"}
