"""Documents of any shape: a sensible record, never an exception, never an invented fact."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coord_core.documents import Batch, Document
from coord_core.state.board import Board
from coord_core.state.records import Issue, Lock, Session, TaskState, Todo, WorkList
from coord_core.times import naive_utc_iso

NOW = 1795327974.0
W = "laptop:acme/shop"


def document(short: str, data: dict[str, Any], ago: float = 60.0, metadata: Any = None) -> Document:
    stamp = {"created_at": naive_utc_iso(NOW - ago), "updated_at": naive_utc_iso(NOW - ago)}
    return Document(
        f"{W}:{short}", data, dict.fromkeys(data, stamp) if metadata is None else metadata, written_at=NOW - ago
    )


def board(*documents: Document) -> Board:
    return Board().update(Batch(documents={d.scope: d for d in documents}, whole=True), now=NOW)


def session(**data: Any) -> Session:
    return board(document("session:a", data)).sessions[f"{W}:session:a"]


def issue(**data: Any) -> Issue:
    return board(document("issue:1", data)).issues[f"{W}:issue:1"]


def lock(**data: Any) -> Lock:
    return board(document("locks:src/x", data)).locks[f"{W}:locks:src/x"]


def lists(short: str, data: dict[str, Any]) -> list[WorkList]:
    return list(board(document(short, data)).lists.values())


WRONG = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2026-11-22T06:12:11Z", "claude_1", "NaN", 10**400, "\ud800", "\x1b[31m", "x" * 3000]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["id", "status", "session", "since", "percent", "phase", "updated_at", "updated_by", "task",
                         "timestamp", "message", "from_session", "next_steps", "handoff_at", "claimed_by", "x", ""]),
        inner, max_size=5),
    max_leaves=12,
)  # fmt: skip
KEYS = {
    "session:a": ["current_issue", "status", "last_heartbeat", "todos", "started_at", "pid", "pid_started", "host",
                  "boot_id", "progress", "notes"],
    "issue:1": ["claimed_by", "claimed_at", "current_session", "status", "progress", "handoff"],
    "locks:x": ["locked_by", "locked_at", "fence", "expires_at", "reason", "waiters"],
    "project:queue": ["tasks"],
    "project:release": ["v1", "v2"],
    "project:events": ["log"],
    "instances": ["registry"],
    "inbox:a": ["messages"],
    "weird": ["anything"],
}  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_document_ever_breaks_the_board(data: st.DataObject) -> None:
    hold_that_no_document_breaks_the_board(data)


@pytest.mark.soak
@settings(max_examples=3000, deadline=None)
@given(st.data())
def test_no_document_ever_breaks_the_board_for_long(data: st.DataObject) -> None:
    hold_that_no_document_breaks_the_board(data)


def hold_that_no_document_breaks_the_board(data: st.DataObject) -> None:
    documents = []
    for short, keys in KEYS.items():
        values = data.draw(st.dictionaries(st.sampled_from(keys), WRONG, max_size=6))
        metadata = data.draw(st.none() | st.dictionaries(st.sampled_from(keys), WRONG, max_size=4))
        documents.append(document(short, values, metadata=metadata))
    made = board(*documents)
    assert set(made.documents) == {d.scope for d in documents}
    for finding in made.findings:
        assert finding.text.startswith(finding.lead) and len(finding.text) <= 90
    later = made.update(Batch(), now=NOW + 7200)
    assert set(later.sessions) == set(made.sessions)


@pytest.mark.parametrize("value", [None, "", [], {}, True, "no", 0, 1e999])
def test_wrong_types_in_every_known_key(value: Any) -> None:
    for short, keys in KEYS.items():
        board(document(short, dict.fromkeys(keys, value)))


def test_names_may_be_numbers_but_nothing_else() -> None:
    assert lock(locked_by=7).holder == "7"
    assert lock(locked_by=True).holder is None and lock(locked_by=["a"]).holder is None and lock().holder is None
    assert session(current_issue=15).issue == session(current_issue="15").issue == "15"
    assert session(pid="12").pid is None and session(pid=True).pid is None and session(pid=12).pid == 12


def test_percent_is_a_number_from_0_to_100_or_unknown() -> None:
    def percent(value: Any) -> float | None:
        progress = issue(progress={"phase": "x", "percent": value}).progress
        assert progress is not None
        return progress.percent

    assert (percent(0), percent(75), percent(33.3), percent(100)) == (0, 75, 33.3, 100)
    assert [percent(v) for v in ("NaN", float("nan"), -1, 101, True, None, "75")] == [None] * 7
    assert issue(progress=[]).progress is None and issue(progress={}).progress is None


def test_the_owner_is_the_current_session_else_who_claimed_it() -> None:
    assert issue(claimed_by="a").owner == "a"
    assert issue(claimed_by="a", current_session="b").owner == "b"
    assert issue().owner is None


def test_waiters_in_any_form() -> None:
    assert [w.session for w in lock(locked_by="a", waiters=["b", {"session": "c"}, 3, None, ["x"]]).waiters] == [
        "b", "c", "3"]  # fmt: skip
    named = lock(locked_by="a", waiters={"b": naive_utc_iso(NOW - 90)}).waiters
    assert [w.session for w in named] == ["b"] and named[0].since and named[0].since.at == NOW - 90


def test_a_handoff_whatever_its_steps() -> None:
    def steps(value: Any) -> tuple[str, ...]:
        handoff = issue(handoff={"from_session": "a", "next_steps": value}).handoff
        assert handoff is not None
        return handoff.next_steps

    assert steps(["one", "two"]) == ("one", "two")
    assert steps("one") == ("one",)
    assert steps({"a": 1}) == () and steps(None) == ()


def test_todos_are_no_work_list() -> None:
    made = board(document("session:a", {"todos": [
        {"task": "one", "status": "completed"}, {"content": "two", "status": "in_progress"},
        {"task": "three", "status": "pending"}, "four", {"text": "five", "done": True}, 7, {}]}))  # fmt: skip
    assert made.sessions[f"{W}:session:a"].todos == (
        Todo("one", True), Todo("two", False), Todo("three", None), Todo("four", None), Todo("five", True),
        Todo("7", None))  # fmt: skip
    assert not made.lists


@pytest.mark.parametrize(
    ("short", "data", "names"),
    [
        ("project:queue", {"tasks": [{"id": 1, "status": "pending"}]}, ["queue"]),
        ("project:queue", {"tasks": []}, ["queue"]),
        ("project:queue", {"tasks": "no"}, []),
        ("project:migrations", {"pending": [{"id": "001", "status": "pending"}]}, ["migrations"]),
        ("project:release", {"v1.0.0": {"status": "x", "tasks": [{"id": 1, "status": "pending"}]},
                             "v2": {"tasks": [{"status": "done"}]}}, ["v1.0.0", "v2"]),
        ("project:plans", {"api": [{"status": "x"}], "web": [{"status": "x"}]}, ["plans.api", "plans.web"]),
        ("project:notes", {"tags": ["a", "b"], "people": [{"name": "kim"}]}, []),
        ("build:jobs", {"all": [{"status": "x"}, "stray", None]}, ["jobs"]),
    ],
)  # fmt: skip
def test_work_lists_wherever_they_are(short: str, data: dict[str, Any], names: list[str]) -> None:
    assert [one.name for one in lists(short, data)] == names


def test_tasks() -> None:
    (work,) = lists("project:queue", {"tasks": [
        {"id": 7, "type": "test", "file": "a.py", "status": "claimed", "claimed_by": "a"},
        {"id": "x", "name": "Build", "status": "weird"}, {"title": "No id", "status": "FAILED"}, "junk",
        {"id": None, "status": None}]})  # fmt: skip
    assert [(t.label, t.state, t.owner, t.summary) for t in work.tasks] == [
        ("queue#7", TaskState.RUNNING, "a", "test a.py"),
        ("queue#x", TaskState.PENDING, None, "Build"),
        ("queue#3", TaskState.FAILED, None, "No id"),
        ("queue#5", TaskState.PENDING, None, ""),
    ]
    assert [t.raw_id for t in work.tasks] == [7, "x", None, None]


@pytest.mark.parametrize(
    ("word", "owned", "state"),
    [("pending", False, TaskState.PENDING), ("todo", False, TaskState.PENDING), ("claimed", True, TaskState.RUNNING),
     ("In Progress", True, TaskState.RUNNING), ("in-progress", True, TaskState.RUNNING), ("done", True, TaskState.DONE),
     ("Completed", True, TaskState.DONE), ("merged", True, TaskState.DONE), ("failed", True, TaskState.FAILED),
     ("timed out", True, TaskState.FAILED), ("pondering", True, TaskState.RUNNING),
     ("pondering", False, TaskState.PENDING), ("", True, TaskState.PENDING)],
)  # fmt: skip
def test_status_words(word: str, owned: bool, state: TaskState) -> None:
    item = {"id": 1, "status": word, **({"claimed_by": "a"} if owned else {})}
    assert lists("project:queue", {"tasks": [item]})[0].tasks[0].state is state


def test_the_owner_key_is_what_the_list_uses() -> None:
    (work,) = lists("project:x", {"all": [{"id": 1, "status": "pending", "assignee": None},
                                          {"id": 2, "status": "in_progress", "started_by": "b"}]})  # fmt: skip
    assert work.owner_key == "assignee"
    assert [(t.owner, t.owner_key) for t in work.tasks] == [(None, "assignee"), ("b", "started_by")]


def test_a_session_is_as_whole_and_frozen_as_any_record() -> None:
    made = session(status="working", notes="half way", host="laptop", todos=["Test it"], pid=12)
    for other in (made, replace(made, status="done"), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert (other.notes, other.host, other.pid, other.cwd) == ("half way", "laptop", 12, "")
        assert other.todos == (Todo("Test it", None),)
        assert {field.name for field in fields(Session)} <= {field.name for field in fields(other)}
        assert "notes='half way'" in repr(other)
        for name in ("notes", "status"):
            with pytest.raises(FrozenInstanceError):
                setattr(other, name, "x")


def test_sessions_that_only_the_registry_knows() -> None:
    made = board(document("instances", {"registry": {"a": "taken", "b": "available", "c": 7}}))
    assert [(s.id, s.exists, s.registry) for s in made.sessions.values()] == [("a", False, "taken")]
    assert not board(document("instances", {"registry": "no"})).sessions


def test_documents_without_a_workspace_and_of_no_known_kind() -> None:
    made = Board().update(
        Batch(documents={s: Document(s, {"x": 1}) for s in ("session:a", "notes", "a:b:c:d", "session", "")}), now=NOW
    )
    assert list(made.sessions) == ["session:a"] and made.workspaces == ("", "a:b")
    assert made.shared == ("", "a:b:c:d", "notes", "session")
