"""Documents changed by hand: their living owner is asked a reason for, and told; what moved is not overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from coord_core.actions import supervisor
from coord_core.errors import InvalidDocument, InvalidScope, NotFound, ReasonNeeded, StaleView
from tests.core.actions import shop as shops
from tests.core.actions.shop import Shop, W


@pytest.fixture
def shop() -> Shop:
    return shops.busy()


def edit(shop: Shop, short: str, **changed: Any) -> Any:
    before = shop.data(short) or {}
    after = {key: value for key, value in {**before, **changed}.items() if value is not ...}
    return shop.plan("edit_document", scope=f"{W}:{short}", before=before, after=after)


def test_an_edit_shows_every_key_old_and_new_and_does_exactly_that(shop: Shop) -> None:
    shop.write("project:conventions", {"style": "black", "limits": {"line": 88, "file": 250}, "old": 1})
    plan = edit(shop, "project:conventions", style="ruff", limits={"line": 120, "file": 250}, old=..., new=[1])
    assert [(each.key, each.becomes) for each in plan.effects] == [
        ("style", '"black" → "ruff"'), ("limits.line", "88 → 120"), ("old", "1 → nothing"), ("new", "nothing → [1]"),
    ]  # fmt: skip
    assert (plan.takes_from, plan.evidence) == (None, ())
    done = shop.apply(plan)
    assert done.text == "Edited style, limits, old and 1 more keys of project:conventions; undo takes it back"
    assert shop.data("project:conventions") == {"style": "ruff", "limits": {"line": 120, "file": 250}, "new": [1]}
    assert shop.data("project:events")["log"][-1]["type"] == "document_edited"
    shop.undo()
    assert shop.data("project:conventions") == {"style": "black", "limits": {"line": 88, "file": 250}, "old": 1}


def test_what_others_changed_elsewhere_meanwhile_stays_and_where_they_did_it_is_refused(shop: Shop) -> None:
    shop.write("project:notes", {"a": 1, "b": 1})
    seen = shop.data("project:notes")
    shop.write("project:notes", {"a": 1, "b": 2, "c": 3})
    shop.do("edit_document", scope=f"{W}:project:notes", before=seen, after={"a": 9, "b": 1})
    assert shop.data("project:notes") == {"a": 9, "b": 2, "c": 3}
    with pytest.raises(StaleView) as refused:
        shop.plan("edit_document", scope=f"{W}:project:notes", before=seen, after={"a": 1, "b": 7})
    assert refused.value.moved == [(f"{W}:project:notes", ("b",), 1, 2)]
    plan = edit(shop, "project:notes", b=7)
    shop.write("project:notes", {"a": 9, "b": 3, "c": 3})
    with pytest.raises(StaleView):
        shop.apply(plan)
    assert shop.data("project:notes") == {"a": 9, "b": 3, "c": 3}


@pytest.mark.parametrize(
    ("short", "changed", "owner"),
    [
        ("session:claude_6", {"status": "x"}, "claude_6"),
        ("issue:21", {"status": "paused"}, "claude_6"),
        ("locks:src/orders", {"reason": "x"}, "claude_6"),
        ("instances", {"registry": {"claude_6": "available"}}, "claude_2, claude_6 and claude_9"),
    ],
)
def test_whoever_is_alive_is_asked_a_reason_for_and_told(shop: Shop, short: str, changed: Any, owner: str) -> None:
    plan = edit(shop, short, **changed)
    assert plan.takes_from == owner
    assert "There are actions for this" in plan.evidence[-1]
    with pytest.raises(ReasonNeeded):
        shop.apply(plan)
    shop.apply(plan, "a typo")
    told = f"Edited {next(iter(changed))} of {short} (a typo)"
    assert told in shop.told("claude_6")


def test_only_whose_task_changes_is_concerned(shop: Shop) -> None:
    shop.write("session:claude_2", {"fence": 1}, "14:31:05")
    mine = {"id": 9, "status": "claimed", "claimed_by": "claude_2"}
    tasks = [*shop.data("project:queue")["tasks"], mine]
    shop.write("project:queue", {"tasks": tasks})
    assert edit(shop, "project:queue", tasks=[*tasks[1:], {"id": 10, "status": "pending"}]).takes_from is None
    assert edit(shop, "project:queue", tasks=[*tasks[:-1], {**mine, "file": "b.py"}]).takes_from == "claude_2"
    assert edit(shop, "project:queue", tasks=...).takes_from == "claude_2"


def test_set_and_delete_ask_and_tell_too(shop: Shop) -> None:
    scope = f"{W}:issue:21"
    for action, arguments in (
        ("set_data", {"key": "status", "value": "x"}), ("delete_data", {"key": "status"}), ("delete_scope", {}),
    ):  # fmt: skip
        with pytest.raises(ReasonNeeded):
            shop.do(action, scope=scope, **arguments)
        shop.do(action, "because", scope=scope, **arguments)
    assert shop.told("claude_6") == [
        "Set status of issue:21 (because)", "Deleted status of issue:21 (because)", "Deleted issue:21 (because)",
    ]  # fmt: skip
    assert shop.data("issue:21") is None


def test_a_session_edits_its_own_without_a_word(shop: Shop) -> None:
    by = f"{W}:session:claude_6"
    plan = shop.plan("set_data", scope=f"{W}:issue:21", key="status", value="x", by=by)
    assert (plan.takes_from, dict(plan.tells), plan.event, plan.evidence) == (None, {}, None, ())
    assert shop.plan("set_data", scope=by, key="x", value=1, by=f"{W}:session:claude_9").takes_from == "claude_6"


def test_setting_what_is_so_already_changes_nothing(shop: Shop) -> None:
    assert shop.plan("set_data", scope=f"{W}:issue:21", key="status", value="in_progress").changes == {}


def test_a_document_that_gained_a_key_is_not_deleted_unseen(shop: Shop) -> None:
    shop.write("project:notes", {"a": 1})
    plan = shop.plan("delete_scope", scope=f"{W}:project:notes")
    shop.write("project:notes", {"a": 1, "b": 2})
    with pytest.raises(StaleView):
        shop.apply(plan)


def test_what_may_not_be_stored_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidDocument):
        shop.apply(edit(shop, "project:notes", x=float("nan")))
    with pytest.raises(InvalidScope):
        supervisor.plan(shop.board(), "set_data", {"scope": "../x", "key": "a", "value": 1})
    with pytest.raises(NotFound):
        shop.plan("delete_data", scope=f"{W}:issue:21", key="nope")
    with pytest.raises(NotFound):
        shop.plan("delete_scope", scope=f"{W}:issue:22")


def test_an_undo_of_an_edit_tells_whom_the_edit_told(shop: Shop) -> None:
    shop.apply(edit(shop, "issue:21", note="hurry"), "it is late")
    shop.undo()
    assert [each.partition(" (")[0] for each in shop.told("claude_6")] == [
        "Edited note of issue:21", "Undid: Edited note of issue:21",
    ]  # fmt: skip
