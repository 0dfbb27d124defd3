"""Edits: what turns one state into another, back again, and onto a third."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coord_core.documents import ABSENT, Change, Splice
from coord_core.storage.changes import (
    apply,
    diff,
    edit_from_json,
    edit_to_json,
    fingerprint,
    from_fingerprint,
    invert,
    same,
)

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, "", "a", "id"])
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "id", "status"]), inner, max_size=3)
    ),
    max_leaves=8,
)
item = st.fixed_dictionaries({"id": st.integers(0, 6)}, optional={"status": scalars, "x": values})
lists = st.lists(item, max_size=6) | st.lists(item | scalars, max_size=5)
datas = st.dictionaries(st.sampled_from(["a", "b", "tasks", "log"]), values | lists, max_size=4)


@given(datas, datas)
def test_a_difference_leads_there_and_back(old: dict[str, Any], new: dict[str, Any]) -> None:
    edits = tuple(edit_from_json(edit_to_json(edit)) for edit in diff(old, new))
    there = copy.deepcopy(old)
    assert apply(there, edits) == []
    assert same(there, new)
    assert apply(there, invert(edits)) == []
    assert same(there, old)


def test_types_count() -> None:
    assert [same(1, True), same(1, 1.0), same(0.0, -0.0), same([1], [1]), same({"a": 1, "b": 2}, {"b": 2, "a": 1})] == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert same(float("nan"), float("nan"))


def test_a_fingerprint_tells_apart_what_differs_and_knows_what_it_was_taken_of() -> None:
    odd = [1, 1.0, True, 0.0, -0.0, None, "", "null", float("inf"), float("-inf"), 2**63, 2**70, float(2**70), "\ud800"]
    odd += [[], {}, [None], [[]], {"a": 1, "b": 2}, {"b": 2, "a": 1}, 5e-324, 0.1, 1e16, 10**16]
    marks = [fingerprint(value) for value in odd]
    assert len(set(marks)) == len(odd)
    assert [from_fingerprint(mark) for mark in marks] == odd
    nan = float("nan")
    assert fingerprint(nan) != fingerprint(None)
    with pytest.raises(ValueError):
        fingerprint({"a": [object()]})


def test_a_claim_on_a_long_queue_is_one_task() -> None:
    old = {"tasks": [{"id": n, "status": "pending"} for n in range(1000)]}
    new = copy.deepcopy(old)
    new["tasks"][500] |= {"status": "claimed", "claimed_by": "claude_1"}
    assert list(diff(old, new)) == [
        Change(("tasks", {"id": 500}, "status"), "pending", "claimed"),
        Change(("tasks", {"id": 500}, "claimed_by"), ABSENT, "claude_1"),
    ]


def test_an_event_onto_a_full_log_is_one_event() -> None:
    old = {"log": [{"n": n} for n in range(1000)]}
    new = {"log": [*old["log"][1:], {"n": 1000}]}
    assert list(diff(old, new)) == [Splice(("log",), 0, ({"n": 0},), ()), Splice(("log",), 999, (), ({"n": 1000},))]


def test_a_task_is_found_by_its_id_wherever_it_went() -> None:
    edits = [Change(("tasks", {"id": 7}, "status"), "claimed", "pending")]
    data = {"tasks": [{"id": 9, "status": "claimed"}, {"id": 7, "status": "claimed"}]}
    assert apply(data, edits) == []
    assert data == {"tasks": [{"id": 9, "status": "claimed"}, {"id": 7, "status": "pending"}]}


def test_what_moved_is_left_alone_and_reported() -> None:
    data = {"claimed_by": "claude_9", "tasks": [{"id": 7}, {"id": 7}], "log": ["x"]}
    edits = [
        Change(("claimed_by",), "claude_4", ABSENT),
        Change(("tasks", {"id": 7}, "status"), ABSENT, "pending"),
        Splice(("log",), 0, ("y",), ()),
        Splice(("gone",), 0, (), ("y",)),
        Change(("status",), ABSENT, "pending"),
    ]
    found = [found for _, found in apply(data, edits)]
    assert found == ["claude_9", ABSENT, ["x"], ABSENT]
    assert data == {"claimed_by": "claude_9", "tasks": [{"id": 7}, {"id": 7}], "log": ["x"], "status": "pending"}


def test_an_item_is_not_put_back_beside_its_successor() -> None:
    data = {"tasks": [{"id": 7, "status": "done"}]}
    (conflict,) = apply(data, [Splice(("tasks",), 0, (), ({"id": 7, "status": "pending"},))])
    assert conflict[1] == [{"id": 7, "status": "done"}]
    assert data == {"tasks": [{"id": 7, "status": "done"}]}


def test_what_is_put_in_is_a_copy() -> None:
    step = {"task": "write"}
    data: dict[str, Any] = {}
    apply(data, [Change(("todos",), ABSENT, [step])])
    step["task"] = "changed"
    assert data == {"todos": [{"task": "write"}]}
