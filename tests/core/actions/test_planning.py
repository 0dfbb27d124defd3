"""What each action changes, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from coord_core.errors import NotFound, Refused
from tests.core.actions.shop import NOW, Shop, W, busy, iso

CLAUDE_4 = f"{W}:session:claude_4"


def test_releasing_deletes_the_lock_and_nothing_else() -> None:
    shop = busy()
    before = shop.everything()
    shop.do("release_lock", scope=f"{W}:locks:database_migration")
    del before[f"{W}:locks:database_migration"]
    assert shop.everything() == before


def test_an_issue_put_back_is_pending_and_nobody_s() -> None:
    shop = busy()
    shop.do("reassign_issue", scope=f"{W}:issue:18", to=None)
    assert shop.data("issue:18").keys() == {"status", "progress"}
    assert shop.data("issue:18")["status"] == "pending"
    assert "current_issue" not in shop.data("session:claude_4")


def test_an_issue_given_is_the_new_owner_s_current_one_if_that_has_none() -> None:
    shop = busy()
    shop.do("reassign_issue", scope=f"{W}:issue:18", to="claude_9")
    assert shop.data("issue:18")["claimed_by"] == "claude_9"
    assert shop.data("issue:18")["claimed_at"] == iso("14:31:07")
    assert "current_session" not in shop.data("issue:18")
    assert shop.data("session:claude_9")["current_issue"] == 18
    shop.do("reassign_issue", "it asked", scope=f"{W}:issue:18", to="claude_6")
    assert shop.data("session:claude_6")["current_issue"] == 21
    assert shop.data("issue:18")["claimed_by"] == "claude_6"
    assert "current_issue" not in shop.data("session:claude_9")


def test_giving_an_issue_overrules_who_took_it_over() -> None:
    shop = busy()
    shop.write("issue:18", {"claimed_by": "claude_1", "current_session": "claude_4"})
    shop.do("reassign_issue", scope=f"{W}:issue:18", to="claude_9")
    assert shop.data("issue:18")["current_session"] == shop.data("issue:18")["claimed_by"] == "claude_9"
    assert "current_issue" not in shop.data("session:claude_4")


def test_a_key_that_is_a_document_s_last_becomes_null_rather_than_take_the_document_along() -> None:
    shop = busy()
    shop.write("session:claude_4", {"current_issue": 18})
    shop.do("reassign_issue", scope=f"{W}:issue:18", to=None)
    assert shop.data("session:claude_4") == {"current_issue": None}


def test_a_finished_issue_is_given_to_nobody() -> None:
    shop = busy()
    shop.write("issue:18", {"claimed_by": "claude_4", "status": "completed"})
    with pytest.raises(Refused, match="#18 is completed: there is nothing left to give; put it back first"):
        shop.plan("reassign_issue", scope=f"{W}:issue:18", to="claude_9")


@pytest.mark.parametrize("to", ["nobody_knows", "claude_4"])
def test_nothing_is_given_to_the_unknown_or_the_dead(to: str) -> None:
    with pytest.raises(Refused, match=r"known: claude_2, .*|is dead"):
        busy().plan("reassign_issue", scope=f"{W}:issue:21", to=to)


def test_what_one_has_already_is_not_given_again() -> None:
    with pytest.raises(Refused, match="claude_6 has #21 already"):
        busy().plan("reassign_issue", scope=f"{W}:issue:21", to="claude_6")


@pytest.mark.parametrize(
    ("task", "after"),
    [
        (
            {"id": 1, "status": "claimed", "claimed_by": "a", "claimed_at": iso("14:00:00"), "file": "x"},
            {"id": 1, "status": "pending", "file": "x"},
        ),
        (
            {"id": 1, "status": "in_progress", "started_by": "a", "started_at": iso("14:00:00")},
            {"id": 1, "status": "pending"},
        ),
        ({"id": 1, "status": "in_progress", "assignee": "a"}, {"id": 1, "status": "pending", "assignee": None}),
        ({"id": 1, "status": "failed", "claimed_by": "a", "failed_at": "x"}, {"id": 1, "status": "pending"}),
    ],
)
def test_a_task_put_back_loses_its_owner_and_the_owner_s_times(task: dict[str, Any], after: dict[str, Any]) -> None:
    shop = Shop({"project:queue": {"tasks": [task, {"id": 2, "status": "pending"}]}})
    shop.do("requeue_task", list=f"{W}:project:queue#tasks", task="1")
    assert shop.data("project:queue")["tasks"] == [after, {"id": 2, "status": "pending"}]


@pytest.mark.parametrize(
    ("task", "after"),
    [
        ({"status": "pending"}, {"status": "claimed", "claimed_by": "b", "claimed_at": iso("14:31:07")}),
        ({"status": "in_progress", "assignee": "a"}, {"status": "in_progress", "assignee": "b"}),
        ({"status": "pending", "assignee": None}, {"status": "in_progress", "assignee": "b"}),
    ],
)
def test_a_task_given_is_at_work(task: dict[str, Any], after: dict[str, Any]) -> None:
    shop = Shop({"project:queue": {"tasks": [{"id": 1, **task}]}, "session:b": {"status": "working"}})
    shop.do("reassign_task", list=f"{W}:project:queue#tasks", task="1", to="b")
    assert shop.data("project:queue")["tasks"] == [{"id": 1, **after}]


def test_a_finished_task_is_not_given() -> None:
    with pytest.raises(Refused, match="queue#6 is completed"):
        busy().plan("reassign_task", list=f"{W}:project:queue#tasks", task="6", to="claude_9")


def test_a_task_of_nobody_is_not_put_back() -> None:
    with pytest.raises(Refused, match="nothing to put back"):
        busy().plan("requeue_task", list=f"{W}:project:queue#tasks", task="8")


def test_an_id_that_two_tasks_have_is_refused() -> None:
    shop = Shop({"project:queue": {"tasks": [{"id": 7, "status": "claimed"}, {"id": "7", "status": "pending"}]}})
    with pytest.raises(Refused, match=r"queue#7 names 2 tasks: place 1 \(.*\), place 2"):
        shop.plan("requeue_task", list=f"{W}:project:queue#tasks", task="7")


def test_tasks_without_ids_are_found_by_their_place() -> None:
    tasks = [
        {"name": "a", "status": "claimed", "claimed_by": "x"},
        {"name": "b", "status": "claimed", "claimed_by": "x"},
    ]
    shop = Shop({"project:queue": {"tasks": tasks}})
    shop.do("requeue_task", list=f"{W}:project:queue#tasks", task="2")
    assert shop.data("project:queue")["tasks"] == [tasks[0], {"name": "b", "status": "pending"}]


def test_a_task_or_list_that_is_not_there() -> None:
    with pytest.raises(NotFound, match="known: 6, 7, 8"):
        busy().plan("requeue_task", list=f"{W}:project:queue#tasks", task="9")
    with pytest.raises(NotFound, match="no work list"):
        busy().plan("requeue_task", list="nope", task="9")


def test_signing_off_leaves_the_work() -> None:
    shop = busy()
    shop.do("sign_off_session", scope=CLAUDE_4)
    assert shop.data("locks:database_migration") is None
    assert shop.data("instances")["registry"]["claude_4"] == "available"
    assert shop.data("issue:18")["claimed_by"] == "claude_4"
    assert shop.data("session:claude_4") is not None
    with pytest.raises(Refused, match="signed off already"):
        shop.plan("sign_off_session", scope=CLAUDE_4)


def test_cleaning_up_is_the_whole_cascade() -> None:
    shop = busy()
    shop.do("clean_up_session", scope=CLAUDE_4)
    assert "claude_4" not in str(
        {k: v for k, v in shop.everything().items() if k not in (f"{W}:instances", f"{W}:issue:18")}
    ).replace("'id': 6, 'type': 'test', 'file': 'a.py', 'status': 'completed', 'claimed_by': 'claude_4'", "")
    assert shop.data("instances")["registry"]["claude_4"] == "available"
    issue = shop.data("issue:18")
    assert issue["status"] == "pending"
    assert issue["handoff"]["from_session"] == "claude_4"
    assert issue["handoff"]["phase"] == "implementation"
    assert issue["handoff"]["next_steps"] == ["Add retry"]
    assert issue["handoff"]["context"]["cwd"] == "~/wt/18-retry"
    assert issue["handoff"]["handoff_at"] == iso("14:31:07")


def test_a_handoff_that_is_there_stays() -> None:
    shop = busy()
    handoff = {"from_session": "claude_1", "next_steps": ["x"]}
    shop.write("issue:18", {"claimed_by": "claude_4", "handoff": handoff})
    plan = shop.plan("clean_up_session", scope=CLAUDE_4)
    assert plan.effects[-1].becomes == "todos go too: #18 has a handoff"
    shop.apply(plan)
    assert shop.data("issue:18")["handoff"] == handoff


def test_what_is_finished_remembers_who_did_it() -> None:
    shop = busy()
    shop.write("issue:18", {"claimed_by": "claude_4", "status": "completed"})
    shop.do("clean_up_session", scope=CLAUDE_4)
    assert shop.data("issue:18")["claimed_by"] == "claude_4"
    assert shop.data("project:queue")["tasks"][0]["claimed_by"] == "claude_4"


def test_tasks_given_ahead_and_places_in_a_lock_s_line_are_cleared_too() -> None:
    shop = busy()
    shop.write("project:release", {"v1": {"tasks": [{"id": 1, "assignee": "claude_4", "status": "pending"}]}})
    shop.write("locks:src/orders", {"locked_by": "claude_6", "waiters": [{"session": "claude_4"}, "codex_1"]})
    shop.do("clean_up_session", scope=CLAUDE_4)
    assert shop.data("project:release")["v1"]["tasks"][0]["assignee"] is None
    assert shop.data("locks:src/orders")["waiters"] == ["codex_1"]


def test_its_inbox_is_spared() -> None:
    shop = busy()
    shop.write("inbox:claude_4", {"messages": [{"text": "hello"}]})
    shop.do("clean_up_session", scope=CLAUDE_4)
    assert shop.told("claude_4") == ["hello", "Cleaned up claude_4"]


def test_a_session_that_only_the_registry_knows_is_cleaned_up() -> None:
    shop = Shop({"instances": {"registry": {"claude_1": "taken"}}})
    shop.do("clean_up_session", scope=f"{W}:session:claude_1")
    assert shop.data("instances") == {"registry": {"claude_1": "available"}}


def test_several_sessions_go_in_one_transaction() -> None:
    shop = busy()
    done = shop.do("clean_up_stale", scopes=[CLAUDE_4, f"{W}:session:claude_8"])
    assert shop.data("session:claude_4") is None
    assert shop.data("session:claude_8") is None
    assert [line.seq for line in shop.storage.lines()] == [done.seq]


def test_no_session_at_all_is_refused() -> None:
    with pytest.raises(Refused, match="no session is dead or stale"):
        busy().plan("clean_up_stale", scopes=[])


def test_an_unknown_action_names_the_known_ones() -> None:
    with pytest.raises(NotFound, match="release_lock"):
        busy().plan("explode")


JUNK: list[Any] = [None, True, 3, -1.5, "text", "", [], [[]], {}, {"a": {"b": 1}}, [1, "x", None], 10**30]
KNOWN = {
    "session:claude_4": ["current_issue", "status", "last_heartbeat", "todos", "started_at", "pid", "host", "notes"],
    "instances": ["registry"],
    "issue:18": ["claimed_by", "claimed_at", "current_session", "status", "progress", "handoff"],
    "locks:database_migration": ["locked_by", "locked_at", "fence", "expires_at", "waiters", "reason"],
    "project:queue": ["tasks"],
    "project:release": ["v1.0.0"],
    "project:events": ["log"],
}


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_values_of_the_wrong_type_never_break_a_plan(junk: Any) -> None:
    for short, keys in KNOWN.items():
        for key in keys:
            shop = busy()
            shop.write(short, {**(shop.data(short) or {}), key: junk})
            for action, arguments in (
                ("release_lock", {"scope": f"{W}:locks:database_migration"}),
                ("reassign_issue", {"scope": f"{W}:issue:18", "to": "claude_9"}),
                ("reassign_issue", {"scope": f"{W}:issue:18"}),
                ("reassign_session", {"scope": CLAUDE_4, "to": "claude_9"}),
                ("sign_off_session", {"scope": CLAUDE_4}),
                ("clean_up_session", {"scope": CLAUDE_4}),
            ):
                before = shop.everything()
                try:
                    shop.do(action, "because", **arguments)
                except Refused:
                    assert shop.everything() == before
                else:
                    shop.undo()
                    assert shop.everything() == before, (short, key, action)
                assert shop.now == NOW
