"""Taking back and doing again."""

from __future__ import annotations

from typing import Any

import pytest

from coord_core.actions import supervisor
from coord_core.errors import NotFound, NothingToUndo, ReasonNeeded, Refused, StaleView
from coord_core.storage import Act
from tests.core.actions.shop import Shop, W, busy

LOCK = f"{W}:locks:database_migration"
CLAUDE_4 = f"{W}:session:claude_4"
QUEUE = f"{W}:project:queue#tasks"


def agent_does(shop: Shop, action: str, short: str, **values: Any) -> int:
    act = Act(action, {"workspace": W, "session": "claude_6"})
    line = shop.storage.transact(act, lambda tx: tx.edit(f"{W}:{short}").update(values)).line
    assert line is not None
    return line.seq


def test_undo_restores_what_was_and_redo_does_it_again() -> None:
    shop = busy()
    before, document = shop.everything(), shop.storage.documents[CLAUDE_4]
    shop.do("clean_up_session", scope=CLAUDE_4)
    cleaned = shop.everything()
    assert shop.undo().text == "Undid: Cleaned up claude_4; redo does it again"
    assert shop.everything() == before
    assert shop.storage.documents[CLAUDE_4].metadata == document.metadata
    assert shop.redo().text == "Did again: Cleaned up claude_4; undo takes it back"
    assert shop.everything() == cleaned
    shop.undo()
    assert shop.everything() == before


def test_a_lock_that_comes_back_has_a_new_fence() -> None:
    shop = busy()
    shop.do("release_lock", scope=LOCK)
    done = shop.undo()
    assert shop.data("locks:database_migration")["fence"] == done.seq
    shop.redo()
    assert shop.data("locks:database_migration") is None
    done = shop.undo()
    assert shop.data("locks:database_migration")["fence"] == done.seq


def test_a_lock_that_never_had_a_fence_gets_none() -> None:
    shop = busy()
    shop.write("locks:x", {"locked_by": "claude_4"})
    shop.do("release_lock", scope=f"{W}:locks:x")
    shop.undo()
    assert shop.data("locks:x") == {"locked_by": "claude_4"}


def test_several_are_taken_back_and_done_again_in_turn() -> None:
    shop = busy()
    states = [shop.everything()]
    shop.do("release_lock", scope=LOCK)
    states.append(shop.everything())
    shop.do("requeue_task", list=QUEUE, task="7")
    states.append(shop.everything())
    shop.do("reassign_issue", scope=f"{W}:issue:18", to="claude_9")
    states.append(shop.everything())
    for expected in states[-2::-1]:
        shop.undo()
        assert shop.everything() == expected
    with pytest.raises(NothingToUndo):
        shop.undo()
    for expected in states[1:]:
        shop.redo()
        assert shop.everything() == expected
    with pytest.raises(NothingToUndo):
        shop.redo()


def test_redo_is_over_with_the_next_act() -> None:
    shop = busy()
    shop.do("release_lock", scope=LOCK)
    shop.undo()
    shop.do("requeue_task", list=QUEUE, task="7")
    with pytest.raises(NothingToUndo):
        shop.redo()


def test_only_one_s_own_is_taken_back() -> None:
    shop = busy()
    shop.apply(shop.plan("release_lock", scope=LOCK), who="lee@laptop")
    agent_does(shop, "claim_issue", "issue:30", claimed_by="claude_6")
    with pytest.raises(NothingToUndo):
        shop.undo()
    shop.undo(who="lee@laptop")
    assert shop.data("locks:database_migration") is not None


def test_only_what_was_done_in_this_workspace_is_taken_back() -> None:
    shop = busy()
    other = Shop()
    other.storage = shop.storage
    shop.storage.write("laptop:acme/other:locks:x", {"locked_by": "nobody"})
    plan = shop.plan("release_lock", scope="laptop:acme/other:locks:x")
    shop.apply(plan)
    with pytest.raises(NothingToUndo):
        shop.undo()
    assert shop.storage.read("laptop:acme/other:project:events") is not None
    assert supervisor.plan_undo(shop.storage, shop.board(), who="kim@laptop").title == "Undo: Released x of nobody?"


def test_what_somebody_changed_since_is_not_taken_back() -> None:
    shop = busy()
    shop.do("reassign_issue", scope=f"{W}:issue:18", to="claude_9")
    agent_does(shop, "claim_issue", "issue:18", claimed_by="claude_2")
    before = shop.everything()
    with pytest.raises(StaleView) as caught:
        shop.undo()
    assert (f"{W}:issue:18", ("claimed_by",), "claude_9", "claude_2") in caught.value.moved
    assert shop.everything() == before


def test_what_somebody_changed_beside_it_stays() -> None:
    shop = busy()
    shop.do("reassign_issue", scope=f"{W}:issue:18", to="claude_9")
    agent_does(shop, "update_progress", "issue:18", progress={"percent": 30})
    agent_does(shop, "enqueue_task", "issue:18", notes="new")
    shop.undo()
    assert shop.data("issue:18")["claimed_by"] == "claude_4"
    assert shop.data("issue:18")["progress"] == {"percent": 30}
    assert shop.data("issue:18")["notes"] == "new"


def test_the_event_stays_and_others_events_too() -> None:
    shop = busy()
    shop.do("release_lock", scope=LOCK)
    log = shop.data("project:events")["log"]
    agent_does(shop, "log_event", "project:events", log=[*log, {"type": "x", "session": "claude_6"}])
    shop.undo()
    types = [each["type"] for each in shop.data("project:events")["log"]]
    assert types == ["lock_released", "x", "action_undone"]


def test_tasks_that_moved_are_still_the_same_tasks() -> None:
    shop = busy()
    shop.do("requeue_task", list=QUEUE, task="7")
    tasks = shop.data("project:queue")["tasks"]
    shop.write("project:queue", {"tasks": [{"id": 1, "status": "pending"}, *tasks[::-1]]})
    shop.undo()
    after = shop.data("project:queue")["tasks"]
    assert [each["id"] for each in after] == [1, 8, 7, 6]
    assert [each.get("claimed_by") for each in after] == [None, None, "claude_4", "claude_4"]


def test_another_task_with_the_same_id_is_not_touched() -> None:
    shop = busy()
    shop.do("requeue_task", list=QUEUE, task="7")
    fresh = {"tasks": [{"id": 7, "type": "lint", "file": "other.py", "status": "pending"}]}
    shop.write("project:queue", fresh)
    with pytest.raises(StaleView) as caught:
        shop.undo()
    assert (f"{W}:project:queue", ("tasks", {"id": 7}, "file"), "webhook.py", "other.py") in caught.value.moved
    assert shop.data("project:queue") == fresh


def test_another_task_with_the_same_id_is_not_touched_by_a_plan_either() -> None:
    shop = busy()
    plan = shop.plan("requeue_task", list=QUEUE, task="7")
    fresh = {"id": 7, "file": "other.py", "status": "claimed", "claimed_by": "claude_4", "claimed_at": "x"}
    fresh["claimed_at"] = shop.data("project:queue")["tasks"][1]["claimed_at"]
    shop.write("project:queue", {"tasks": [fresh]})
    with pytest.raises(StaleView):
        shop.apply(plan)
    assert shop.data("project:queue") == {"tasks": [fresh]}


def test_a_task_whose_id_another_took_is_not_touched() -> None:
    shop = busy()
    shop.do("requeue_task", list=QUEUE, task="7")
    twice = {"tasks": [*shop.data("project:queue")["tasks"], {"id": 7, "status": "pending"}]}
    shop.write("project:queue", twice)
    with pytest.raises(StaleView):
        shop.undo()
    assert shop.data("project:queue") == twice


def test_a_named_line_may_be_an_agent_s() -> None:
    shop = busy()
    seq = agent_does(shop, "claim_issue", "issue:30", claimed_by="claude_6")
    with pytest.raises(ReasonNeeded, match="claude_6"):
        shop.undo(seq, reason="")
    who = "kim@laptop"
    plan = supervisor.plan_undo(shop.storage, shop.board(), seq, who=who)
    assert plan.title == "Undo: claude_6 claimed #30?"
    shop.apply(plan, "it took the wrong one")
    assert shop.data("issue:30") is None
    with pytest.raises(Refused, match="taken back already"):
        shop.undo(seq)
    shop.redo()
    assert shop.data("issue:30") == {"claimed_by": "claude_6"}


def takes_from(shop: Shop) -> tuple[str | None, str | None]:
    """From whom an undo takes, and, once that is done, a redo."""
    undo = supervisor.plan_undo(shop.storage, shop.board(), who="kim@laptop", workspace=W)
    shop.undo()
    redo = supervisor.plan_redo(shop.storage, shop.board(), who="kim@laptop", workspace=W)
    return undo.takes_from, redo.takes_from


@pytest.mark.parametrize(
    ("action", "arguments", "expected"),
    [
        # claude_4 is dead, claude_6 and claude_9 are alive.
        ("reassign_issue", {"scope": f"{W}:issue:18", "to": "claude_9"}, ("claude_9", None)),
        ("reassign_issue", {"scope": f"{W}:issue:21", "to": "claude_9"}, ("claude_9", "claude_6")),
        ("reassign_issue", {"scope": f"{W}:issue:21"}, (None, "claude_6")),
        ("reassign_task", {"list": QUEUE, "task": "8", "to": "claude_9"}, ("claude_9", None)),
        ("reassign_session", {"scope": CLAUDE_4, "to": "claude_2"}, ("claude_2", None)),
        ("release_lock", {"scope": LOCK}, (None, None)),
        ("release_lock", {"scope": f"{W}:locks:src/orders"}, (None, "claude_6")),
        ("requeue_task", {"list": QUEUE, "task": "7"}, (None, None)),
        ("clean_up_session", {"scope": CLAUDE_4}, (None, None)),
        ("sign_off_session", {"scope": f"{W}:session:claude_2"}, (None, "claude_2")),
    ],
)
def test_taking_back_asks_for_a_reason_where_it_takes_from_the_living(
    action: str, arguments: dict[str, Any], expected: tuple[str | None, str | None]
) -> None:
    shop = busy()
    shop.do(action, "it hangs", **arguments)
    assert takes_from(shop) == expected


def test_taking_back_says_why_it_thinks_that_somebody_is_alive() -> None:
    shop = busy()
    shop.do("reassign_issue", scope=f"{W}:issue:18", to="claude_9")
    plan = supervisor.plan_undo(shop.storage, shop.board(), who="kim@laptop", workspace=W)
    assert plan.evidence[0].startswith("live: seen 50s ago")
    with pytest.raises(ReasonNeeded, match="claude_9"):
        shop.undo(reason="")
    assert shop.data("issue:18")["claimed_by"] == "claude_9"


def test_a_line_that_is_not_there() -> None:
    with pytest.raises(NotFound, match="line 5"):
        busy().undo(5)


def test_what_only_told_cannot_be_taken_back() -> None:
    shop = busy()
    seq = agent_does(shop, "log_event", "project:events", log=[{"type": "x"}])
    with pytest.raises(Refused, match="nothing that can be taken back"):
        shop.undo(seq)
